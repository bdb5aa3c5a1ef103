"""Weeks as bars and points: the server works out where everything stands, the page only draws it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from players.models import Player
from players.queries.days import Week, weeks_of
from players.rules.levels import percent_of

HEIGHT = 120
TOP = 16
EDGE = 18
# How wide a week is drawn, by how many there are.
STEPS = {5: 60, 12: 36, 53: 14}
# With fewer answers a share says nothing.
ENOUGH = 5
LOOK_BACK = 4


@dataclass(frozen=True, slots=True)
class Bar:
    week: Week
    value: int
    x: int
    y: int
    width: int
    height: int
    middle: int
    label: str
    # Where the figure above the bar stands, so that it isn't cut off at the edge.
    value_x: int
    share: int | None = None
    dot: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """`line` joins the shares of weeks with enough answers."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    base: int
    highest: int
    line: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """This week against the mean of the four before, as far back as the player played."""

    name: str
    unit: str
    now: int
    usual: int

    @property
    def difference(self) -> int:
        return self.now - self.usual


@dataclass(frozen=True, slots=True)
class History:
    weeks: list[Week]
    xp: Chart
    answers: Chart
    comparison: list[Comparison]
    is_empty: bool


def history_of(player: Player, *, today: date, weeks: int) -> History:
    """The player's last weeks, in one query."""
    rows = weeks_of(player, today=today, weeks=weeks)
    return History(
        weeks=rows,
        xp=chart_of(rows, [row.xp for row in rows]),
        answers=_with_shares(chart_of(rows, [row.answers for row in rows])),
        comparison=_compared(rows),
        is_empty=not any(row.xp or row.answers for row in rows),
    )


def share_of(week: Week) -> int | None:
    """How many of a hundred answers were right."""
    return percent_of(week.correct, week.answers) if week.answers >= ENOUGH else None


def chart_of(weeks: Sequence[Week], values: Sequence[int]) -> Chart:
    """A figure for each of the weeks, of which there are as many as `STEPS` knows."""
    step, highest = STEPS[len(weeks)], max(*values, 1)
    bars = []
    for number, (week, value) in enumerate(zip(weeks, values, strict=True)):
        # A little is still to be seen.
        height = max(round(HEIGHT * value / highest), 2) if value else 0
        x = number * step + step // 8
        bars.append(
            Bar(
                week=week,
                value=value,
                x=x,
                y=TOP + HEIGHT - height,
                width=step - step // 4,
                height=height,
                middle=x + (step - step // 4) // 2,
                label=_label(weeks, number),
                value_x=min(max(x + (step - step // 4) // 2, EDGE), step * len(weeks) - EDGE),
            )
        )
    return Chart(tuple(bars), step * len(weeks), TOP + HEIGHT + 20, TOP + HEIGHT, highest)


def _with_shares(chart: Chart) -> Chart:
    bars = []
    for bar in chart.bars:
        share = share_of(bar.week)
        dot = TOP + HEIGHT - round(HEIGHT * share / 100) if share is not None else 0
        bars.append(replace(bar, share=share, dot=dot))
    line = " ".join(f"{bar.middle},{bar.dot}" for bar in bars if bar.share is not None)
    return replace(chart, bars=tuple(bars), line=line)


def _label(weeks: Sequence[Week], number: int) -> str:
    """Every second week of twelve by its day, of a year the months."""
    begins = weeks[number].begins
    if len(weeks) > 12:
        return begins.strftime("%b") if begins.day <= 7 and number < len(weeks) - 1 else ""
    return f"{begins.day} {begins:%b}" if (len(weeks) - 1 - number) % 2 == 0 else ""


def _compared(weeks: Sequence[Week]) -> list[Comparison]:
    """Only weeks since the player began are his usual; nobody is compared with a time before he came."""
    *before, now = weeks
    recent = before[-LOOK_BACK:]
    while recent and not (recent[0].answers or recent[0].xp):
        recent = recent[1:]
    if not recent:
        return []
    found = [
        Comparison(
            name, unit, getattr(now, key), round(sum(getattr(row, key) for row in recent) / len(recent))
        )
        for name, unit, key in (
            ("Experience", "XP", "xp"),
            ("Answers", "answers", "answers"),
            ("Quizzes", "quizzes", "sessions"),
        )
    ]
    right, answers = sum(row.correct for row in recent), sum(row.answers for row in recent)
    if answers >= ENOUGH and now.answers >= ENOUGH:
        found.append(
            Comparison("Right answers", "%", percent_of(now.correct, now.answers), percent_of(right, answers))
        )
    return found
