from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from learning.actions.pay import PRACTICE
from learning.models import AnswerEvent, Sitting
from players import history
from players.queries.exports import CHUNK


@history.register
def answers(player_id: int) -> Iterator[tuple[datetime, bool, bool, UUID | None]]:
    """The player's answers whose keys were shown."""
    rows = AnswerEvent.objects.filter(player=player_id, settlement__isnull=False)
    in_order = rows.order_by("received_at", "pk")
    yield from in_order.values_list("received_at", "correct", "rapid", "session_uuid").iterator(CHUNK)


@history.register_sessions
def practices(player_id: int) -> Iterator[tuple[datetime, int]]:
    """Those of rooms are told by the app that holds them."""
    rows = Sitting.objects.filter(player=player_id, mode=PRACTICE).order_by("ended_at", "pk")
    yield from rows.values_list("ended_at", "answers").iterator(CHUNK)
