from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Q

from players import history
from players.queries.exports import CHUNK
from rooms.models import GameSession, SessionAnswer


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
