import factory

from rooms.models import Room, RoomNpc, RoomSettings
from tests.factories.messaging import ChannelFactory
from tests.factories.npcs import NpcCategoryFactory, NpcFactory


class RoomFactory(factory.django.DjangoModelFactory):
    """An open room that nobody has entered; use `rooms.actions.rooms.enter_room` to let people in."""

    class Meta:
        model = Room
        skip_postgeneration_save = True

    channel = factory.SubFactory(ChannelFactory, kind="room")
    name = factory.Sequence(lambda n: f"Room {n}")
    slug = factory.Sequence(lambda n: f"room-{n}")
    category = factory.SubFactory(NpcCategoryFactory)

    @factory.post_generation
    def settings(self, create, extracted, **kwargs):
        RoomSettings.objects.create(room=self, **kwargs)


class RoomNpcFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RoomNpc

    room = factory.SubFactory(RoomFactory)
    npc = factory.SubFactory(NpcFactory)
