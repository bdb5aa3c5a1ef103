"""The statements whose keys nobody in a room may be told now."""

from uuid import UUID

from django.db.models import Q, QuerySet

from rooms.models import GameSession, SessionRound


def open_statements(channel: UUID) -> set[int]:
    """Of all that is played in the room of this channel: what wasn't revealed yet, also what is still to come;
    of a training everything, for somebody is always behind.
    """
    rounds = SessionRound.objects.filter(
        session__room__channel__uuid=channel, session__ended_at=None, annulled_at=None
    )
    is_secret = Q(revealed_at=None) | Q(session__session_type=GameSession.Type.TRAINING)
    return both_sides(rounds.filter(is_secret))


def both_sides(*rounds: QuerySet[SessionRound]) -> set[int]:
    """The statements of all these rounds, whoever is asked which: one query."""
    first, *more = (one.order_by().values_list("statement_id", "other_id") for one in rounds)
    pairs = first.union(*more) if more else first
    return {pk for pair in pairs for pk in pair if pk is not None}
