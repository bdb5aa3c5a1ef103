"""What characters are good for: how much more people know after talking with one. The app that keeps answers says.

    gains.register(accuracy_before_and_after)

A source is asked for many characters at once and leaves out those of whom it knows nothing.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Gain:
    """Shares of right answers on what the character teaches, of the same people before and after they talked."""

    before: float
    after: float
    players: int
    answers: int

    @property
    def points(self) -> float:
        """In percentage points; below zero when they know less."""
        return round(100 * (self.after - self.before), 1)


# gains(npc_ids, since, until): of talks that began in that time.
Source = Callable[[Collection[int], datetime, datetime], Mapping[int, Gain]]

_sources: list[Source] = []


def register(source: Source) -> Source:
    if source not in _sources:
        _sources.append(source)
    return source


def gains_of(npc_ids: Collection[int], *, since: datetime, until: datetime) -> dict[int, Gain]:
    """The gain of each character that has one; where two sources know of it, the one with more answers."""
    found: dict[int, Gain] = {}
    for source in _sources:
        for npc_id, gain in source(npc_ids, since, until).items():
            if npc_id not in found or found[npc_id].answers < gain.answers:
                found[npc_id] = gain
    return found
