"""What a player has unlocked, what he has reached by now, and how far it is to the rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from players import counters
from players.models import Achievement, PlayerAchievement
from players.rules.achievements import counters_of, goal_of, is_reached
from players.rules.levels import percent_of

SERIES = {
    "answers": "Answers",
    "streak": "Day streak",
    "care": "Care and doubt",
    "topics": "Topics",
    "reviews": "Reviews",
    "community": "With others",
    "scenarios": "Scenarios",
    "worlds": "Worlds",
}


@dataclass(frozen=True, slots=True)
class Badge:
    """An achievement as it is shown; `value` and `target` while there is a way to draw."""

    code: str
    name: str
    description: str
    icon: str
    tier: str
    tier_name: str
    points: int
    unlocked_at: datetime | None = None
    value: int = 0
    target: int = 0
    is_ahead: bool = False

    @property
    def percent(self) -> int:
        return percent_of(min(self.value, self.target), self.target)


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    badges: list[Badge]

    @property
    def unlocked(self) -> int:
        return sum(1 for badge in self.badges if badge.unlocked_at)


@dataclass(frozen=True, slots=True)
class Collection:
    """All achievements for the page of one's own."""

    series: list[Series]
    unlocked: int
    visible: int
    points: int

    @property
    def percent(self) -> int:
        return percent_of(self.unlocked, self.visible)


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What a profile shows: those that the player has, the latest first."""

    badges: list[Badge]
    points: int


def reached_by(player_id: int, names: Iterable[str] | None = None) -> list[Achievement]:
    """What the player has reached and not yet unlocked, among the rules that look at these counters."""
    open_ones = Achievement.objects.filter(is_active=True).exclude(holders__player=player_id)
    changed = counters.known() if names is None else set(names)
    looked_at = [one for one in open_ones if counters_of(one.rule) & changed]
    if not looked_at:
        return []
    figures = counters.counted(player_id, frozenset().union(*(counters_of(one.rule) for one in looked_at)))
    return [one for one in looked_at if is_reached(one.rule, figures)]


def unlocked_on_profile(player_id: int) -> Unlocked | None:
    """None leaves the panel out: nothing is unlocked yet."""
    rows = PlayerAchievement.objects.filter(player=player_id).select_related("achievement")
    held = list(rows.order_by("-unlocked_at", "-pk"))
    badges = [_badge(row.achievement, row.points, row.unlocked_at) for row in held]
    return Unlocked(badges, sum(row.points for row in held)) if held else None


def collection_of(player_id: int) -> Collection:
    """Everything by series with the way to it; hidden ones once they are unlocked. For the player himself."""
    shown = [one for one in _with_holding(player_id) if one.unlocked_at or not one.is_hidden]
    locked = [one for one in shown if not one.unlocked_at]
    wanted = frozenset[str]().union(*(counters_of(one.rule) for one in locked))
    figures = counters.counted(player_id, wanted) if wanted else {}
    known = counters.known()
    by_series: dict[str, list[Badge]] = {}
    for one in shown:
        by_series.setdefault(one.series, []).append(_on_the_way(one, figures, known))
    return Collection(
        series=[
            Series(SERIES.get(name, name.capitalize() or "More"), rows) for name, rows in by_series.items()
        ],
        unlocked=len(shown) - len(locked),
        visible=len(shown),
        points=sum(one.paid or 0 for one in shown),
    )


def _with_holding(player_id: int) -> QuerySet:
    held = PlayerAchievement.objects.filter(player=player_id, achievement=OuterRef("pk"))
    rows = Achievement.objects.annotate(
        unlocked_at=Subquery(held.values("unlocked_at")[:1]), paid=Subquery(held.values("points")[:1])
    )
    return rows.exclude(is_active=False, unlocked_at=None).order_by(F("position"), "pk")


def _on_the_way(one: Any, figures: dict[str, int | float], known: set[str]) -> Badge:
    if one.unlocked_at:
        return _badge(one, one.paid, one.unlocked_at)
    goal = goal_of(one.rule)
    # What no part of the game can count yet lies ahead of everybody.
    is_ahead = not counters_of(one.rule) <= known
    value = int(figures.get(goal.counter, 0)) if goal else 0
    return _badge(one, one.points, way=(value, int(goal.target) if goal else 0, is_ahead))


def _badge(
    one: Achievement,
    points: int,
    unlocked_at: datetime | None = None,
    way: tuple[int, int, bool] = (0, 0, False),
) -> Badge:
    return Badge(
        code=one.code,
        name=one.name,
        description=one.description,
        icon=one.icon,
        tier=one.tier,
        tier_name=one.get_tier_display(),
        points=points,
        unlocked_at=unlocked_at,
        value=way[0],
        target=way[1],
        is_ahead=way[2],
    )
