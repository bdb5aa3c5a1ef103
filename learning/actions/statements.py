from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from learning.models import Statement
from learning.rules.skill import prior_of
from players.models import Player

Lifecycle = Statement.Lifecycle


def create_statement(*, statement: Statement, player: Player) -> Statement:
    """Store what somebody has written; it waits for review, whoever wrote it."""
    statement.created_by = player
    statement.lifecycle = Lifecycle.PENDING
    statement.save(force_insert=True)
    return statement


@transaction.atomic
def revise_statement(*, statement: Statement, is_reworded: bool) -> None:
    """Store a change. Another text or key is another version: answers remember which one was shown.

    Figures that answers move are left to them. Another label is another first guess, until somebody answers.
    """
    columns = [
        field.name for field in Statement._meta.concrete_fields if field.editable and not field.primary_key
    ]
    statement.save(update_fields=[*columns, "updated_at"])
    unmoved = Statement.objects.filter(pk=statement.pk, n_first=0)
    unmoved.update(beta_mean=prior_of(statement.difficulty).mean)
    if is_reworded:
        Statement.objects.filter(pk=statement.pk).update(version=F("version") + 1)


def approve(*, statements: QuerySet[Statement], player: Player) -> int:
    """From now on they are played, also those that were out of play; how many changed."""
    return _move(statements.exclude(lifecycle=Lifecycle.APPROVED), Lifecycle.APPROVED, player)


def reject(*, statements: QuerySet[Statement], player: Player) -> int:
    """Back to the drafts: not played until somebody approves them. What is retired stays retired."""
    others = statements.exclude(lifecycle__in=(Lifecycle.DRAFT, Lifecycle.RETIRED))
    return _move(others, Lifecycle.DRAFT, player)


def retire(*, statements: QuerySet[Statement], player: Player) -> int:
    """Out of play; answers already given stay in the learners' history."""
    return _move(statements.exclude(lifecycle=Lifecycle.RETIRED), Lifecycle.RETIRED, player)


def _move(statements: QuerySet[Statement], lifecycle: Lifecycle, player: Player) -> int:
    return statements.order_by().update(lifecycle=lifecycle, validated_by=player)


@transaction.atomic
def note_use(*, statement_ids: Iterable[int], now: datetime) -> None:
    """They were played once more."""
    used = Statement.objects.filter(pk__in=list(statement_ids))
    # Locked in one order, so that two sessions that end at once never wait for each other for ever. Answers
    # that are being stored hold a key share of their statement, which this weaker lock lets pass.
    list(used.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    used.update(usage_count=F("usage_count") + 1, last_used=now)
