"""Whether somebody is as often right as he says: marks against outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from learning.rules.steps import CHANCE_OF_MARK

# With fewer answers a share says nothing.
ENOUGH = 5
Z = 1.96
TOLERANCE = 0.10


@dataclass(frozen=True, slots=True)
class Mark:
    """The answers with one mark: how many, how many of them right, and between what their share lies."""

    mark: int
    claimed: float
    answers: int
    right: int
    share: float
    low: float
    high: float

    @property
    def is_enough(self) -> bool:
        return self.answers >= ENOUGH

    @property
    def is_off(self) -> bool:
        """Whether chance alone doesn't explain the distance from what was claimed."""
        return self.is_enough and not self.low <= self.claimed <= self.high


@dataclass(frozen=True, slots=True)
class Calibration:
    """`brier` is 0 for somebody who is always sure and right, 0.25 for "half" on everything, 1 at worst."""

    marks: tuple[Mark, ...]
    answers: int
    brier: float | None
    lean: float | None

    @property
    def verdict(self) -> str:
        """In a word: `lean` is how much more is claimed than comes out."""
        if self.lean is None or self.answers < 2 * ENOUGH:
            return "unknown"
        if self.lean > TOLERANCE:
            return "too sure"
        if self.lean < -TOLERANCE:
            return "too modest"
        # Too sure in one mark and too modest in another come out as nothing in the middle.
        return "mixed" if any(mark.is_off for mark in self.marks) else "fitting"


def calibration(pairs: Sequence[tuple[int, bool]]) -> Calibration:
    """Of (mark, whether the answer was right)."""
    marks = tuple(_mark(mark, [right for one, right in pairs if one == mark]) for mark in CHANCE_OF_MARK)
    if not pairs:
        return Calibration(marks, 0, None, None)
    lean = sum(CHANCE_OF_MARK[mark] - right for mark, right in pairs) / len(pairs)
    return Calibration(marks, len(pairs), brier(pairs), lean)


def brier(pairs: Sequence[tuple[int, bool]]) -> float:
    return sum((CHANCE_OF_MARK[mark] - right) ** 2 for mark, right in pairs) / len(pairs)


def wilson(right: float, count: float, *, z: float = Z) -> tuple[float, float]:
    """Between what the true share lies when `right` of `count` were; the whole range for nothing."""
    if count <= 0:
        return 0.0, 1.0
    share, square = min(right / count, 1.0), z * z
    middle = (share + square / (2 * count)) / (1 + square / count)
    room = z * sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    return max(middle - room, 0.0), min(middle + room, 1.0)


def _mark(mark: int, outcomes: Sequence[bool]) -> Mark:
    count, right = len(outcomes), sum(outcomes)
    low, high = wilson(right, count)
    return Mark(mark, CHANCE_OF_MARK[mark], count, right, right / count if count else 0.0, low, high)
