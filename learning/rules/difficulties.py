"""Difficulties estimated anew from all first attempts at once, by damped Newton steps on the same likelihood
that the single answers move them by.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learning.rules.skill import GUESS, KNOWING, MAX_SKILL, MIN_ITEM_VARIANCE, Estimate

FROM_ANSWERS = 30
ROUNDS = 25
LONGEST_STEP = 0.5
SETTLED_BELOW = 1e-6
_SAFE = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FirstAttempts:
    """One entry for each answer: which statement (0 to n - 1), the skill before it, and whether it was right."""

    item: NDArray[np.int64]
    skill: Floats
    is_right: NDArray[np.bool_]


def estimated(attempts: FirstAttempts, *, priors: list[Estimate]) -> list[Estimate]:
    """The difficulties where the likelihood times what the labels promise is highest, with their variances."""
    means = np.array([prior.mean for prior in priors])
    precisions = np.array([1 / prior.variance for prior in priors])
    found = means.copy()
    for _ in range(ROUNDS):
        score, information = _evidence(attempts, found)
        step = (score - precisions * (found - means)) / (precisions + information)
        step = np.clip(step, -LONGEST_STEP, LONGEST_STEP)
        found = np.clip(found + step, -2 * MAX_SKILL, 2 * MAX_SKILL)
        if np.max(np.abs(step), initial=0.0) < SETTLED_BELOW:
            break
    variances = np.maximum(1 / (precisions + _evidence(attempts, found)[1]), MIN_ITEM_VARIANCE)
    return [Estimate(float(m), float(v)) for m, v in zip(found, variances, strict=True)]


def centred(new: Mapping[int, Estimate], *, before: Mapping[int, float]) -> dict[int, Estimate]:
    """The same differences, moved so that the mean of the statements in `before` is what it was.

    Otherwise the scale of a topic would drift, and with it everybody's skill.
    """
    shared = [pk for pk in new if pk in before]
    drift = sum(new[pk].mean - before[pk] for pk in shared) / len(shared) if shared else 0.0
    return {pk: Estimate(one.mean - drift, one.variance) for pk, one in new.items()}


def _evidence(attempts: FirstAttempts, difficulties: Floats) -> tuple[Floats, Floats]:
    """Of each statement the slope of the log likelihood along its difficulty, and its expected curvature."""
    known = 1 / (1 + np.exp(difficulties[attempts.item] - attempts.skill))
    chance = GUESS + KNOWING * known
    slope = KNOWING * known * (1 - known)
    spread = np.maximum(chance * (1 - chance), _SAFE)
    count = len(difficulties)
    return (
        _summed(attempts, (chance - attempts.is_right) * slope / spread, count),
        _summed(attempts, slope * slope / spread, count),
    )


def _summed(attempts: FirstAttempts, values: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(attempts.item, values, minlength=count), dtype=np.float64)
