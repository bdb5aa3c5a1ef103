"""The statistics of statements out of the first answers to them, and what the rules make of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Avg, Count, Max

from learning.actions.pools import measure_pools
from learning.actions.review import Why, move
from learning.models import (
    AnswerEvent,
    Lifecycle,
    ReviewReason,
    Statement,
    StatementRating,
    StatementReport,
    StatementReview,
)
from learning.rules.calibration import wilson
from learning.rules.quality import (
    Attempt,
    Figures,
    Finding,
    findings,
    makes_suspect,
    measured,
    quality_score,
    suspends,
)
from padawanforge.kit import jobs

CHUNK = 200
# More answers than these make no figure better; the newest count.
LOOKED_AT = 2000
FIGURES = ("discrimination", "key_llr", "quality_score", "rt_median_ms", "rt_log_sd")
NOTES = {
    Finding.KEY: "The answers fit better to the opposite key.",
    Finding.BELOW_CHANCE: "Fewer are right than by guessing.",
    Finding.FLAT: "Those who know more are not right more often.",
}


@dataclass(frozen=True, slots=True)
class Reported:
    """How many reports are open, what their words weigh together, and out of how many players."""

    reporters: int = 0
    weight: float = 0.0
    players: int = 0


def ask_for_statistics(statement_ids: Iterable[int]) -> None:
    """Have the statements looked at soon, in the background."""
    if ids := sorted(set(statement_ids)):
        jobs.enqueue("learning.measure", statement_ids=ids)


def refresh_statistics(statement_ids: Iterable[int] | None = None, *, since: datetime | None = None) -> int:
    """Measure these statements, or all with answers since the moment, or all; how many were looked at."""
    count = 0
    for ids in _chunks(statement_ids, since):
        statements = list(Statement.objects.filter(pk__in=ids).order_by("pk"))
        figures = figures_of(statements)
        changed = [one for one in statements if _apply(one, figures[one.pk])]
        Statement.objects.bulk_update(changed, FIGURES)
        measure_pools([one.pk for one in changed])
        act_on(statements)
        count += len(statements)
    return count


def differences_of_statistics() -> list[str]:
    """Statements whose figures are not what their answers say."""
    found = []
    for ids in _chunks(None, None):
        statements = list(Statement.objects.filter(pk__in=ids).order_by("pk"))
        figures = figures_of(statements)
        found += [f"statistics {one.pk}" for one in statements if _apply(one, figures[one.pk])]
    return found


def figures_of(
    statements: Sequence[Statement], *, since: dict[int, datetime] | None = None
) -> dict[int, Figures]:
    """What the first answers and the reports say of each, from a moment on if there is one."""
    ids, since = [one.pk for one in statements], since or {}
    attempts = _attempts(ids, since)
    reported, stars = _reported(ids, since), _stars(ids)
    found = {}
    for one in statements:
        rapid = 0 if one.pk in since else one.n_rapid
        figures = measured(attempts[one.pk], label=one.difficulty, rapid=rapid)
        found[one.pk] = _with_reports(figures, reported[one.pk], stars.get(one.pk))
    return found


def act_on(statements: Sequence[Statement]) -> None:
    """Take out of play what the rules doubt. What staff have kept is judged by later answers only."""
    played = [one for one in statements if one.lifecycle in (Lifecycle.APPROVED, Lifecycle.SUSPECT)]
    kept = _kept([one.pk for one in played])
    figures = figures_of(played, since=kept)
    for one in played:
        found = findings(figures[one.pk])
        if suspends(found):
            _move(one, Lifecycle.SUSPENDED, ReviewReason.REPORTS, "Many who saw it have reported it.")
        elif makes_suspect(found) and one.lifecycle == Lifecycle.APPROVED:
            note = " ".join(NOTES[finding] for finding in NOTES if finding in found)
            _move(one, Lifecycle.SUSPECT, ReviewReason.STATISTICS, note)


def _move(statement: Statement, became: Lifecycle, reason: str, note: str) -> None:
    rows = Statement.objects.filter(pk=statement.pk)
    move(statements=rows, became=became, player=None, why=Why(reason, note))


def _apply(statement: Statement, figures: Figures) -> bool:
    """Set the columns; whether any is new."""
    values = {
        "discrimination": figures.discrimination,
        "key_llr": figures.key_llr if figures.answers else None,
        "quality_score": quality_score(figures),
        "rt_median_ms": figures.median_ms,
        "rt_log_sd": figures.log_sd,
    }
    is_new = any(not _same(getattr(statement, name), value) for name, value in values.items())
    for name, value in values.items():
        setattr(statement, name, value)
    return is_new


def _same(kept: float | None, found: float | None) -> bool:
    return kept == found or (kept is not None and found is not None and abs(kept - found) < 1e-9)


def _chunks(statement_ids: Iterable[int] | None, since: datetime | None) -> Iterator[list[int]]:
    if statement_ids is not None:
        ids = sorted(set(statement_ids))
    elif since is not None:
        answered = AnswerEvent.objects.filter(settlement__settled_at__gte=since)
        reported = StatementReport.objects.filter(created_at__gte=since)
        ids = sorted(
            set(answered.values_list("statement_id", flat=True).distinct())
            | set(reported.values_list("statement_id", flat=True))
        )
    else:
        ids = list(Statement.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _attempts(ids: Sequence[int], since: dict[int, datetime]) -> dict[int, list[Attempt]]:
    """Of each statement the first answers that weren't rapid, skipped or helped; guests tell nothing."""
    rows = (
        AnswerEvent.objects.filter(statement__in=ids, settlement__isnull=False, first_attempt=True)
        .filter(rapid=False, hinted=False, by_guest=False, answer__isnull=False)
        .order_by("statement", "-pk")
    )
    found: dict[int, list[Attempt]] = defaultdict(list)
    columns = ("statement_id", "theta_before", "correct", "rt_ms", "received_at")
    for pk, skill, is_right, ms, at in rows.values_list(*columns).iterator(2000):
        if len(found[pk]) < LOOKED_AT and (pk not in since or at > since[pk]):
            found[pk].append(Attempt(skill or 0.0, is_right, ms))
    return found


