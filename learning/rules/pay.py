"""What answers earn: experience is paid by accuracy beyond guessing."""

from collections.abc import Sequence
from dataclasses import dataclass

from learning.rules.skill import GUESS

SESSION_BONUS = 10
FIRST_OF_DAY_BONUS = 10
BONUS_FROM_ANSWERS = 10
FULL_FROM_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class Given:
    """What the payment looks at in an answer."""

    is_correct: bool
    is_rapid: bool
    xp: int


def xp_for_answer(*, is_correct: bool, rapid: bool, p_before: float) -> int:
    """The harder the answer was to give, the more it earns: 4 to 10."""
    if not is_correct or rapid:
        return 0
    return 4 + round(6 * (1 - p_before))


def accuracy_weight(*, right: int, answers: int) -> float:
    """0 for somebody who guesses, 1 from three right answers in four."""
    return min(max((right / answers - GUESS) / 0.25, 0.0), 1.0) if answers else 0.0


def session_xp(answers: Sequence[Given], *, is_first_of_day: bool) -> int:
    """Experience for a whole session: the answers' sum weighted by accuracy beyond guessing, and bonuses.

    A session with too few answers to tell knowledge from luck pays its answers only.
    """
    counted = [answer for answer in answers if not answer.is_rapid]
    weight = accuracy_weight(right=sum(answer.is_correct for answer in counted), answers=len(counted))
    total = round(weight * sum(answer.xp for answer in counted))
    if len(counted) < FULL_FROM_ANSWERS:
        return total
    if len(counted) >= BONUS_FROM_ANSWERS and weight >= 0.5:
        total += SESSION_BONUS
    return total + (FIRST_OF_DAY_BONUS if is_first_of_day and weight > 0 else 0)
