from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from learning.models import AnswerEvent
from players import history
from players.queries.exports import CHUNK


@history.register
def answers(player_id: int) -> Iterator[tuple[datetime, bool, bool, UUID | None]]:
    """The player's answers whose keys were shown."""
    rows = AnswerEvent.objects.filter(player=player_id, settlement__isnull=False)
    in_order = rows.order_by("received_at", "pk")
    yield from in_order.values_list("received_at", "correct", "rapid", "session_uuid").iterator(CHUNK)
