"""How much of a topic somebody knows, as a share that guessing doesn't raise, and its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import log, sqrt

from learning.rules.skill import logistic

# Difficulty and how many statements have it.
Pool = Sequence[tuple[float, int]]
# Where a topic has no statement that can be played any more.
EMPTY_POOL: Pool = ((0.0, 1),)

NAMED_FROM_ANSWERS = 6
PROFICIENT_FROM_ANSWERS = 30
MASTER_FROM_ANSWERS = 60
MASTER_FROM_DAYS = 7
MAX_ERROR = 0.60
# What must still be remembered of the due facts: to be a master, and not to need a refresh.
REMEMBERED_FROM = 0.85
REFRESH_AFTER_DAYS = 30
# So long nothing that is forgotten takes a band away.
KEPT_FOR_DAYS = 60


class Band(StrEnum):
    NOVICE = "novice"
    FAMILIAR = "familiar"
    PROFICIENT = "proficient"
    MASTER = "master"


FAMILIAR_FROM, PROFICIENT_FROM, MASTER_FROM = 0.40, 0.70, 0.90


@dataclass(frozen=True, slots=True)
class Mastery:
    """The share of the topic that the player knows, and what it is at least by one standard error."""

    share: float
    low: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What a band is decided by; `remembered` is the mean over the due facts, None where none is due."""

    share: float
    low: float
    variance: float
    answers: int
    days: int
    remembered: float | None = None


def mastery(*, mean: float, variance: float, pool: Pool) -> Mastery:
    """The mean chance to know one of the topic's statements."""
    return Mastery(_share(mean, pool), _share(mean - sqrt(variance), pool))


def high_of(share: float, low: float) -> float:
    """What the share is at most: as far above it as `low` is below, on the scale of the skill."""
    if not 0 < low <= share < 1:
        return share
    return logistic(2 * _logit(share) - _logit(low))


def band_of(standing: Standing) -> Band | None:
    """The highest band whose conditions are met; None after so few answers that a name would be a guess.

    A band above familiar needs answers enough and a small error, and the low estimate may not be further
    down than the band below.
    """
    if standing.answers < NAMED_FROM_ANSWERS:
        return None
    if _is_master(standing):
        return Band.MASTER
    if _is_proficient(standing):
        return Band.PROFICIENT
    return Band.FAMILIAR if standing.share >= FAMILIAR_FROM else Band.NOVICE


def needs_refresh(*, days: float, remembered: float | None = None) -> bool:
    """Much of what was known is forgotten by now, as far as can be told; the band stays."""
    if remembered is None:
        return days >= REFRESH_AFTER_DAYS
    return remembered < REMEMBERED_FROM


def counts_as_of(*, last: datetime, now: datetime) -> datetime:
    """The moment at which memory is asked for the band: the last answer, until that is too long ago."""
    return last if now - last < timedelta(days=KEPT_FOR_DAYS) else now


def _is_proficient(standing: Standing) -> bool:
    is_known = standing.answers >= PROFICIENT_FROM_ANSWERS and sqrt(standing.variance) <= MAX_ERROR
    return is_known and standing.share >= PROFICIENT_FROM and standing.low >= FAMILIAR_FROM


def _is_master(standing: Standing) -> bool:
    is_practised = standing.answers >= MASTER_FROM_ANSWERS and standing.days >= MASTER_FROM_DAYS
    is_kept = standing.remembered is None or standing.remembered >= REMEMBERED_FROM
    is_known = is_practised and is_kept and sqrt(standing.variance) <= MAX_ERROR
    return is_known and standing.share >= MASTER_FROM and standing.low >= PROFICIENT_FROM


def _logit(share: float) -> float:
    return log(share / (1 - share))


def _share(skill: float, pool: Pool) -> float:
    pool = pool or EMPTY_POOL
    return sum(count * logistic(skill - difficulty) for difficulty, count in pool) / sum(
        count for _, count in pool
    )
