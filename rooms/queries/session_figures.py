"""How much is played, and how well: what the console draws, from the figures kept of each session."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Avg, Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from rooms.models import SessionAnalytics
from rooms.queries.analytics import first_day

LATEST = 25
BANDS = 10


@dataclass(frozen=True, slots=True)
class Played:
    """What was played on a day."""

    day: date
    sessions: int
    players: int
    answers: int


def played_by_day(*, now: datetime, days: int) -> list[Played]:
    """Every day of the period, also those without a game. One query."""
    first = first_day(now, days)
    rows = (
        _since(first)
        .annotate(day=TruncDate("counted_at", tzinfo=first.tzinfo))
        .values("day")
        .order_by("day")
        .annotate(sessions=Count("pk"), people=Sum("players"), given=Sum("answers"))
    )
    found = {row["day"]: row for row in rows}
    nothing = {"sessions": 0, "people": 0, "given": 0}
    return [
        Played(day, row["sessions"], row["people"], row["given"])
        for number in range(days)
        for day in [date.fromordinal(first.date().toordinal() + number)]
        for row in [found.get(day, nothing)]
    ]


def totals(*, now: datetime, days: int) -> dict[str, float | None]:
    return _since(first_day(now, days)).aggregate(
        sessions=Count("pk"), people=Sum("players", default=0), given=Sum("answers", default=0),
        mean_accuracy=Avg("accuracy"), mean_participation=Avg("participation"), mean_brier=Avg("brier"),
        annulled=Sum("rounds_annulled", default=0), stood_still=Sum("paused_seconds", default=0),
    )  # fmt: skip


def accuracy_bands(*, now: datetime, days: int) -> list[int]:
    """How many sessions ended with 0 to 9 % right, 10 to 19 %, and so on."""
    shares = _since(first_day(now, days)).exclude(accuracy=None).values_list("accuracy", flat=True)
    bands = [0] * BANDS
    for share in shares.iterator(2000):
        bands[min(int(share * BANDS), BANDS - 1)] += 1
    return bands


def latest(*, now: datetime, days: int) -> QuerySet[SessionAnalytics]:
    rows = _since(first_day(now, days)).select_related("session__room", "session__topic")
    return rows.order_by("-counted_at", "-pk")[:LATEST]


def _since(first: datetime) -> QuerySet[SessionAnalytics]:
    return SessionAnalytics.objects.filter(counted_at__gte=first)
