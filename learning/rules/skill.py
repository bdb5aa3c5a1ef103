"""How much a player knows of a topic and how hard a statement is, both in logits with their uncertainty.

A true/false answer carries little, for half of it can be guessed. So the model knows a chance to guess
(GUESS) and to slip (SLIP): P = GUESS + (1 - SLIP - GUESS) * W, where W is the chance to know. Each answer
moves both sides by one step of a Kalman-like filter on that likelihood.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, pi, sqrt

GUESS = 0.5
SLIP = 0.03
KNOWING = 1 - SLIP - GUESS

NEW_VARIANCE = 1.44
ITEM_VARIANCE = 0.36
MIN_ITEM_VARIANCE = 0.01
ITEM_MEANS = {"beginner": -1.0, "intermediate": 0.0, "advanced": 1.0, "expert": 1.0}
# How much of what is known of the other topics a new topic begins with.
CARRIED_OVER = 0.5

# What a player knows changes: each answer and each day makes the last estimate less certain.
GROWTH_PER_ANSWER = 0.002
GROWTH_PER_DAY = 0.005
MAX_STEP = 0.6
MAX_SKILL = 4.0


@dataclass(frozen=True, slots=True)
class Estimate:
    mean: float
    variance: float


def prior_of(difficulty: str) -> Estimate:
    """A statement's difficulty before anybody answered it."""
    return Estimate(ITEM_MEANS[difficulty], ITEM_VARIANCE)


def new_topic(others: float | None) -> Estimate:
    """The skill of somebody new to the topic; `others` is the mean over the player's other topics."""
    return Estimate((others or 0.0) * CARRIED_OVER, NEW_VARIANCE)


def attenuation(variance: float) -> float:
    """How much the other side's uncertainty flattens the curve."""
    return 1 / sqrt(1 + pi * variance / 8)


def logistic(logit: float) -> float:
    return 1 / (1 + exp(-logit))


def knowledge(*, skill: float, difficulty: float, variance: float) -> float:
    """The chance that the player knows it, guessing left aside; `variance` is the other side's."""
    return logistic((skill - difficulty) * attenuation(variance))


def chance_of_right(*, skill: float, difficulty: float, variance: float) -> float:
    """The expected chance of a right answer, guessing and slips included."""
    return GUESS + KNOWING * knowledge(skill=skill, difficulty=difficulty, variance=variance)


def grown(skill: Estimate, *, days: float) -> Estimate:
    """The skill just before the next answer, that many days after the last."""
    growth = GROWTH_PER_ANSWER + GROWTH_PER_DAY * max(days, 0.0)
    return Estimate(skill.mean, min(skill.variance + growth, NEW_VARIANCE))


def after_answer(skill: Estimate, item: Estimate, *, is_right: bool, weight: float = 1.0) -> Estimate:
    """The player's skill after the answer. With less weight the step is shorter and less is learned by it."""
    known = knowledge(skill=skill.mean, difficulty=item.mean, variance=item.variance)
    score, information = _evidence(known, is_right)
    step = weight * _clipped(score / (1 / skill.variance + information))
    mean = min(max(skill.mean + step, -MAX_SKILL), MAX_SKILL)
    return Estimate(mean, min(1 / (1 / skill.variance + weight * information), NEW_VARIANCE))


def item_after_answer(item: Estimate, skill: Estimate, *, is_right: bool) -> Estimate:
    """The statement's difficulty after somebody's first answer to it."""
    known = knowledge(skill=skill.mean, difficulty=item.mean, variance=skill.variance)
    score, information = _evidence(known, is_right)
    variance = 1 / (1 / item.variance + information)
    return Estimate(item.mean - _clipped(variance * score), max(variance, MIN_ITEM_VARIANCE))


def mean_of(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _evidence(known: float, is_right: bool) -> tuple[float, float]:
    """Score and information of the answer at this chance to know."""
    chance = GUESS + KNOWING * known
    slope = KNOWING * known * (1 - known)
    spread = chance * (1 - chance)
    return (is_right - chance) * slope / spread, slope * slope / spread


def _clipped(step: float) -> float:
    return min(max(step, -MAX_STEP), MAX_STEP)
