"""What game masters see of the statements' quality: the table, the doubtful ones, topics, characters."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Avg, Count, F, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum

from learning.models import AnswerEvent, KeyFlip, Lifecycle, Statement, StatementReview, Topic
from learning.rules.quality import (
    FLAT_BELOW,
    GOOD_DISCRIMINATION,
    Band,
    Figures,
    Finding,
    band_of,
    findings,
    without_guessing,
)
from npcs.models import Interaction, Npc
from padawanforge.kit.markdown import clean_text

BANDS = {
    Band.BROKEN: Q(discrimination__lt=FLAT_BELOW),
    Band.WEAK: Q(discrimination__gte=FLAT_BELOW, discrimination__lt=GOOD_DISCRIMINATION / 2),
    Band.FAIR: Q(discrimination__gte=GOOD_DISCRIMINATION / 2, discrimination__lte=GOOD_DISCRIMINATION),
    Band.GOOD: Q(discrimination__gt=GOOD_DISCRIMINATION),
}
DOUBTFUL = (Lifecycle.SUSPECT, Lifecycle.SUSPENDED)
DOUBTFUL_SHOWN = 25
LABELS = ("beginner", "intermediate", "advanced", "expert")
GAIN_KEPT_SECONDS = 900
GAIN_CHARACTERS = 50
GAIN_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """A statement with the names of its figures."""

    statement: Statement
    band: Band | None
    found: frozenset[Finding]

    @property
    def facility_percent(self) -> int | None:
        one = self.statement
        return round(100 * one.n_first_correct / one.n_first) if one.n_first else None

    @property
    def known_percent(self) -> int | None:
        one = self.statement
        return round(100 * without_guessing(one.n_first_correct / one.n_first)) if one.n_first else None

    @property
    def score_percent(self) -> int:
        return round(100 * self.statement.quality_score)


@dataclass(frozen=True, slots=True)
class Doubt:
    row: Row
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The approved statements of a topic by label; shares of the fullest topic in hundredths, for drawing."""

    topic: Topic
    counts: tuple[int, ...]
    total: int
    facts: int
    trues: int
    quality: float
    answers: int
    starts: tuple[int, ...]
    widths: tuple[int, ...]

    @property
    def bars(self) -> list[tuple[str, int, int, int]]:
        return list(zip(LABELS, self.counts, self.starts, self.widths, strict=True))

    @property
    def true_percent(self) -> int:
        return round(100 * self.trues / self.total) if self.total else 0

    @property
    def quality_percent(self) -> int:
        return round(100 * self.quality)


@dataclass(frozen=True, slots=True)
class Gain:
    """How those who have talked with a character answered its statements, before and after the first talk."""

    slug: str
    name: str
    players: int
    before: int
    right_before: int
    after: int
    right_after: int

    @property
    def before_percent(self) -> int | None:
        return round(100 * self.right_before / self.before) if self.before else None

    @property
    def after_percent(self) -> int | None:
        return round(100 * self.right_after / self.after) if self.after else None

    @property
    def gain(self) -> int | None:
        if self.before_percent is None or self.after_percent is None:
            return None
        return self.after_percent - self.before_percent


def items(*, topic: str = "", band: str = "", lifecycle: str = "") -> QuerySet[Statement]:
    """The statements that were answered, by topic, band and state; unknown words are taken for none."""
    rows = Statement.objects.filter(n_first__gt=0).select_related("topic")
    if topic := clean_text(topic):
        rows = rows.filter(topic__slug=topic)
    if band in BANDS:
        rows = rows.filter(BANDS[Band(band)])
    if lifecycle in Lifecycle.values:
        rows = rows.filter(lifecycle=lifecycle)
    return rows


def row_of(statement: Statement) -> Row:
    figures = Figures(
        answers=statement.n_first,
        right=statement.n_first_correct,
        rapid=statement.n_rapid,
        discrimination=statement.discrimination,
        efficiency=None,
        key_llr=statement.key_llr or 0.0,
        median_ms=statement.rt_median_ms,
        log_sd=statement.rt_log_sd,
        reporters=statement.reporter_count,
    )
    return Row(statement, band_of(statement.discrimination), findings(figures))


