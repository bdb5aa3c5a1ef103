import factory

from messaging.models import Message
from rooms.models import Reply, Room, RoomNpc, RoomSettings
from tests.factories.messaging import ChannelFactory
from tests.factories.npcs import NpcCategoryFactory, NpcFactory
from tests.factories.players import PlayerFactory


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


class ReplyFactory(factory.django.DjangoModelFactory):
    """An answer that somebody waits for: asked in a message that no receiver has heard."""

    class Meta:
        model = Reply

    npc = factory.SubFactory(NpcFactory)
    channel = factory.SubFactory(ChannelFactory, kind="room")
    player = factory.SubFactory(PlayerFactory)
    root = factory.SelfAttribute("message")

    @factory.lazy_attribute
    def message(self):
        seq = self.channel.messages.count() + 1000
        return Message.objects.create(
            channel=self.channel, player=self.player, seq=seq, text="What is a comet?"
        )
