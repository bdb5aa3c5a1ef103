import factory
from django.utils import timezone

from messaging.models import Channel, ChannelMember, Notification
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


class NotificationFactory(factory.django.DjangoModelFactory):
    """Unread news about nothing in particular."""

    class Meta:
        model = Notification

    recipient = factory.SubFactory(PlayerFactory)
    category = "system"
    title = factory.Sequence(lambda n: f"News {n}")
    told_at = factory.LazyFunction(timezone.now)
