"""How good a statement is, told by first attempts that weren't rapid; the sharpest question is whether its
key is right, because statements come from machines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import atanh, log, sqrt, tanh
from statistics import fmean, median, pstdev

import numpy as np
from numpy.typing import NDArray

from learning.rules.skill import GUESS, ITEM_MEANS, KNOWING

Floats = NDArray[np.float64]

# The test of the key.
FLIP_FROM_ANSWERS = 8
FLIP_LLR = log(20)
GRID_FROM, GRID_TO, GRID_STEP = -3.0, 3.0, 0.25
LABEL_SD = 0.9

HARD_FROM_ANSWERS, HARD_BELOW = 30, 0.50
FLAT_FROM_ANSWERS, FLAT_BELOW = 50, 0.05
# Fifty answers tell a correlation to within a quarter: of good statements, a third would be below by chance.
SURE = 1.645
EASY_FROM_ANSWERS, EASY_ABOVE = 50, 0.97
SKIPPED_FROM_ANSWERS, SKIPPED_ABOVE = 30, 0.30
REPORTED_BY, REPORTED_ABOVE = 3, 0.03

GOOD_DISCRIMINATION, BEST_FACILITY, FACILITY_ROOM, WORST_REPORT_RATE = 0.30, 0.78, 0.28, 0.05
PRIOR_ANSWERS, PRIOR_SCORE, UNRATED = 20, 0.5, 0.5


class Finding(StrEnum):
    KEY = "key"
    REPORTED = "reported"
    BELOW_CHANCE = "below_chance"
    FLAT = "flat"
    TOO_EASY = "too_easy"
    SKIPPED = "skipped"


class Band(StrEnum):
    BROKEN = "broken"
    WEAK = "weak"
    FAIR = "fair"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's first answer, and what he was thought to know before it."""

    skill: float
    is_right: bool
    response_ms: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Discrimination and efficiency are None where everybody did the same or was thought to know the same."""

    answers: int
    right: int
    rapid: int
    discrimination: float | None
    efficiency: float | None
    key_llr: float
    median_ms: int | None
    log_sd: float | None
    reporters: int = 0
    report_low: float = 0.0
    report_rate: float = 0.0
    stars: float | None = None

    @property
    def facility(self) -> float | None:
        return self.right / self.answers if self.answers else None

    @property
    def rapid_share(self) -> float:
        seen = self.answers + self.rapid
        return self.rapid / seen if seen else 0.0


def without_guessing(facility: float) -> float:
    """The share that knew it: half of those who didn't were lucky."""
    return max(0.0, (facility - GUESS) / (1 - GUESS))


def discrimination(attempts: Sequence[Attempt]) -> float | None:
    """The correlation of right answers with skill: those who know more should be right more often."""
    spread = _spreads(attempts)
    return _covariance(attempts) / (spread[0] * spread[1]) if all(spread) else None


def at_most(correlation: float, count: int) -> float:
    """How large a correlation that was measured in so many answers really is at most, with 95 % certainty (Fisher)."""
    return tanh(atanh(max(correlation, -0.999)) + SURE / sqrt(count - 3)) if correlation < 1 else 1.0


def efficiency(attempts: Sequence[Attempt]) -> float | None:
    """The covariance as a share of the largest that the same skills and answers could have."""
    if not all(_spreads(attempts)):
        return None
    skills = sorted(one.skill for one in attempts)
    outcomes = sorted(one.is_right for one in attempts)
    best = [Attempt(skill, right) for skill, right in zip(skills, outcomes, strict=True)]
    return _covariance(attempts) / _covariance(best)


def key_llr(attempts: Sequence[Attempt], *, label: str) -> float:
    """How much better the answers fit to the opposite key, as the logarithm of the likelihoods' ratio.

    The difficulty is not known, so it is summed over a grid with what the label promises as its weight.
    """
    if not attempts:
        return 0.0
    points, weights = _grid(label)
    skills = np.array([one.skill for one in attempts])[:, None]
    is_right = np.array([one.is_right for one in attempts])[:, None]
    chance = GUESS + KNOWING / (1 + np.exp(points - skills))
    as_it_is = np.log(np.where(is_right, chance, 1 - chance)).sum(axis=0) + weights
    flipped = np.log(np.where(is_right, 1 - chance, chance)).sum(axis=0) + weights
    return float(np.logaddexp.reduce(flipped) - np.logaddexp.reduce(as_it_is))


