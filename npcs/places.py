"""Where a file of a character may be known alone: the apps above name their places, such as rooms.

A place is called by the public id of its channel, as it stands in a prompt's occasion.
"""

from collections.abc import Callable, Sequence
from typing import Any

# Of a character, as far as this player may see them: the key and the name of each.
Places = Callable[[int, Any], Sequence[tuple[str, str]]]

_sources: list[Places] = []


def register(source: Places) -> None:
    if source in _sources:
        raise ValueError("These places are registered already.")
    _sources.append(source)


def places_of(npc_id: int, player: Any) -> list[tuple[str, str]]:
    return [place for source in _sources for place in source(npc_id, player)]
