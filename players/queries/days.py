"""What a player did day by day and week by week, for programs that draw it themselves."""

from dataclasses import dataclass
from datetime import date, timedelta

from padawanforge.kit.paging import Page, page_of
from players.models import ActivityDay, Player

FIGURES = ("answers", "correct", "sessions", "xp")


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday; weeks without anything are there with zeros."""

    begins: date
    answers: int = 0
    correct: int = 0
    sessions: int = 0
    xp: int = 0


def days_of(player: Player, *, after: str = "", limit: int) -> Page:
    """The days on which the player did something, the newest first."""
    rows = ActivityDay.objects.filter(player=player)
    return page_of(rows, order=("-day", "-pk"), cursor=after, limit=limit)


def weeks_of(player: Player, *, today: date, weeks: int) -> list[Week]:
    """So many weeks up to today's, the oldest first."""
    last = today - timedelta(days=today.weekday())
    first = last - timedelta(weeks=weeks - 1)
    sums = {first + timedelta(weeks=n): dict.fromkeys(FIGURES, 0) for n in range(weeks)}
    # A day of a zone ahead of ours may be tomorrow's already.
    found = ActivityDay.objects.filter(player=player, day__gte=first, day__lt=last + timedelta(weeks=1))
    for day, *figures in found.values_list("day", *FIGURES):
        week = sums[day - timedelta(days=day.weekday())]
        for name, figure in zip(FIGURES, figures, strict=True):
            week[name] += figure
    return [Week(begins, **figures) for begins, figures in sums.items()]