def _reported(ids: Sequence[int], since: dict[int, datetime]) -> dict[int, Reported]:
    """Open reports; of somebody who has reported twice the heavier word counts."""
    words: dict[int, dict[int, float]] = defaultdict(dict)
    rows = StatementReport.objects.filter(statement__in=ids, state=StatementReport.State.OPEN)
    for pk, player, trust, at in rows.values_list("statement_id", "player_id", "trust", "created_at"):
        if pk not in since or at > since[pk]:
            words[pk][player] = max(words[pk].get(player, 0.0), trust)
    answered = AnswerEvent.objects.filter(statement__in=list(words)).order_by().values_list("statement")
    players = dict(answered.annotate(players=Count("player", distinct=True)))
    return defaultdict(
        Reported,
        {
            pk: Reported(len(weights), sum(weights.values()), max(players.get(pk, 0), len(weights)))
            for pk, weights in words.items()
        },
    )


def _stars(ids: Sequence[int]) -> dict[int, float]:
    rows = StatementRating.objects.filter(statement__in=ids, feedback_rating__isnull=False).order_by()
    return dict(rows.values_list("statement").annotate(stars=Avg("feedback_rating")))


def _with_reports(figures: Figures, reported: Reported, stars: float | None) -> Figures:
    if not reported.reporters:
        return replace(figures, stars=stars)
    # The words of the untrusted weigh less than a player each; those of the trusted more, up to everybody.
    weight = min(reported.weight, float(reported.players))
    return replace(
        figures,
        stars=stars,
        reporters=int(reported.weight + 1e-9),
        report_rate=weight / reported.players,
        report_low=wilson(weight, reported.players)[0],
    )


def _kept(ids: Sequence[int]) -> dict[int, datetime]:
    """When staff last put a statement back into play after a doubt."""
    rows = StatementReview.objects.filter(
        statement__in=ids, reviewer__isnull=False, became=Lifecycle.APPROVED
    ).filter(was__in=(Lifecycle.SUSPECT, Lifecycle.SUSPENDED))
    return dict(rows.order_by().values_list("statement").annotate(at=Max("created_at")))
