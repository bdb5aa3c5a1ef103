"""When a conversation is summarised, and how much of it at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

# Of the history's share of the prompt.
FULL = 0.7
STEP_LEAST, STEP_MOST = 6, 10
# Never part of a summary: what was said last is always shown as it was said.
KEPT = 6
WORDS = 200


@dataclass(frozen=True, slots=True)
class Said:
    """A message, by its number and its size."""

    seq: int
    tokens: int


def step(said: Sequence[Said], *, share: int) -> list[int]:
    """The numbers of the oldest messages that are to be summarised now; none while there is room."""
    if sum(one.tokens for one in said) <= FULL * share:
        return []
    old = said[: max(0, len(said) - KEPT)]
    return [one.seq for one in old[:STEP_MOST]] if len(old) >= STEP_LEAST else []


def within_words(text: str, limit: int = WORDS) -> str:
    """Whole lines, as many as fit; the newest matter most, so the oldest go."""
    kept: list[str] = []
    left = limit
    for line in reversed(text.strip().splitlines()):
        left -= len(line.split())
        if left < 0 and kept:
            break
        kept.insert(0, " ".join(line.split()[:limit]))
    return "\n".join(kept)
