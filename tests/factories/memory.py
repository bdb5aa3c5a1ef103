import factory
from django.utils import timezone

from npcs.actions.memory import set_text
from npcs.models import Memory, MemoryPolicy, MemoryProfile
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory


class MemoryPolicyFactory(factory.django.DjangoModelFactory):
    """A character that remembers people."""

    class Meta:
        model = MemoryPolicy

    npc = factory.SubFactory(NpcFactory)
    is_on = True


class MemoryProfileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MemoryProfile

    npc = factory.SubFactory(NpcFactory)
    player = factory.SubFactory(PlayerFactory)


class MemoryFactory(factory.django.DjangoModelFactory):
    """Between the two alone; all that is derived from the text is derived."""

    class Meta:
        model = Memory

    npc = factory.SubFactory(NpcFactory)
    player = factory.SubFactory(PlayerFactory)
    kind = Memory.Kind.FACT
    text = factory.Sequence(lambda n: f"My dog number{n} barks")
    created_at = factory.LazyFunction(timezone.now)
    valid_from = factory.SelfAttribute("created_at")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        memory = model_class(*args, **kwargs)
        set_text(memory, memory.text)
        memory.save()
        return memory
