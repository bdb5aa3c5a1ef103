"""What an answer is worth in a session.

By confidence: who guesses can't lose, who says he is sure and isn't loses most. Saying "think so" pays from
67 % on, "sure" from 80 %, so the honest mark is the best one. By speed: a right answer is worth 800, and up
to 200 more when it comes in the first half of the player's own time; who clicks blindly earns 500 at best.
"""

from learning.rules.steps import CHANCE_OF_MARK, CONFIDENCE_POINTS

# Who doesn't say guesses.
UNMARKED = 1
SPEED_POINTS = 1000
CERTAIN_SHARE = 0.8


def speed_share(*, elapsed: float, allowed: float) -> float:
    """1 in the first half of the time, then falling to 0: reading carefully costs nothing."""
    if allowed <= 0:
        return 0.0
    return min(max(2 * (1 - elapsed / allowed), 0.0), 1.0)


def confidence_points(*, is_correct: bool, confidence: int | None, speed: float, streak: int) -> int:
    right, wrong = CONFIDENCE_POINTS[confidence or UNMARKED]
    return right if is_correct else wrong


def speed_points(*, is_correct: bool, confidence: int | None, speed: float, streak: int) -> int:
    """`speed` from `speed_share`; a wrong answer is worth nothing however fast it was."""
    if not is_correct:
        return 0
    return round(SPEED_POINTS * (CERTAIN_SHARE + (1 - CERTAIN_SHARE) * speed))


def total(points: int) -> int:
    """What somebody has in the end: nobody leaves with less than nothing."""
    return max(points, 0)


def brier(*, is_correct: bool, confidence: int | None) -> float:
    """How far the mark was from what came out: 0 is perfect. Who doesn't say is taken for a guesser."""
    return (CHANCE_OF_MARK[confidence or UNMARKED] - is_correct) ** 2
