"""Ways of playing a session. An app above registers its own without touching rooms.

A mode says what an answer is worth, and may take part in the course of the game: `after_reveal` is asked
after each round and may end the game; `after_end` pays whatever the mode promises. Both run inside the
transaction of the step, under the session's lock, and get the session (`rooms.models.GameSession`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rooms.rules.points import confidence_points, speed_points

_modes: dict[str, "Mode"] = {}

EVERY_KIND = frozenset({"lobby", "game", "private", "training", "tournament"})
LIVE = EVERY_KIND - {"training"}


@dataclass(frozen=True, slots=True)
class Mode:
    """One way of playing: `score(is_correct=, confidence=, speed=, streak=)` says what an answer is worth."""

    slug: str
    label: str
    score: Callable[..., int]
    text: str = ""
    # Which kinds of session can be played like this.
    kinds: frozenset[str] = EVERY_KIND
    # Whether how sure one is counts; pages offer the marks only then.
    asks_confidence: bool = True
    # Whether speed counts: who plays without a clock is not ranked there.
    is_timed: bool = False
    # Whether `streak` is asked for; it costs a query for each answer.
    counts_streaks: bool = False
    min_players: int = 1
    max_players: int = 1000
    # after_reveal(session, now=) -> True ends the game.
    after_reveal: Callable[..., bool] | None = None
    after_end: Callable[..., None] | None = None

    def is_over(self, session: Any, *, now: datetime) -> bool:
        return self.after_reveal is not None and self.after_reveal(session, now=now)

    def end(self, session: Any, *, now: datetime) -> None:
        if self.after_end is not None:
            self.after_end(session, now=now)


def register(mode: Mode) -> None:
    if mode.slug in _modes:
        raise ValueError(f"The mode {mode.slug!r} is already registered.")
    if unknown := mode.kinds - EVERY_KIND:
        raise ValueError(f"There are no kinds {sorted(unknown)}.")
    _modes[mode.slug] = mode


def withdraw(slug: str) -> None:
    """Nothing new is played like this; for apps that are switched off, and for tests."""
    _modes.pop(slug, None)


def get(slug: str) -> Mode:
    """The mode; of one whose app is gone, the usual one, so that its sessions can still be read."""
    return _modes.get(slug) or _modes["quiz"]


def is_known(slug: str) -> bool:
    return slug in _modes


def all_of(kind: str) -> list[Mode]:
    """The ways in which this kind of session can be played."""
    return [mode for mode in _modes.values() if kind in mode.kinds]


register(
    Mode(
        slug="quiz",
        label="Confidence",
        score=confidence_points,
        text="Right: 1, 2 or 3 points by how sure you were. Wrong: 0, or 2 or 6 less.",
    )
)
register(
    Mode(
        slug="speed",
        label="Speed",
        score=speed_points,
        text="Right: 800 points, and up to 200 more in the first half of your time.",
        kinds=LIVE,
        asks_confidence=False,
        is_timed=True,
    )
)
