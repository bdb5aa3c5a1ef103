"""What an answer is worth in a session. A wrong answer is worth nothing, a fast one in a run the most."""

BASE_POINTS = 100
SPEED_BONUS = 50
STREAK_STEP = 10
STREAK_CAP = 5


def speed_share(*, elapsed: float, allowed: float) -> float:
    """1 in the first half of the time, then falling to 0: reading carefully costs nothing."""
    if allowed <= 0:
        return 0.0
    return min(max(2 * (1 - elapsed / allowed), 0.0), 1.0)


def points_for(*, is_correct: bool, speed: float, streak: int) -> int:
    """`speed` from `speed_share`; `streak` counts the right answers in a row before this one."""
    if not is_correct:
        return 0
    return BASE_POINTS + round(SPEED_BONUS * speed) + STREAK_STEP * min(streak, STREAK_CAP)
