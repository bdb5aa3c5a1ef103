"""How answers count: the expected chance of being right, what is too fast to be an answer, what it earns.

A true/false answer carries little, for half of it can be guessed. So the model knows a chance to guess
(GUESS) and to slip (SLIP), and experience is paid by accuracy beyond guessing.
"""

from dataclasses import dataclass
from math import exp, pi, sqrt

GUESS = 0.5
SLIP = 0.03
NEW_PLAYER = (0.0, 1.44)
ITEM_VARIANCE = 0.36
ITEM_MEANS = {"beginner": -1.0, "intermediate": 0.0, "advanced": 1.0, "expert": 1.0}

RAPID_FLOOR_MS = 700
RAPID_MS_PER_WORD = 60
RAPID_CAP_MS = 10_000
SESSION_BONUS = 10
FIRST_OF_DAY_BONUS = 10
BONUS_FROM_ANSWERS = 10


@dataclass(frozen=True, slots=True)
class Given:
    """What the payment looks at in an answer."""

    is_correct: bool
    is_rapid: bool
    xp: int


def prior_of(difficulty: str) -> tuple[float, float]:
    """Mean and variance (logits) of a statement's difficulty before anybody answered it."""
    return ITEM_MEANS[difficulty], ITEM_VARIANCE


def attenuation(variance: float) -> float:
    """How much the other side's uncertainty flattens the curve."""
    return 1 / sqrt(1 + pi * variance / 8)


def chance_of_right(*, skill: float, difficulty: float, difficulty_variance: float) -> float:
    """The expected chance that the player answers correctly, guessing and slips included."""
    knows = 1 / (1 + exp(-(skill - difficulty) * attenuation(difficulty_variance)))
    return GUESS + (1 - SLIP - GUESS) * knows


def is_rapid(*, text: str, response_ms: int) -> bool:
    """Faster than the statement can be read: a click, not an answer."""
    return response_ms < min(max(RAPID_FLOOR_MS, RAPID_MS_PER_WORD * len(text.split())), RAPID_CAP_MS)


def xp_for_answer(*, is_correct: bool, rapid: bool, p_before: float) -> int:
    """The harder the answer was to give, the more it earns: 4 to 10."""
    if not is_correct or rapid:
        return 0
    return 4 + round(6 * (1 - p_before))


def session_xp(answers: list[Given], *, is_first_of_day: bool) -> int:
    """Experience for a whole session: the answers' sum weighted by accuracy beyond guessing, and bonuses."""
    counted = [answer for answer in answers if not answer.is_rapid]
    if not counted:
        return 0
    accuracy = sum(answer.is_correct for answer in counted) / len(counted)
    weight = min(max((accuracy - 0.5) / 0.25, 0.0), 1.0)
    total = round(weight * sum(answer.xp for answer in counted))
    if len(counted) >= BONUS_FROM_ANSWERS and weight >= 0.5:
        total += SESSION_BONUS
    return total + (FIRST_OF_DAY_BONUS if is_first_of_day and weight > 0 else 0)
