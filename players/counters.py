"""What an achievement's rule may count: each app registers the counters that it can answer for.

A counter is computed from the app's own truth, so that a recomputation finds what the events found. Counters
that are costly together (several figures out of one pass over the answers) are one source with several names.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Source = Callable[[int], dict[str, int | float]]


@dataclass(frozen=True, slots=True)
class CounterSource:
    """`count(player_id)` gives a figure for each of `names`."""

    names: frozenset[str]
    count: Source


_sources: list[CounterSource] = []


def register(*names: str) -> Callable[[Source], Source]:
    """Register a function that counts these figures for a player."""

    def add(count: Source) -> Source:
        if taken := known() & set(names):
            raise ValueError(f"Already registered: {sorted(taken)}.")
        _sources.append(CounterSource(frozenset(names), count))
        return count

    return add


def known() -> set[str]:
    """The names of all counters."""
    return {name for source in _sources for name in source.names}


def counted(player_id: int, names: Iterable[str] | None = None) -> dict[str, int | float]:
    """The figures of the sources that have one of the names, of all sources without names."""
    wanted = set(names) if names is not None else known()
    figures: dict[str, int | float] = {}
    for source in _sources:
        if source.names & wanted:
            figures |= source.count(player_id)
    return figures
