"""People of an age, for tests of rooms that are for some ages only."""

from datetime import timedelta

from django.utils import timezone

from messaging.queries.moderation import forget_youngest
from players.models import PlayerPersonalInfo
from tests.factories.entry import InvitationFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory


def aged(years, *, factory=PlayerFactory, **fields):
    """Somebody so many years old; None has told no birth date."""
    player = factory(**fields)
    grow(player, years)
    return player


def grow(player, years):
    born = None if years is None else timezone.localdate() - timedelta(days=366 * years + 30)
    PlayerPersonalInfo.objects.filter(player=player).update(date_of_birth=born)
    # Written past the pages, which would have told.
    for channel_id in player.channel_memberships.values_list("channel", flat=True):
        forget_youngest(channel_id)


def for_whom(audience, **fields):
    """A room of that kind; families by invitation, as the database wants it."""
    hidden = {"visibility": "restricted"} if audience == "families" else {}
    return RoomFactory(audience=audience, **{**hidden, **fields})


def invited(room, player):
    InvitationFactory(room=room, player=player)
    return player
