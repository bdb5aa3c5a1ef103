import factory

from npcs.models import Npc, NpcCategory


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
