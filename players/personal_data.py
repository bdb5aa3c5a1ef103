"""What the apps keep of a player: how each gives it out for an export, and forgets it at a deletion.

Every app that keeps rows about people registers one area. `export` yields documents and must stream: an
area may be large. `erase` runs inside the one transaction of its area, may run again after a crash, and is
called from the uppermost app down, so that an area finds what it needs in the areas below.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Document:
    """A file inside the export; `path` ends in .json (a row, or rows), .md (lines) or anything (bytes)."""

    path: str
    title: str
    content: Row | Iterable[Row] | Iterable[str] | Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Area:
    """`models` are the labels of all models with a relation to players that the area answers for.

    `remains(player_id)` tells what is left after a deletion, in a sentence for each find.
    """

    name: str
    title: str
    models: frozenset[str]
    export: Callable[[int], Iterator[Document]]
    erase: Callable[[int], None]
    remains: Callable[[int], list[str]]


_areas: dict[str, Area] = {}


def register(area: Area) -> None:
    if area.name in _areas:
        raise ValueError(f"The area {area.name!r} is already registered.")
    _areas[area.name] = area


def areas() -> list[Area]:
    """From the lowest app up."""
    return list(_areas.values())
