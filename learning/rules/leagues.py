"""Weeks in small groups: who learns beside whom, what a week is worth, and how little of it others see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from math import ceil
from random import Random
from statistics import median

from learning.rules.steps import CONFIDENCE_POINTS

SMALLEST, LARGEST = 12, 20
ACTIVITY = timedelta(days=28)
ONE_WEEK = timedelta(weeks=1)
LOOK_BACK = 4
POINTS_FOR_MASTERY = 100
POINTS_FOR_REVIEW = 1
SHARE_OF_CONFIDENCE = 0.5
# What is expected of somebody new where nobody in the group has a week behind him, and of anybody at least.
NEWCOMER, LEAST = 20, 10
TOP, AROUND, MOVERS = 3, 2, 3

# A mark, whether it was right, and how often that came in the session.
Marked = tuple[int, bool, int]


@dataclass(frozen=True, slots=True)
class Score:
    """One member's week so far; `usual` is the mean of the own weeks before, None for a first week."""

    player_id: int
    points: int
    usual: int | None

    @property
    def gain(self) -> int:
        return 0 if self.usual is None else self.points - self.usual


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What one member sees of the group: the best, the own place and its neighbours, who rose most."""

    top: list[Score]
    around: list[Score]
    movers: list[Score]
    places: dict[int, int]


def cohorts(activity: Mapping[int, int], *, seed: str) -> list[list[int]]:
    """Groups of people who were about equally active, whatever they know; chance decides between equals.

    Of 12 to 20 wherever that can be: fewer than 12 are one group, and so are 21 to 23, who can't be halved.
    """
    people = sorted(activity)
    Random(seed).shuffle(people)
    people.sort(key=lambda pk: -activity[pk])
    if not people:
        return []
    groups = max(min(ceil(len(people) / LARGEST), len(people) // SMALLEST), 1)
    ends = [len(people) * number // groups for number in range(groups + 1)]
    return [people[begin:end] for begin, end in pairwise(ends)]


def points_of(*, risen: Iterable[float], reviews: int, sessions: Iterable[int]) -> int:
    """What a week is worth: what became surely known, what was looked at when it was due, honest marks.

    `risen` says by topic how much the lower bound of the mastery moved, `sessions` the sum of marks of each.
    Nothing takes points away.
    """
    mastery = sum(max(share, 0.0) for share in risen)
    marks = sum(max(points, 0) for points in sessions)
    return round(POINTS_FOR_MASTERY * mastery + POINTS_FOR_REVIEW * reviews + SHARE_OF_CONFIDENCE * marks)


def marks_of(answers: Iterable[Marked]) -> int:
    """The sum of one session, as a session itself counts it."""
    return sum(CONFIDENCE_POINTS[mark][0 if is_right else 1] * times for mark, is_right, times in answers)


def expected(usual: Mapping[int, int | None]) -> dict[int, int]:
    """What each brings to the goal of the group: the own usual week.

    Who has none yet brings what is usual in the group. So a group that goes on as always reaches its goal.
    """
    known = [points for points in usual.values() if points is not None]
    typical = median(known) if known else NEWCOMER
    return {pk: max(round(typical if points is None else points), LEAST) for pk, points in usual.items()}


def glimpse(scores: Sequence[Score], *, own: int) -> Glimpse:
    """Never the whole table of a group of twelve; equal points share a place."""
    ranked = sorted(scores, key=lambda score: (-score.points, score.player_id))
    places: dict[int, int] = {}
    for number, score in enumerate(ranked):
        is_equal = number > 0 and ranked[number - 1].points == score.points
        places[score.player_id] = places[ranked[number - 1].player_id] if is_equal else number + 1
    at = next((number for number, score in enumerate(ranked) if score.player_id == own), None)
    around = [] if at is None else ranked[max(at - AROUND, TOP) : at + AROUND + 1]
    risen = sorted((score for score in ranked if score.gain > 0), key=lambda score: -score.gain)
    return Glimpse(ranked[:TOP], around, risen[:MOVERS], places)


def best_third(points: Mapping[int, int]) -> set[int]:
    """Who gets the mark: a third of the group, with all who have as much as the last of them; nobody for 0."""
    if not points:
        return set()
    enough = sorted(points.values(), reverse=True)[ceil(len(points) / 3) - 1]
    return {pk for pk, value in points.items() if value > 0 and value >= enough}


def begin_of(week: date, zone: tzinfo) -> datetime:
    """The midnight at which the week's Monday begins."""
    return datetime.combine(week, time.min, zone)
