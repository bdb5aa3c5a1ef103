import hashlib

import factory
from django.core.files.base import ContentFile

from npcs.models import (
    AiProvider,
    Interaction,
    KnowledgeFile,
    KnowledgeItem,
    Npc,
    NpcCategory,
    NpcConfiguration,
)
from padawanforge.kit.work import WorkState


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


class InteractionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Interaction

    npc = factory.SubFactory(NpcFactory)
    message = "What is a comet?"
    response = "A comet is a body of ice and dust."
    engine = "built-in engine"
    response_time_ms = 12
