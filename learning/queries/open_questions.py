"""Which statements a player is being asked right now. Nobody may be told their keys before they are answered.

An app above that asks statements (the sessions of rooms) registers where it looks.
"""

from collections.abc import Callable, Iterable

from django.db.models import QuerySet

from learning.models import Practice, Statement
from padawanforge.kit.memory import recalled
from padawanforge.kit.prepared import prepared

Source = Callable[[int], Iterable[int]]

_sources: list[Source] = []


def register(source: Source) -> Source:
    """Register a function that gives the ids of the statements that a player is asked, for the player's id."""
    _sources.append(source)
    return source


def asked_now(player_id: int) -> frozenset[int]:
    return recalled(
        (asked_now, player_id), lambda: frozenset(pk for source in _sources for pk in source(player_id))
    )


def sentences_of(statement_ids: Iterable[int]) -> list[str]:
    """What would decide these statements when it is said: their words, and those of their sources."""
    wanted = set(statement_ids)
    if not wanted:
        return []
    rows = Statement.objects.filter(pk__in=wanted).order_by("pk")
    return [said for pair in rows.values_list("text", "source_span") for said in pair if said]


@register
@prepared
def practised(player_id: int) -> QuerySet[Practice, int]:
    rows = Practice.objects.filter(player=player_id, ended_at=None, statement__isnull=False)
    return rows.values_list("statement_id", flat=True)
