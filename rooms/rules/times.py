"""How much time somebody has for a question. The server's clock decides; a factor is nobody else's business."""

from datetime import datetime, timedelta

UNTIMED = 0.0
FACTORS = (UNTIMED, 1.0, 1.25, 1.5, 2.0, 3.0)
# Without a clock is not without an end: a question must not stay open for ever.
UNTIMED_SECONDS = 600
MAX_CREDIT_MS = 250


def known_factor(value: object) -> float:
    """What somebody chose for himself, or the usual time."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and value in FACTORS else 1.0  # type: ignore[arg-type]


def seconds_for(*, seconds: int, factor: float) -> float:
    return UNTIMED_SECONDS if factor == UNTIMED else seconds * factor


def credit(rtt_ms: int) -> timedelta:
    """The way of an answer to the server: half of the round trip, and no more than a quarter of a second."""
    return timedelta(milliseconds=min(rtt_ms / 2, MAX_CREDIT_MS))


def deadline(*, opened_at: datetime, seconds: int, factor: float, rtt_ms: int) -> datetime:
    """Until when an answer is taken from this player."""
    return opened_at + timedelta(seconds=seconds_for(seconds=seconds, factor=factor)) + credit(rtt_ms)
