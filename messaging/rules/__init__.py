"""Decisions without a database: the rates of connections here, moderation in the modules beside."""

from messaging.rules.rates import (
    BURST,
    FLOOD,
    FULL_FOR_SECONDS,
    REFILL_PER_SECOND,
    STRIKES,
    STRIKES_WITHIN_SECONDS,
    WINDOW_BYTES,
    WINDOW_FRAMES,
    Bucket,
    Strikes,
    TypingPace,
    Window,
)

__all__ = [
    "BURST",
    "FLOOD",
    "FULL_FOR_SECONDS",
    "REFILL_PER_SECOND",
    "STRIKES",
    "STRIKES_WITHIN_SECONDS",
    "WINDOW_BYTES",
    "WINDOW_FRAMES",
    "Bucket",
    "Strikes",
    "TypingPace",
    "Window",
]
