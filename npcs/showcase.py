"""What other apps show on the page of a character: what it said lately, its posts and the like.

An app above registers its part in `ready()`; a part without lines is not shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LINES = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that the character said or wrote, and where it is read."""

    text: str
    url: str
    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """`lines` takes the character's id, whoever looks (a player, and only what he may see) and how many."""

    name: str
    title: str
    lines: Callable[[int, Any, int], list[Line]]


@dataclass(frozen=True, slots=True)
class Shown:
    title: str
    lines: list[Line]


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    if part.name in _parts:
        raise ValueError(f"The part {part.name!r} is already registered.")
    _parts[part.name] = part


def shown(npc_id: int, viewer: Any) -> list[Shown]:
    """The parts that have something to show to the viewer."""
    found = [Shown(part.title, part.lines(npc_id, viewer, LINES)) for part in _parts.values()]
    return [part for part in found if part.lines]
