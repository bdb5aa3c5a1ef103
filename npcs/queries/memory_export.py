"""A player's memories as rows for documents."""

from collections.abc import Iterator

from npcs.models import Memory
from players.queries.exports import CHUNK

COLUMNS = (
    "uuid", "npc__name", "kind", "text", "importance", "visibility", "state", "origin", "is_pinned", "attribute",
    "value", "valid_from", "valid_to", "created_at", "last_access", "access_count", "source_message",
)  # fmt: skip


def export_rows(player_id: int, *, npc_id: int | None = None) -> Iterator[dict[str, object]]:
    rows = Memory.objects.filter(player_id=player_id)
    if npc_id is not None:
        rows = rows.filter(npc_id=npc_id)
    for row in rows.order_by("npc_id", "pk").values(*COLUMNS).iterator(CHUNK):
        yield {"character" if key == "npc__name" else key: value for key, value in row.items()}
