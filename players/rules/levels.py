"""The level curve: need(L -> L+1) = 100 + 25 (L - 1), so total(L) = 100 (L - 1) + 12.5 (L - 1)(L - 2)."""

from math import isqrt

MAX_LEVEL = 120


def xp_for_level(level: int) -> int:
    """Experience in all at which the level begins; level 1 begins at 0."""
    steps = level - 1
    return 100 * steps + 25 * steps * (steps - 1) // 2


def level_for(xp: int) -> int:
    """The level that the experience has reached, 1 to MAX_LEVEL."""
    # Twice total(L) = xp, solved for L - 1 in whole numbers: 25 s^2 + 175 s - 2 xp = 0.
    steps = (-175 + isqrt(175 * 175 + 200 * max(xp, 0))) // 50
    return min(steps + 1, MAX_LEVEL)


def percent_of(part: int, whole: int) -> int:
    """Rounded down, so that 100 means all of it; 0 of nothing."""
    return 100 * part // whole if whole else 0
