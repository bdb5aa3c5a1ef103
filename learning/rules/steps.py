"""One answer as a step of two states: the player's skill in the topic and the statement's difficulty.

The live path and the replay of the whole history go through `step`, so they can't differ.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import log

from learning.rules.skill import (
    Estimate,
    after_answer,
    chance_of_right,
    grown,
    item_after_answer,
)

GUESS_MARK, THINK_MARK, SURE_MARK = 1, 2, 3
# What somebody says of the chance to be right by such a mark.
CHANCE_OF_MARK = {GUESS_MARK: 0.5, THINK_MARK: 0.75, SURE_MARK: 0.95}
# What a mark earns in a session: right, wrong. The honest mark is always the best one.
CONFIDENCE_POINTS = {GUESS_MARK: (1, 0), THINK_MARK: (2, -2), SURE_MARK: (3, -6)}
SECONDS_PER_DAY = 86_400
PACE_OVER_ANSWERS = 50


@dataclass(frozen=True, slots=True)
class SkillState:
    """`answers`, `days` and `last_at` are without rapid answers; `pace` is the mean logarithm of the times."""

    estimate: Estimate
    answers: int = 0
    rapid: int = 0
    days: int = 0
    last_at: datetime | None = None
    pace: float = 0.0


@dataclass(frozen=True, slots=True)
class ItemState:
    """`first` and `first_correct` are of first attempts that moved the difficulty."""

    estimate: Estimate
    first: int = 0
    first_correct: int = 0
    rapid: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """What a step looks at in an answer."""

    at: datetime
    is_right: bool
    is_rapid: bool
    is_first: bool
    by_guest: bool
    confidence: int | None = None
    is_skip: bool = False
    is_hinted: bool = False
    response_ms: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """Both sides after the answer, and what was expected before it."""

    skill: SkillState
    item: ItemState
    p_before: float


def step(skill: SkillState, item: ItemState, answer: Answered) -> Step:
    chance = chance_of_right(
        skill=skill.estimate.mean, difficulty=item.estimate.mean, variance=item.estimate.variance
    )
    if answer.is_rapid:
        rapid = item.rapid + (not answer.by_guest)
        return Step(replace(skill, rapid=skill.rapid + 1), replace(item, rapid=rapid), chance)
    before = grown(skill.estimate, days=_days_between(skill.last_at, answer.at))
    return Step(_skill_after(skill, before, item, answer), _item_after(item, before, answer), chance)


def _skill_after(skill: SkillState, before: Estimate, item: ItemState, answer: Answered) -> SkillState:
    return SkillState(
        estimate=after_answer(before, item.estimate, is_right=answer.is_right, weight=weight_of(answer)),
        answers=skill.answers + 1,
        rapid=skill.rapid,
        days=skill.days + _begins_day(skill.last_at, answer.at),
        last_at=max(skill.last_at, answer.at) if skill.last_at else answer.at,
        pace=_pace_after(skill, answer),
    )


def weight_of(answer: Answered) -> float:
    """How much of the player's step the answer is worth.

    A right answer that was marked as a guess tells half as much, and so does a skipped statement; what was
    answered with a hint tells nothing.
    """
    if answer.is_hinted:
        return 0.0
    is_lucky = answer.is_right and answer.confidence == GUESS_MARK
    return 0.5 if is_lucky or answer.is_skip else 1.0


def _item_after(item: ItemState, before: Estimate, answer: Answered) -> ItemState:
    """Only an account's first attempt tells of the statement: later ones tell of memory, guests of chance,
    skips of courage.
    """
    if answer.by_guest or not answer.is_first or answer.is_skip or answer.is_hinted:
        return item
    return ItemState(
        estimate=item_after_answer(item.estimate, before, is_right=answer.is_right),
        first=item.first + 1,
        first_correct=item.first_correct + answer.is_right,
        rapid=item.rapid,
    )


def _pace_after(skill: SkillState, answer: Answered) -> float:
    """The mean of the last answers' logarithms, the newer the more: a long pause at one moves it little."""
    share = 1 / min(skill.answers + 1, PACE_OVER_ANSWERS)
    return skill.pace + share * (log(max(answer.response_ms, 1)) - skill.pace)


def _days_between(last: datetime | None, now: datetime) -> float:
    return (now - last).total_seconds() / SECONDS_PER_DAY if last else 0.0


def _begins_day(last: datetime | None, now: datetime) -> bool:
    # In UTC, because a replay must find the same days after the player has moved to another zone.
    return last is None or now.astimezone(UTC).date() > last.astimezone(UTC).date()
