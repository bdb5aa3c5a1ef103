"""A player's days as a drawing: a column for each week, a square for each day."""

from dataclasses import dataclass
from datetime import date, timedelta

from players.models import ActivityDay, Player
from players.queries.activity import today_of
from players.rules.days import week_of

WEEKDAYS = 7
# How far apart the squares of a calendar stand, and the room for the months above them.
SQUARE = 14
TOP = 18
# Answers from which on a day is drawn warmer.
WARMTH = (1, 10, 30, 60)
HALF_A_YEAR = 26


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A square; `x` and `y` are its place, `warmth` 0 to 4."""

    day: date
    answers: int
    sessions: int
    is_frozen: bool
    warmth: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class CalendarWeek:
    begins: date
    x: int
    answers: int
    active_days: int
    month: str
    days: tuple[CalendarDay, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    weeks: tuple[CalendarWeek, ...]
    width: int
    answers: int
    active_days: int


def profile_calendar(player_id: int) -> Calendar | None:
    """The last half year; None leaves the panel out, for there is nothing to see."""
    player = Player.objects.select_related("game_data", "preferences").get(pk=player_id)
    drawn = calendar(player_id, today=today_of(player), weeks=HALF_A_YEAR)
    return drawn if drawn.active_days else None


def calendar(player_id: int, *, today: date, weeks: int) -> Calendar:
    """So many weeks up to today's, the oldest first, one query."""
    first = week_of(today) - timedelta(weeks=weeks - 1)
    rows = ActivityDay.objects.filter(player_id=player_id, day__gte=first, day__lte=today)
    known = {row.day: row for row in rows}
    drawn = tuple(_week(first, number, known, today) for number in range(weeks))
    return Calendar(
        weeks=drawn,
        width=weeks * SQUARE,
        answers=sum(week.answers for week in drawn),
        active_days=sum(week.active_days for week in drawn),
    )


def _week(first: date, number: int, known: dict[date, ActivityDay], today: date) -> CalendarWeek:
    begins, x = first + timedelta(weeks=number), number * SQUARE
    days = tuple(
        _square(day, known.get(day), x, TOP + at * SQUARE)
        for at in range(WEEKDAYS)
        if (day := begins + timedelta(days=at)) <= today
    )
    # The month's name stands over the first whole week of the month.
    is_new_month = begins.day <= WEEKDAYS and number < (today - first).days // WEEKDAYS
    return CalendarWeek(
        begins=begins,
        x=x,
        answers=sum(day.answers for day in days),
        active_days=sum(1 for day in days if day.answers),
        month=begins.strftime("%b") if is_new_month else "",
        days=days,
    )


def _square(day: date, row: ActivityDay | None, x: int, y: int) -> CalendarDay:
    if row is None:
        return CalendarDay(day, 0, 0, False, 0, x, y)
    return CalendarDay(day, row.answers, row.sessions, row.is_frozen, warmth_of(row.answers), x, y)


def warmth_of(answers: int) -> int:
    return sum(answers >= step for step in WARMTH)
