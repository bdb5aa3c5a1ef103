from datetime import timedelta

import factory
from django.utils import timezone

from rooms.models import JoinRequest, RoomInvitation, RulesAcceptance
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory


class InvitationFactory(factory.django.DjangoModelFactory):
    """By name; a link is made by `rooms.actions.invitations.make_link`."""

    class Meta:
        model = RoomInvitation

    room = factory.SubFactory(RoomFactory)
    player = factory.SubFactory(PlayerFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))


class JoinRequestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = JoinRequest

    room = factory.SubFactory(RoomFactory)
    player = factory.SubFactory(PlayerFactory)


class RulesAcceptanceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RulesAcceptance

    room = factory.SubFactory(RoomFactory)
    player = factory.SubFactory(PlayerFactory)
    version = 1
    accepted_at = factory.LazyFunction(timezone.now)
