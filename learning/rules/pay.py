"""What answers earn: experience is paid by accuracy beyond guessing."""

from collections.abc import Sequence
from dataclasses import dataclass

from learning.rules.skill import GUESS

SESSION_BONUS = 10
FIRST_OF_DAY_BONUS = 10
BONUS_FROM_ANSWERS = 10
FULL_FROM_ANSWERS = 5

# Right, but neither new nor due.
XP_FOR_REPETITION = 1
XP_FOR_EXPLANATION = 1
EXPLANATION_READ_SECONDS = 3
EXPLANATIONS_A_DAY = 10

# So many answers of a day at this share; those after them at the last one.
DIMINISHING = ((80, 1.0), (160, 0.5))
AFTERWARDS = 0.1
ANSWER_XP_A_DAY = 600
# So many sessions in a row below this weight, and the day pays nothing more.
GUESSING_BELOW = 0.2
GUESSING_SESSIONS = 3


@dataclass(frozen=True, slots=True)
class Given:
    """What the payment looks at in an answer."""

    is_correct: bool
    is_rapid: bool
    xp: int


@dataclass(frozen=True, slots=True)
class Today:
    """What the player's day has seen so far: answers that weren't rapid, and the experience of answers."""

    answers: int = 0
    xp: int = 0


def xp_for_answer(
    *, is_correct: bool, rapid: bool, p_before: float, is_worth: bool = True, today: Today | None = None
) -> int:
    """The harder the answer was to give, the more it earns: 4 to 10, and 1 for what was neither new nor due.

    The more of them a day has seen, the less the next one earns.
    """
    if not is_correct or rapid:
        return 0
    today = today or Today()
    full = 4 + round(6 * (1 - p_before)) if is_worth else XP_FOR_REPETITION
    share = next((share for upto, share in DIMINISHING if today.answers < upto), AFTERWARDS)
    return max(min(round(full * share), ANSWER_XP_A_DAY - today.xp), 0)


def accuracy_weight(*, right: int, answers: int) -> float:
    """0 for somebody who guesses, 1 from three right answers in four."""
    return min(max((right / answers - GUESS) / 0.25, 0.0), 1.0) if answers else 0.0


def weight_of(answers: Sequence[Given]) -> float:
    """The accuracy beyond guessing of a session; clicks count for nothing."""
    counted = [answer for answer in answers if not answer.is_rapid]
    return accuracy_weight(right=sum(answer.is_correct for answer in counted), answers=len(counted))


def is_day_paid_out(weights: Sequence[float]) -> bool:
    """Whether the day's sessions, in their order, hold three in a row that were guessed: nothing more is
    paid today. Only sessions with answers enough to tell are asked.
    """
    run = 0
    for weight in weights:
        run = run + 1 if weight < GUESSING_BELOW else 0
        if run >= GUESSING_SESSIONS:
            return True
    return False


def session_xp(answers: Sequence[Given], *, is_first_of_day: bool) -> int:
    """Experience for a whole session: the answers' sum weighted by accuracy beyond guessing, and bonuses.

    A session with too few answers to tell knowledge from luck pays its answers only.
    """
    counted = [answer for answer in answers if not answer.is_rapid]
    weight = weight_of(answers)
    total = round(weight * sum(answer.xp for answer in counted))
    if len(counted) < FULL_FROM_ANSWERS:
        return total
    if len(counted) >= BONUS_FROM_ANSWERS and weight >= 0.5:
        total += SESSION_BONUS
    return total + (FIRST_OF_DAY_BONUS if is_first_of_day and weight > 0 else 0)
