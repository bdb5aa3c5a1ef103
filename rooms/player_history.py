from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from learning.queries import open_questions
from padawanforge.kit.prepared import prepared
from players import history
from players.queries.exports import CHUNK
from rooms.models import GameSession, SessionAnswer, SessionRound
from rooms.queries.open_statements import Sides, both, sides


@history.register_sessions
def sessions(player_id: int) -> Iterator[tuple[datetime, int]]:
    """The sessions that were played to their end, by those in which the player answered."""
    answers = SessionAnswer.objects.filter(
        participant__player=player_id,
        round__revealed_at__isnull=False,
        round__session__phase=GameSession.Phase.FINISHED,
    )
    by_session = answers.order_by("round__session__ended_at", "round__session").values_list(
        "round__session__ended_at", "round__session"
    )
    counted = by_session.annotate(considered=Count("pk", filter=Q(event__rapid=False)))
    for ended_at, _, considered in counted.iterator(CHUNK):
        yield ended_at, considered


@open_questions.register
def asked(player_id: int) -> Iterable[int]:
    """The open statements of the sessions that the player takes part in, answered or not."""
    return both(_asked(player_id))


@prepared
def _asked(player_id: int) -> QuerySet[SessionRound, Sides]:
    rows = SessionRound.objects.filter(
        opened_at__isnull=False,
        revealed_at=None,
        session__ended_at=None,
        session__participants__player=player_id,
    )
    # A training is open for who hasn't answered it, also before he begins.
    to_practise = SessionRound.objects.filter(
        session__session_type=GameSession.Type.TRAINING,
        session__ended_at=None,
        session__room__channel__members__player=player_id,
    ).exclude(answers__participant__player=player_id)
    return sides(rows, to_practise)
