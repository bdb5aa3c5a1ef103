"""Whether a statement is harder for one group of players than for others who know as much (differential item
functioning): the same likelihood that finds its difficulty, once for the group and once for the rest.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from learning.rules.difficulties import FirstAttempts, estimated
from learning.rules.skill import Estimate

# Smaller groups are in no figure: neither on their own nor among the rest.
SMALLEST_GROUP = 100
UNEQUAL_ABOVE = 0.6
# So wide that a hundred answers speak for themselves, and so narrow that an odd group stays within bounds.
FREE = 4.0
# The group of those who answer without a clock.
UNTIMED = "untimed"


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody's first answer: the group, the skill before it, and whether it was right."""

    group: str
    skill: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """By how many logits the statement is harder for the group than for the others; below nothing, easier."""

    group: str
    answers: int
    others: int
    logits: float
    error: float


def differences(takers: Sequence[Taker]) -> list[Difference]:
    """Of each group that is large enough against all others that are, in the order of their names."""
    counts = Counter(one.group for one in takers)
    large = sorted(group for group, count in counts.items() if count >= SMALLEST_GROUP)
    if len(large) < 2:
        return []
    counted = [one for one in takers if one.group in large]
    skill = np.array([one.skill for one in counted], dtype=np.float64)
    is_right = np.array([one.is_right for one in counted], dtype=np.bool_)
    everybody = FirstAttempts(np.zeros(len(counted), dtype=np.int64), skill, is_right)
    (common,) = estimated(everybody, priors=[Estimate(0.0, FREE)])
    prior = Estimate(common.mean, FREE)
    found = []
    for group in large:
        rest = np.array([one.group != group for one in counted], dtype=np.int64)
        own, others = estimated(FirstAttempts(rest, skill, is_right), priors=[prior, prior])
        found.append(
            Difference(
                group=group,
                answers=counts[group],
                others=len(counted) - counts[group],
                logits=own.mean - others.mean,
                error=sqrt(own.variance + others.variance),
            )
        )
    return found


def is_unequal(logits: float) -> bool:
    return abs(logits) > UNEQUAL_ABOVE
