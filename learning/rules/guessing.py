"""Whether a run of answers looks like guessing. A guess at that: it opens an offer, and closes nothing.

One session proves nothing: of twenty coins, twelve or more fall right every fourth time. So a run is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

RUN = 60
MOST_RIGHT = 0.55
PACE = 0.40
# What reading takes where nobody has answered the statement often enough: 250 words a minute.
READING_MS_PER_WORD = 240


@dataclass(frozen=True, slots=True)
class Try:
    """An answer, how long it took, and how long the statement takes others (milliseconds)."""

    is_right: bool
    took_ms: int
    norm_ms: int


def norm_of(*, text: str, median_ms: int | None) -> int:
    return median_ms or max(READING_MS_PER_WORD * len(text.split()), 1)


def looks_like_guessing(tries: Sequence[Try]) -> bool:
    """Sixty answers, hardly more often right than a coin, in less than two fifths of the usual time."""
    if len(tries) < RUN:
        return False
    share = sum(one.is_right for one in tries) / len(tries)
    return share <= MOST_RIGHT and median(one.took_ms / one.norm_ms for one in tries) < PACE