def doubts() -> list[Doubt]:
    """What waits for somebody to flip, retire or keep it; the clearest evidence first."""
    newest = StatementReview.objects.order_by("-pk")
    rows = (
        Statement.objects.filter(lifecycle__in=DOUBTFUL)
        .select_related("topic")
        .prefetch_related(Prefetch("reviews", queryset=newest, to_attr="decisions"))
        .order_by(F("key_llr").desc(nulls_last=True), "pk")[:DOUBTFUL_SHOWN]
    )
    return [Doubt(row_of(one), next((review.note for review in one.decisions), "")) for one in rows]


def coverage() -> list[Coverage]:
    """What can be played of each topic; those with least first, because they need somebody."""
    approved = Q(statements__lifecycle=Lifecycle.APPROVED)
    counts = {label: Count("pk", filter=approved & Q(statements__difficulty=label)) for label in LABELS}
    rows = list(
        Topic.objects.annotate(
            **{f"n_{label}": count for label, count in counts.items()},
            total=Count("pk", filter=approved),
            facts=Count("statements__fact_key", filter=approved & ~Q(statements__fact_key=""), distinct=True),
            trues=Count("pk", filter=approved & Q(statements__answer=True)),
            quality=Avg("statements__quality_score", filter=approved),
            answers=Sum("statements__n_first", filter=approved),
        ).order_by("total", "name")
    )
    most = max((row.total for row in rows), default=0) or 1
    return [_coverage(row, most) for row in rows]


def recent_flips(limit: int = 10) -> list[KeyFlip]:
    flips = KeyFlip.objects.select_related("statement", "by").defer("checkpoint")
    return list(flips.order_by("-pk")[:limit])


def gains() -> list[Gain]:
    """For the characters that were talked with most; kept for a while, for it reads many answers."""
    found = cache.get("learning.gains")
    if found is None:
        found = _gains()
        cache.set("learning.gains", found, timeout=GAIN_KEPT_SECONDS)
    return found


def _gains() -> list[Gain]:
    talked = Interaction.objects.filter(player__isnull=False).order_by().values("npc")
    most = talked.annotate(talks=Count("pk")).order_by("-talks", "npc")[:GAIN_CHARACTERS]
    found = [_gain(row["npc"]) for row in most]
    names = Npc.objects.in_bulk([pk for pk, _ in found])
    return [Gain(names[pk].slug, names[pk].name, **figures) for pk, figures in found if figures["players"]]


def _gain(npc_id: int) -> tuple[int, dict[str, int]]:
    first = (
        Interaction.objects.filter(npc=npc_id, player=OuterRef("player"))
        .order_by()
        .values("player")
        .annotate(at=Min("created_at"))
    )
    answers = AnswerEvent.objects.filter(
        statement__npc=npc_id, settlement__isnull=False, rapid=False, answer__isnull=False
    ).annotate(talked_at=Subquery(first.values("at")))
    newest = answers.filter(talked_at__isnull=False).order_by("-pk")[:GAIN_LOOKED_AT]
    rows = newest.values_list("player_id", "correct", "received_at", "talked_at")
    figures = {"players": 0, "before": 0, "right_before": 0, "after": 0, "right_after": 0}
    players = set()
    for player, correct, received_at, talked_at in rows:
        when = "after" if received_at > talked_at else "before"
        figures[when] += 1
        figures[f"right_{when}"] += correct
        players.add(player)
    return npc_id, figures | {"players": len(players)}


def _coverage(row: Topic, most: int) -> Coverage:
    counts = tuple(getattr(row, f"n_{label}") for label in LABELS)
    starts = tuple(round(100 * sum(counts[:n]) / most) for n in range(len(counts)))
    ends = tuple(round(100 * sum(counts[: n + 1]) / most) for n in range(len(counts)))
    return Coverage(
        topic=row,
        counts=counts,
        total=row.total,  # type: ignore[attr-defined]
        facts=row.facts,  # type: ignore[attr-defined]
        trues=row.trues,  # type: ignore[attr-defined]
        quality=row.quality or 0.0,  # type: ignore[attr-defined]
        answers=row.answers or 0,  # type: ignore[attr-defined]
        starts=starts,
        widths=tuple(end - start for start, end in zip(starts, ends, strict=True)),
    )
