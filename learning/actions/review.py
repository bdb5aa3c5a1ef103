"""Decisions about statements. Each leaves a line in the statement's history: who, why, from where to where."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from learning.models import Lifecycle, Statement, StatementPool, StatementReview
from learning.signals import statements_withdrawn
from padawanforge.kit.events import announce
from players.models import Player

BATCH = 500
UNREVIEWED = (Lifecycle.DRAFT, Lifecycle.PENDING)


@dataclass(frozen=True, slots=True)
class Why:
    """A reason out of ReviewReason, and words for those who want to know more."""

    reason: str = ""
    note: str = ""


def approve(*, statements: QuerySet[Statement], player: Player, why: Why | None = None) -> int:
    """From now on they are played, also those that were out of play; how many changed."""
    return move(statements=statements, became=Lifecycle.APPROVED, player=player, why=why)


def reject(*, statements: QuerySet[Statement], player: Player, why: Why | None = None) -> int:
    """Back to the drafts: not played until somebody approves them. What is retired stays retired."""
    others = statements.exclude(lifecycle=Lifecycle.RETIRED)
    return move(statements=others, became=Lifecycle.DRAFT, player=player, why=why)


def retire(*, statements: QuerySet[Statement], player: Player, why: Why | None = None) -> int:
    """Out of play; answers already given stay in the learners' history."""
    return move(statements=statements, became=Lifecycle.RETIRED, player=player, why=why)


def submit(*, statements: QuerySet[Statement], player: Player) -> int:
    """Drafts wait for review again."""
    drafts = statements.filter(lifecycle=Lifecycle.DRAFT)
    return move(statements=drafts, became=Lifecycle.PENDING, player=player)


@transaction.atomic
def move(
    *, statements: QuerySet[Statement], became: Lifecycle, player: Player | None, why: Why | None = None
) -> int:
    """Into another state; how many were in a different one. `player` is None when a rule decides."""
    why = why or Why()
    chosen = Statement.objects.filter(pk__in=statements.order_by().values("pk")).exclude(lifecycle=became)
    found = list(
        chosen.select_for_update(no_key=True).order_by("pk").values_list("pk", "lifecycle", "version")
    )
    ids = [pk for pk, _, _ in found]
    for start in range(0, len(ids), BATCH):
        part = Statement.objects.filter(pk__in=ids[start : start + BATCH])
        part.update(**_columns(became, player))
    StatementReview.objects.bulk_create(
        [
            StatementReview(
                statement_id=pk, version=version, was=was, became=became, reviewer=player,
                reason=why.reason, note=why.note[:300],
            )
            for pk, was, version in found
        ],
        batch_size=BATCH,
    )  # fmt: skip
    _note_pools(ids)
    withdrawn = [pk for pk, was, _ in found if was == Lifecycle.APPROVED]
    if withdrawn:
        announce(statements_withdrawn, sender=Statement, statement_ids=withdrawn, lifecycle=str(became))
    return len(ids)


def _columns(became: Lifecycle, player: Player | None) -> dict[str, object]:
    now = timezone.now()
    columns: dict[str, object] = {"lifecycle": became, "updated_at": now}
    columns["rejected_at"] = now if became == Lifecycle.DRAFT else None
    # A rule takes out of play, but it validates nothing.
    return columns | ({"validated_by": player} if player else {})


def _note_pools(ids: list[int]) -> None:
    """A pool is validated as soon as somebody has looked at each of its statements."""
    concerned = StatementPool.objects.filter(pk__in=_pools_of(ids))
    unreviewed = Statement.objects.filter(pools=OuterRef("pk"), lifecycle__in=UNREVIEWED, rejected_at=None)
    concerned.filter(~Exists(unreviewed)).update(is_validated=True)
    concerned.filter(Exists(unreviewed)).update(is_validated=False)


def _pools_of(ids: list[int]) -> set[int]:
    through = StatementPool.statements.through.objects
    found: set[int] = set()
    for start in range(0, len(ids), BATCH):
        rows = through.filter(statement__in=ids[start : start + BATCH])
        found |= set(rows.values_list("statementpool_id", flat=True))
    return found
