"""How answers count: the expected chance of being right, what is too fast to be an answer, what it earns.

A true/false answer carries little, for half of it can be guessed. So the model knows a chance to guess
(GUESS) and to slip (SLIP), and experience is paid by accuracy beyond guessing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, pi, sqrt
from random import Random

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
FULL_FROM_ANSWERS = 5
MAX_SAME_KEY_IN_A_ROW = 4


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


def key_order(*, trues: int, falses: int, rng: Random) -> list[bool]:
    """That many keys in random order, at most four equal ones in a row wherever that can be had."""
    left = {True: trues, False: falses}
    order: list[bool] = []
    while left[True] or left[False]:
        key = rng.random() < left[True] / (left[True] + left[False])
        if not _may_follow(key, order, left) and (_may_follow(not key, order, left) or not left[key]):
            key = not key
        order.append(key)
        left[key] -= 1
    return order


def _may_follow(key: bool, order: Sequence[bool], left: Mapping[bool, int]) -> bool:
    """Whether the rest can still be laid without a long row when this key comes next."""
    if not left[key]:
        return False
    run = 1
    while run <= len(order) and order[-run] == key:
        run += 1
    same, other = left[key] - 1, left[not key]
    # Each key of one kind parts two rows of the other; the row that is being laid has some room left.
    row = MAX_SAME_KEY_IN_A_ROW
    return run <= row and same <= row - run + row * other and other <= row * (same + 1)