def measured(attempts: Sequence[Attempt], *, label: str, rapid: int) -> Figures:
    """The figures of a statement's answers; what its reporters say is added by the caller."""
    times = [one.response_ms for one in attempts if one.response_ms > 0]
    return Figures(
        answers=len(attempts),
        right=sum(one.is_right for one in attempts),
        rapid=rapid,
        discrimination=discrimination(attempts),
        efficiency=efficiency(attempts),
        key_llr=key_llr(attempts, label=label),
        median_ms=round(median(times)) if times else None,
        log_sd=pstdev([log(ms) for ms in times]) if times else None,
    )


def quality_score(figures: Figures) -> float:
    """From 0 to 1; a statement with few answers stays near the middle."""
    facility = figures.facility if figures.facility is not None else BEST_FACILITY
    known = figures.discrimination if figures.discrimination is not None else GOOD_DISCRIMINATION / 2
    stars = figures.stars / 5 if figures.stars is not None else UNRATED
    quality = (
        0.35 * _within(known / GOOD_DISCRIMINATION)
        + 0.25 * (1 - _within(abs(facility - BEST_FACILITY) / FACILITY_ROOM))
        + 0.20 * (1 - _within(figures.report_rate / WORST_REPORT_RATE))
        + 0.20 * stars
    )
    return (PRIOR_ANSWERS * PRIOR_SCORE + figures.answers * quality) / (PRIOR_ANSWERS + figures.answers)


def is_too_easy(*, first: int, right: int) -> bool:
    return first >= EASY_FROM_ANSWERS and right > EASY_ABOVE * first


def findings(figures: Figures) -> frozenset[Finding]:
    """What is wrong with it, as far as there are answers enough to tell."""
    count, facility = figures.answers, figures.facility or 0.0
    known = figures.discrimination
    tests = {
        Finding.KEY: count >= FLIP_FROM_ANSWERS and figures.key_llr > FLIP_LLR,
        Finding.REPORTED: figures.reporters >= REPORTED_BY or figures.report_low > REPORTED_ABOVE,
        Finding.BELOW_CHANCE: count >= HARD_FROM_ANSWERS and facility < HARD_BELOW,
        Finding.FLAT: count >= FLAT_FROM_ANSWERS and known is not None and at_most(known, count) < FLAT_BELOW,
        Finding.TOO_EASY: is_too_easy(first=count, right=figures.right),
        Finding.SKIPPED: count + figures.rapid >= SKIPPED_FROM_ANSWERS
        and figures.rapid_share > SKIPPED_ABOVE,
    }
    return frozenset(finding for finding, is_found in tests.items() if is_found)


def makes_suspect(found: frozenset[Finding]) -> bool:
    return bool(found & {Finding.KEY, Finding.BELOW_CHANCE, Finding.FLAT})


def suspends(found: frozenset[Finding]) -> bool:
    return Finding.REPORTED in found


def band_of(value: float | None) -> Band | None:
    """What a discrimination is called."""
    if value is None:
        return None
    if value < FLAT_BELOW:
        return Band.BROKEN
    if value < GOOD_DISCRIMINATION / 2:
        return Band.WEAK
    return Band.FAIR if value <= GOOD_DISCRIMINATION else Band.GOOD


@cache
def _grid(label: str) -> tuple[Floats, Floats]:
    """Difficulties around what the label promises, and the logarithms of their weights."""
    points = np.arange(GRID_FROM, GRID_TO + GRID_STEP / 2, GRID_STEP)
    weights = np.exp(-(((points - ITEM_MEANS[label]) / LABEL_SD) ** 2) / 2)
    return points, np.log(weights / weights.sum())


def _covariance(attempts: Sequence[Attempt]) -> float:
    skill, right = fmean(one.skill for one in attempts), fmean(one.is_right for one in attempts)
    return fmean((one.skill - skill) * (one.is_right - right) for one in attempts)


def _spreads(attempts: Sequence[Attempt]) -> tuple[float, float]:
    if not attempts:
        return 0.0, 0.0
    right = fmean(one.is_right for one in attempts)
    return pstdev(one.skill for one in attempts), sqrt(right * (1 - right))


def _within(value: float) -> float:
    return min(max(value, 0.0), 1.0)
