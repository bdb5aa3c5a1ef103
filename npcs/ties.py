"""What other apps have tied to a character: shown before it is retired or deleted, undone when it is purged.

An app above registers its ties in `ready()`; the rows of this app are found by themselves.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count, QuerySet

# What becomes of the rows when a deleted character is purged.
Fate = Literal["goes", "stays", "unlinked"]


@dataclass(frozen=True, slots=True)
class Tie:
    """`count` takes ids of characters and leaves out those that have none; `release` takes one.

    What stays keeps the character's name alive.
    """

    name: str
    one: str
    many: str
    fate: Fate
    count: Callable[[Collection[int]], Mapping[int, int]]
    release: Callable[[int], object] | None = None


@dataclass(frozen=True, slots=True)
class Tied:
    """So many rows of a tie."""

    label: str
    count: int
    fate: Fate


_ties: dict[str, Tie] = {}


def register(tie: Tie) -> None:
    if tie.name in _ties:
        raise ValueError(f"The tie {tie.name!r} is already registered.")
    if (tie.release is None) != (tie.fate == "stays"):
        raise ValueError(f"The tie {tie.name!r} must say how it is released, unless it stays.")
    _ties[tie.name] = tie


def ties() -> list[Tie]:
    return list(_ties.values())


def tied(tie: Tie, npc_id: int) -> Tied:
    count = tie.count([npc_id]).get(npc_id, 0)
    return Tied(tie.one if count == 1 else tie.many, count, tie.fate)


def by_npc(rows: QuerySet) -> dict[int, int]:
    """Rows that have an `npc`, counted by it in one query."""
    counted = rows.order_by().values("npc").annotate(found=Count("pk"))
    return {row["npc"]: row["found"] for row in counted}
