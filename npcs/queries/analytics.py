"""How characters do: figures of their answers, by day and by character. Made from the interactions themselves."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour, TruncDate
from django.utils import timezone

from npcs.gains import Gain, gains_of
from npcs.models import Interaction, Npc
from npcs.rules.insight import share

Outcome = Interaction.Outcome
BUSIEST = 50
# JSON has no list that is empty in one way only, so both are said.
CITES = Q(interaction_context__has_key="sources") & ~Q(interaction_context__sources=[])


@dataclass(frozen=True, slots=True)
class Figures:
    """What was answered in some time, by one character or by all."""

    answers: int = 0
    players: int = 0
    refused: int = 0
    cut_off: int = 0
    failed: int = 0
    with_sources: int = 0
    response_ms: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    ratings: int = 0
    stars: float | None = None

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    @property
    def answered(self) -> int:
        """Those that were what people had hoped for."""
        return self.answers - self.refused - self.failed

    @property
    def error_share(self) -> float:
        return share(self.failed, self.answers)

    @property
    def refusal_share(self) -> float:
        return share(self.refused, self.answers)

    @property
    def knowledge_share(self) -> float:
        return share(self.with_sources, self.answers)


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    figures: Figures


@dataclass(frozen=True, slots=True)
class Row:
    """A character with its figures."""

    npc: Npc
    figures: Figures
    gain: Gain | None


def first_day(now: datetime, days: int) -> datetime:
    """Its midnight where the installation is: the figures are kept and shown to all, wherever they are."""
    here = timezone.localtime(now, timezone.get_default_timezone())
    return (here - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())


def in_time(since: datetime, until: datetime) -> QuerySet[Interaction]:
    return Interaction.objects.filter(created_at__gte=since, created_at__lt=until)


def total(*, since: datetime, until: datetime) -> Figures:
    return Figures(**_clean(in_time(since, until).aggregate(**_columns())))


def by_day(*, now: datetime, days: int) -> list[Day]:
    """Every day of the period, also those without an answer. One query."""
    first = first_day(now, days)
    rows: Any = (
        Interaction.objects.filter(created_at__gte=first)
        .annotate(day=TruncDate("created_at", tzinfo=first.tzinfo))
        .values("day")
        .order_by("day")
        .annotate(**_columns())
    )
    found = {row.pop("day"): Figures(**_clean(row)) for row in rows}
    dates = [first.date() + timedelta(days=number) for number in range(days)]
    return [Day(day, found.get(day, Figures())) for day in dates]


def by_character(
    *, since: datetime, until: datetime, npc_ids: Collection[int] | None = None
) -> dict[int, Figures]:
    """The figures of each character that answered at all, the busiest first. One query."""
    rows = in_time(since, until)
    if npc_ids is not None:
        rows = rows.filter(npc__in=npc_ids)
    return {row.pop("npc_id"): Figures(**_clean(row)) for row in _grouped(rows)}


def busiest(*, since: datetime, until: datetime, limit: int = BUSIEST) -> list[Row]:
    """The characters that answered most, with what people learned from them."""
    rows = _grouped(in_time(since, until))[:limit]
    figures: dict[int, Figures] = {row.pop("npc_id"): Figures(**_clean(row)) for row in rows}
    npcs = Npc.objects.in_bulk(figures)
    gains = gains_of(list(figures), since=since, until=until)
    return [Row(npcs[pk], it, gains.get(pk)) for pk, it in figures.items() if pk in npcs]


def hours_of(npc_id: int, *, since: datetime, until: datetime) -> dict[int, int]:
    """Answers by the hour of the day, where the installation is."""
    here = timezone.get_default_timezone()
    rows = in_time(since, until).filter(npc=npc_id).annotate(hour=ExtractHour("created_at", tzinfo=here))
    counted = rows.values("hour").order_by("hour").annotate(count=Count("pk"))
    return {row["hour"]: row["count"] for row in counted}


def stars_of(npc_id: int, *, since: datetime, until: datetime) -> dict[int, int]:
    """How often which rating was given."""
    rated = in_time(since, until).filter(npc=npc_id, satisfaction_rating__isnull=False)
    counted: Any = (
        rated.values("satisfaction_rating").annotate(count=Count("pk")).order_by("satisfaction_rating")
    )
    return {row["satisfaction_rating"]: row["count"] for row in counted}


def slow_ms(npc_id: int, *, since: datetime, until: datetime, of: float = 0.95) -> int:
    """What this share of the answers kept within."""
    times = in_time(since, until).filter(npc=npc_id).order_by("response_time_ms", "pk")
    count = times.count()
    if not count:
        return 0
    place = min(count - 1, int(count * of))
    return times.values_list("response_time_ms", flat=True)[place]


def _grouped(rows: QuerySet[Interaction]) -> Any:
    """By character, the busiest first."""
    grouped: Any = rows.values("npc_id").order_by()
    return grouped.annotate(**_columns()).order_by("-answers", "npc_id")


def _columns() -> dict[str, object]:
    return {
        "answers": Count("pk"),
        "players": Count("player", distinct=True),
        "refused": Count("pk", filter=Q(outcome=Outcome.REFUSED)),
        "cut_off": Count("pk", filter=Q(outcome=Outcome.TRUNCATED)),
        "failed": Count("pk", filter=Q(outcome=Outcome.UNAVAILABLE)),
        "with_sources": Count("pk", filter=CITES),
        "response_ms": Avg("response_time_ms"),
        "tokens_in": Sum("tokens_in"),
        "tokens_out": Sum("tokens_out"),
        "cost": Sum("cost_estimate"),
        "ratings": Count("satisfaction_rating"),
        "stars": Avg("satisfaction_rating"),
    }


def _clean(row: dict) -> dict:
    """What was never measured is nothing, but for the stars: nobody's opinion is no bad one."""
    nothing = {"cost": Decimal(0)}
    return {
        name: nothing.get(name, 0) if value is None and name != "stars" else value
        for name, value in row.items()
    }
