"""The statements whose keys nobody in a room may be told now."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from padawanforge.kit.prepared import prepared
from rooms.models import GameSession, SessionRound

Sides = tuple[int, int | None]


def open_statements(channel: UUID) -> set[int]:
    """Of all that is played in the room of this channel: what wasn't revealed yet, also what is still to come;
    of a training everything, for somebody is always behind.
    """
    return both(_open(channel))


@prepared
def _open(channel: UUID) -> "QuerySet[SessionRound, Sides]":
    rounds = SessionRound.objects.filter(
        session__room__channel__uuid=channel, session__ended_at=None, annulled_at=None
    )
    is_secret = Q(revealed_at=None) | Q(session__session_type=GameSession.Type.TRAINING)
    return sides(rounds.filter(is_secret))


def sides(*rounds: QuerySet[SessionRound]) -> "QuerySet[SessionRound, Sides]":
    """The statement of each of these rounds, and the one that others are asked instead: one query."""
    first, *more = (one.order_by().values_list("statement_id", "other_id") for one in rounds)
    return first.union(*more) if more else first


def both(pairs: Iterable[Sides]) -> set[int]:
    """The statements of all of them, whoever is asked which."""
    return {pk for pair in pairs for pk in pair if pk is not None}
