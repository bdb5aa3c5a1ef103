"""A player's league: the own weeks, and the little that members of one group see of each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from django.utils import timezone

from learning.models import LeagueEntry, LeagueMember
from learning.rules.leagues import LOOK_BACK, ONE_WEEK, Glimpse, Score, glimpse
from players.models import Player
from players.queries.boards import Row, row_of
from players.queries.cards import people
from players.queries.charts import Chart, chart_of
from players.queries.days import Week
from players.queries.privacy import seen_by_many
from players.rules.days import week_of
from players.rules.levels import percent_of
from players.rules.privacy import Field


@dataclass(frozen=True, slots=True)
class Goal:
    """What a group has together, of what its members usually have."""

    total: int
    goal: int

    @property
    def percent(self) -> int:
        return percent_of(self.total, self.goal) if self.goal else 0


@dataclass(frozen=True, slots=True)
class Mover:
    name: str
    url: str
    gain: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The week of one group as one of its members may see it; who isn't in a list is unseen."""

    place: int
    members: int
    goal: Goal
    top: Sequence[Row]
    around: Sequence[Row]
    movers: Sequence[Mover]


@dataclass(frozen=True, slots=True)
class League:
    """`points` and `usual` are of the running week; without a group they are None."""

    has_joined: bool
    is_listed: bool
    week: date
    next_week: date
    points: int | None
    usual: int | None
    weeks: Sequence[Week]
    chart: Chart
    group: Group | None
    last_goal: Goal | None
    is_awarded: bool

    @property
    def difference(self) -> int:
        return (self.points or 0) - (self.usual or 0)

    @property
    def is_empty(self) -> bool:
        return not any(week.xp for week in self.weeks)


def site_zone() -> tzinfo:
    """Weeks of leagues are the same for everybody: they begin by the site's clock."""
    return timezone.get_default_timezone()


def week_at(now: datetime) -> date:
    return week_of(timezone.localdate(now, site_zone()))


def league_of(viewer: Player, *, now: datetime) -> League:
    """In the same number of queries for groups of any size; the caller has selected the viewer's game data."""
    week = week_at(now)
    rows = LeagueMember.objects.filter(player=viewer, week__gt=week - (LOOK_BACK + 1) * ONE_WEEK)
    own = {row.week: row for row in rows.select_related("cohort")}
    member, last = own.get(week), own.get(week - ONE_WEEK)
    has_joined = LeagueEntry.objects.filter(player=viewer).exists()
    weeks = [_week(week - back * ONE_WEEK, own) for back in range(LOOK_BACK, -1, -1)]
    return League(
        has_joined=has_joined,
        is_listed=viewer.game_data.is_listed,
        week=week,
        next_week=week + ONE_WEEK,
        points=member.points if member else None,
        usual=member.usual if member else None,
        weeks=weeks,
        chart=chart_of(weeks, [one.xp for one in weeks]),
        group=_group(viewer, member) if member and has_joined else None,
        last_goal=_last_goal(last),
        is_awarded=bool(last and last.is_awarded),
    )


def mark_of(player_id: int) -> date | None:
    """The Monday of last week when it earned the player the mark, and he is in the league still."""
    last = week_at(timezone.now()) - ONE_WEEK
    found = LeagueMember.objects.shown().filter(player=player_id, week=last, is_awarded=True)
    return found.values_list("week", flat=True).first()


def _week(begins: date, own: Mapping[date, LeagueMember]) -> Week:
    return Week(begins, xp=own[begins].points if begins in own else 0)


def _last_goal(last: LeagueMember | None) -> Goal | None:
    if last is None or last.cohort.closed_at is None:
        return None
    return Goal(last.cohort.total or 0, last.cohort.goal or 0)


def _group(viewer: Player, own: LeagueMember) -> Group:
    everybody = LeagueMember.objects.filter(cohort=own.cohort_id)
    members = [*everybody.shown().exclude(player=viewer), own]
    players = {player.pk: player for player in people().filter(pk__in=[row.player_id for row in members])}
    fields = seen_by_many(viewer, players.values())
    seen = [row for row in members if Field.BOARDS in fields.get(row.player_id, frozenset())]
    found = glimpse([Score(row.player_id, row.points, row.usual) for row in seen], own=viewer.pk)

    def drawn(scores: Sequence[Score]) -> list[Row]:
        return [_row(viewer, players[one.player_id], one, found, fields) for one in scores]

    return Group(
        place=found.places.get(viewer.pk, 0),
        members=len(seen),
        goal=Goal(sum(row.points for row in seen), sum(row.expected for row in seen)),
        top=drawn(found.top),
        around=drawn(found.around),
        movers=[_mover(viewer, players[score.player_id], score) for score in found.movers],
    )


def _row(
    viewer: Player, player: Player, score: Score, found: Glimpse, fields: Mapping[int, frozenset[Field]]
) -> Row:
    return row_of(viewer, player, found.places[player.pk], score.points, fields[player.pk])


def _mover(viewer: Player, player: Player, score: Score) -> Mover:
    return Mover(player.name, player.get_absolute_url(), score.gain, player.pk == viewer.pk)
