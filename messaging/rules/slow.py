"""Slow mode: so many seconds between two messages of one person."""

import math

MINUTE, HOUR = 60, 3600


def wait_ms(*, last: float, between: int, now: float) -> int:
    """After how many milliseconds the next one is possible; 0: at once."""
    left = last + between - now
    return max(1, math.ceil(left * 1000)) if left > 0 else 0


def in_words(seconds: float) -> str:
    """Rounded up, so that nobody is told to come back too early."""
    for size, unit in ((HOUR, "hour"), (MINUTE, "minute"), (1, "second")):
        if seconds >= 2 * size or size == 1:
            number = max(1, math.ceil(seconds / size))
            return f"{number} {unit}{'' if number == 1 else 's'}"
    raise AssertionError("Seconds fit everything.")
