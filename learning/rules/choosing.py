"""Which statement comes next for one learner: near the edge of what is known, due facts first, keys balanced.

An answer tells most where about four in five are right, so that is aimed at. A uniformly random statement in
ten keeps the statistics of the statements honest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log
from random import Random

from learning.rules.keys import MAX_SAME_KEY_IN_A_ROW
from learning.rules.skill import GUESS, KNOWING, MAX_SKILL, attenuation, chance_of_right

TARGET, LOW, HIGH = 0.80, 0.70, 0.90
FIRST_TARGET = 0.70
# So many answers in a topic lead from the first target to the usual one.
WARM_UP = 5
WRONG_IN_A_ROW = 3
EASIER_FOR = 2
EASIER_TARGET = 0.90
NOT_AGAIN_WITHIN = 20
BEST = 5
# How many statements a practice has.
LENGTHS = (5, 10, 20)
MIN_TRUE, MAX_TRUE = 0.45, 0.55
# What an answer that somebody gave within the hour takes from a statement's score.
EXPOSURE = 0.02
EXPOSURE_CAP = 5


class Purpose(StrEnum):
    DUE = "due"
    NEW = "new"
    PROBE = "probe"


TEN = (*[Purpose.DUE] * 6, *[Purpose.NEW] * 3, Purpose.PROBE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """`shown` counts the answers of the last hour."""

    pk: int
    is_true: bool
    difficulty: float
    variance: float
    shown: int = 0


def purpose_of(*, number: int, seed: int) -> Purpose:
    """What the n-th statement of a practice is for: of each ten six are due, three new, one is a probe."""
    ten, place = divmod(number - 1, len(TEN))
    return Random(f"{seed}:{ten}").sample(TEN, len(TEN))[place]


def target_of(*, answers: int, last: Sequence[bool]) -> float:
    """The chance of a right answer to aim at; `last` are the latest answers, the newest at the end.

    After three wrong ones in a row two easy statements follow, whatever comes of the first.
    """
    for ago in range(EASIER_FOR):
        end = len(last) - ago
        run = last[max(end - WRONG_IN_A_ROW, 0) : max(end, 0)]
        if len(run) == WRONG_IN_A_ROW and not any(run):
            return EASIER_TARGET
    return FIRST_TARGET + (TARGET - FIRST_TARGET) * min(answers / WARM_UP, 1.0)


def difficulty_for(target: float, *, skill: float, variance: float) -> float:
    """How hard a statement is that this skill answers rightly with the chance `target`."""
    known = (target - GUESS) / KNOWING
    distance = log(known / (1 - known)) / attenuation(variance)
    return min(max(skill - distance, -2 * MAX_SKILL), 2 * MAX_SKILL)


def allowed_key(keys: Sequence[bool]) -> bool | None:
    """The key that the next statement must have, None when both may come; `keys` are those of the session.

    Never more than four equal ones in a row, and from ten on between 45 and 55 of a hundred true.
    """
    row = keys[-MAX_SAME_KEY_IN_A_ROW:]
    if len(row) == MAX_SAME_KEY_IN_A_ROW and len(set(row)) == 1:
        return not row[0]
    if len(keys) + 1 < len(TEN):
        return None
    trues, count = sum(keys), len(keys) + 1
    if trues + 1 > MAX_TRUE * count and trues >= MIN_TRUE * count:
        return False
    if trues < MIN_TRUE * count:
        return True
    return None


def chosen(
    candidates: Sequence[Candidate], *, skill: float, target: float, key: bool | None, rng: Random
) -> Candidate | None:
    """A random one of the best five; the wanted key where any candidate has it."""
    fitting = [one for one in candidates if key is None or one.is_true is key] or list(candidates)
    if not fitting:
        return None
    ranked = sorted(fitting, key=lambda one: (-_score(one, skill, target), one.pk))
    return rng.choice(ranked[:BEST])


def in_band(candidate: Candidate, *, skill: float) -> bool:
    return LOW <= _chance(candidate, skill) <= HIGH


def _score(candidate: Candidate, skill: float, target: float) -> float:
    distance = abs(_chance(candidate, skill) - target)
    return -distance - EXPOSURE * min(candidate.shown, EXPOSURE_CAP)


def _chance(candidate: Candidate, skill: float) -> float:
    return chance_of_right(skill=skill, difficulty=candidate.difficulty, variance=candidate.variance)
