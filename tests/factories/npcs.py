import hashlib
from datetime import date

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from npcs.builtin.retrieval import Passage
from npcs.builtin.terms import terms_of
from npcs.models import (
    AiProvider,
    AudiencePreset,
    BotAssignment,
    Interaction,
    InventoryEntry,
    KnowledgeFile,
    KnowledgeItem,
    KnowledgePreset,
    ModelPrice,
    Npc,
    NpcCategory,
    NpcConfiguration,
    OutsideIdentity,
    SystemPromptPreset,
)
from npcs.queries.retrieval import scope_of
from padawanforge.kit.work import WorkState
from tests.factories.players import PlayerFactory


class NpcCategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = NpcCategory

    name = factory.Sequence(lambda n: f"category-{n}")
    display_name = factory.LazyAttribute(lambda category: category.name.title())
    icon = "flask-conical"
    color_hex = "#336699"


class NpcFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Npc

    name = factory.Sequence(lambda n: f"Vega{n}")
    slug = factory.LazyAttribute(lambda npc: npc.name.lower())
    system_prompt = "You teach astronomy."
    category = factory.SubFactory(NpcCategoryFactory)


class BotAssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BotAssignment

    npc = factory.SubFactory(NpcFactory)
    bot_platform = "discord"
    bot_token = "token-of-the-bot-0123456789"
    is_active = True


class OutsideIdentityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OutsideIdentity

    bot = factory.SubFactory(BotAssignmentFactory)
    player = factory.SubFactory(PlayerFactory)
    author_key = factory.Sequence(lambda n: f"{n:064}")
    author_name = "Zed"
    linked_at = factory.LazyFunction(timezone.now)


class NpcConfigurationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = NpcConfiguration

    npc = factory.SubFactory(NpcFactory)
    name = "Observatory"
    context = "An evening at the telescope."
    objective = "Replace popular errors."
    style = "Comparisons first."
    tone = "Calm."
    audience = "Beginners."


class AiProviderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AiProvider

    name = factory.Sequence(lambda n: f"provider-{n}")
    display_name = "Test server"
    api_endpoint = "http://127.0.0.1:9/v1"
    api_key = "sk-secret-0123456789"
    default_model = "tiny"
    timeout_seconds = 5


class ModelPriceFactory(factory.django.DjangoModelFactory):
    """For a million tokens."""

    class Meta:
        model = ModelPrice

    provider = factory.SubFactory(AiProviderFactory)
    input_price = 1
    output_price = 2
    valid_from = date(2020, 1, 1)


class KnowledgeFileFactory(factory.django.DjangoModelFactory):
    """A file that has been read; its passages are made apart."""

    class Meta:
        model = KnowledgeFile

    npc = factory.SubFactory(NpcFactory)
    file_name = factory.Sequence(lambda n: f"notes-{n}.md")
    file_type = "text/markdown"
    file = factory.LazyAttribute(lambda row: ContentFile(row.file_name.encode(), name="x"))
    file_size = 100
    file_hash = factory.LazyAttribute(lambda row: hashlib.sha256(row.file_name.encode()).hexdigest())
    state = WorkState.DONE


class KnowledgeItemFactory(factory.django.DjangoModelFactory):
    """A passage without a vector: found by its words."""

    class Meta:
        model = KnowledgeItem

    file = factory.SubFactory(KnowledgeFileFactory)
    position = factory.Sequence(lambda n: n)
    heading = "The Moon"
    text = "The Moon orbits the Earth once in about 27 days and always shows it the same side."
    terms = factory.LazyAttribute(lambda item: terms_of(Passage(0, item.text, item.heading).whole))
    scope = factory.LazyAttribute(lambda item: scope_of(npc_id=item.file.npc_id, file_id=item.file.pk))


class InteractionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Interaction

    npc = factory.SubFactory(NpcFactory)
    message = "What is a comet?"
    response = "A comet is a body of ice and dust."
    engine = "built-in engine"
    response_time_ms = 12


class SystemPromptPresetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SystemPromptPreset

    name = factory.Sequence(lambda n: f"Prompt {n}")
    system_prompt = "Ask one question at a time."


class AudiencePresetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AudiencePreset

    name = factory.Sequence(lambda n: f"Audience {n}")
    audience_config = factory.LazyFunction(lambda: {"audience": "Children of ten.", "tone": "Cheerful."})


class KnowledgePresetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = KnowledgePreset

    name = factory.Sequence(lambda n: f"Notes {n}")
    file = factory.LazyAttribute(
        lambda row: ContentFile(f"# {row.name}\n\nA comet has a tail.\n".encode(), name="x")
    )
    file_name = factory.Sequence(lambda n: f"preset-{n}.md")
    file_type = "text/markdown"
    file_size = 30
    file_hash = factory.LazyAttribute(lambda row: hashlib.sha256(row.name.encode()).hexdigest())


class InventoryEntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = InventoryEntry

    player = factory.SubFactory("tests.factories.players.GameMasterFactory")
    name = factory.Sequence(lambda n: f"Template {n}")
    system_prompt = "Explain with a picture."
    audience = "Beginners."
