"""Each night the figures of characters are written down, and what can be learned from them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from npcs.gains import Gain, gains_of
from npcs.models import NpcLearningData, NpcMetric
from npcs.queries import analytics
from npcs.queries.analytics import Figures
from npcs.rules.insight import confidence, share

# A server that slept for some nights makes up for them.
CATCH_UP_DAYS = 3
OBSERVED_DAYS = 28
KEPT = timedelta(days=400)
FINDINGS_KEPT = timedelta(days=90)
BATCH = 500
Period = NpcMetric.Period
Type = NpcLearningData.Type


def record_nights(*, now: datetime) -> int:
    """The figures of the last days, and of a week or month that has ended; how many rows. Harmless when repeated."""
    today = timezone.localtime(now, timezone.get_default_timezone()).date()
    days = [today - timedelta(days=number) for number in range(CATCH_UP_DAYS, 0, -1)]
    return sum(record_period(first, period) for day in days for first, period in _ended_on(day))


def record_period(first: date, period: str) -> int:
    """The figures of every character that answered in the period that begins on this day; how many rows."""
    since, until = analytics.midnight(first), analytics.midnight(_after(first, period))
    by_character = analytics.by_character(since=since, until=until)
    gains = gains_of(list(by_character), since=since, until=until)
    rows = [
        NpcMetric(
            npc_id=npc_id, metric_name=name, metric_value=value, metric_unit=unit, date_recorded=first,
            time_period=period, metadata=metadata,
        )
        for npc_id, figures in by_character.items()
        for name, value, unit, metadata in metrics_of(figures, gains.get(npc_id))
    ]  # fmt: skip
    NpcMetric.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["npc", "time_period", "metric_name", "date_recorded"],
        update_fields=["metric_value", "metric_unit", "metadata"],
    )
    return len(rows)


def metrics_of(figures: Figures, gain: Gain | None = None) -> Iterator[tuple[str, float, str, dict]]:
    """Name, value, unit and what must be known to read it; nothing that was not measured."""
    counted = {"answers": figures.answers}
    yield "answers", figures.answers, "answers", {}
    yield "players", figures.players, "people", {}
    yield "engagement", share(figures.answers, figures.players), "answers a person", counted
    yield "response_time", figures.response_ms, "ms", counted
    yield "tokens", figures.tokens, "tokens", {"in": figures.tokens_in, "out": figures.tokens_out}
    yield "tokens_per_answer", share(figures.tokens, figures.answers), "tokens", counted
    yield "cost", float(figures.cost), "money", {}
    yield "error_rate", figures.error_share, "share", counted
    yield "refusal_rate", figures.refusal_share, "share", counted
    yield "knowledge_use", figures.knowledge_share, "share", counted
    if figures.stars is not None:
        yield "satisfaction", figures.stars, "stars", {"ratings": figures.ratings}
    if gain is not None:
        more = {"before": gain.before, "after": gain.after, "players": gain.players, "answers": gain.answers}
        yield "learning_gain", gain.points, "points", more


@transaction.atomic
def record_findings(*, now: datetime) -> int:
    """What the last weeks say of each character that answered in them; how many rows."""
    since = analytics.first_day(now, OBSERVED_DAYS)
    by_character = analytics.by_character(since=since, until=now)
    gains = gains_of(list(by_character), since=since, until=now)
    source = f"the last {OBSERVED_DAYS} days"
    rows = [
        NpcLearningData(
            npc_id=npc_id, data_type=type_, data_value=value, confidence_score=confidence(observations),
            source=source, recorded_on=timezone.localdate(now),
        )
        for npc_id, figures in by_character.items()
        for type_, value, observations in _findings(npc_id, figures, gains.get(npc_id), since=since, until=now)
    ]  # fmt: skip
    NpcLearningData.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["npc", "data_type", "source", "recorded_on"],
        update_fields=["data_value", "confidence_score"],
    )
    return len(rows)


def forget_old(*, now: datetime) -> int:
    """Figures of a day after a year, findings after some months; weeks and months stay. How many rows."""
    old = NpcMetric.objects.filter(time_period=Period.DAILY, date_recorded__lt=(now - KEPT).date())
    stale = NpcLearningData.objects.filter(recorded_on__lt=(now - FINDINGS_KEPT).date())
    return old.delete()[0] + stale.delete()[0]


def _findings(
    npc_id: int, figures: Figures, gain: Gain | None, *, since: datetime, until: datetime
) -> Iterator[tuple[str, dict, int]]:
    hours = analytics.hours_of(npc_id, since=since, until=until)
    yield (
        Type.INTERACTION_PATTERN,
        {
            "answers": figures.answers,
            "players": figures.players,
            "answers_per_player": share(figures.answers, figures.players),
            "busiest_hour": max(hours, key=lambda hour: (hours[hour], -hour)),
        },
        figures.answers,
    )
    yield (
        Type.RESPONSE_QUALITY,
        {
            "answered": share(figures.answered, figures.answers),
            "refused": figures.refusal_share,
            "cut_off": share(figures.cut_off, figures.answers),
            "knowledge_use": figures.knowledge_share,
            **({"learning_gain": gain.points, "learners": gain.players} if gain else {}),
        },
        figures.answers,
    )
    if figures.stars is not None:
        stars = analytics.stars_of(npc_id, since=since, until=until)
        spread = {str(star): count for star, count in stars.items()}
        yield Type.USER_FEEDBACK, {"average": round(figures.stars, 2), "stars": spread}, figures.ratings
    yield (
        Type.PERFORMANCE_METRIC,
        {
            "response_ms": round(figures.response_ms),
            "slowest_twentieth_ms": analytics.slow_ms(npc_id, since=since, until=until),
            "tokens_per_answer": share(figures.tokens, figures.answers),
            "cost": float(figures.cost),
            "errors": figures.error_share,
        },
        figures.answers,
    )


def _ended_on(day: date) -> Iterator[tuple[date, str]]:
    """The periods whose last day this is, by their first days."""
    yield day, Period.DAILY
    if day.isoweekday() == 7:
        yield day - timedelta(days=6), Period.WEEKLY
    if (day + timedelta(days=1)).day == 1:
        yield day.replace(day=1), Period.MONTHLY


def _after(first: date, period: str) -> date:
    """The day after the period."""
    if period == Period.DAILY:
        return first + timedelta(days=1)
    if period == Period.WEEKLY:
        return first + timedelta(days=7)
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)
