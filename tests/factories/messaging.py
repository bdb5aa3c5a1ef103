import factory

from messaging.models import Channel, ChannelMember
from tests.factories.players import PlayerFactory


class ChannelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Channel

    kind = "room"


class ChannelMemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChannelMember

    channel = factory.SubFactory(ChannelFactory)
    player = factory.SubFactory(PlayerFactory)
