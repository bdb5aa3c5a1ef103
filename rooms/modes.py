"""Ways of playing a session. An app above registers its own without touching rooms."""

from collections.abc import Callable
from dataclasses import dataclass

from rooms.rules import points_for

_modes: dict[str, "Mode"] = {}


@dataclass(frozen=True, slots=True)
class Mode:
    """One way of playing: `score(is_correct=, speed=, streak=)` says what an answer is worth."""

    slug: str
    label: str
    score: Callable[..., int]


def register(mode: Mode) -> None:
    if mode.slug in _modes:
        raise ValueError(f"The mode {mode.slug!r} is already registered.")
    _modes[mode.slug] = mode


def get(slug: str) -> Mode:
    return _modes[slug]


register(Mode(slug="quiz", label="Quiz", score=points_for))
