"""Where a file of a character may be known alone: the apps above name their places, such as rooms.

A place is called by the public id of its channel, as it stands in a prompt's occasion.
"""

from collections.abc import Callable, Sequence
from typing import Any

# Of a character, as far as this player may see them: the key and the name of each.
Places = Callable[[int, Any], Sequence[tuple[str, str]]]
# Whether this player reads what is said in the place of that key.
Reads = Callable[[str, Any], bool]

_sources: list[tuple[Places, Reads]] = []


def register(source: Places, *, reads: Reads) -> None:
    if (source, reads) in _sources:
        raise ValueError("These places are registered already.")
    _sources.append((source, reads))


def places_of(npc_id: int, player: Any) -> list[tuple[str, str]]:
    return [place for source, _ in _sources for place in source(npc_id, player)]


def reads_in(place: str, player: Any) -> bool:
    """Whether the player reads there; nobody does in a place that nobody knows."""
    return any(reads(place, player) for _, reads in _sources)
