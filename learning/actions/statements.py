from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from learning.actions.likeness import fingerprint
from learning.actions.review import approve, reject, retire, submit
from learning.formats.item import many_lines, one_line
from learning.models import Lifecycle, Statement, StatementPool, StatementVersion
from learning.rules.skill import prior_of
from padawanforge.kit.errors import DomainError
from players.models import Player

__all__ = ["approve", "create_statement", "note_use", "reject", "retire", "revise_statement", "submit"]

REWORDING = ("text", "answer")


class KeyIsAnswered(DomainError):
    """Whoever was right would be wrong from one moment to the next, and nobody would be told."""


@transaction.atomic
def create_statement(*, statement: Statement, player: Player, is_draft: bool = False) -> Statement:
    """Store what somebody has written; it waits for review, whoever wrote it, unless it is a draft yet."""
    _tidy(statement)
    statement.created_by = player
    statement.lifecycle = Lifecycle.DRAFT if is_draft else Lifecycle.PENDING
    statement.save(force_insert=True)
    fingerprint([statement])
    return statement


@transaction.atomic
def revise_statement(*, statement: Statement) -> bool:
    """Store a change; whether it was reworded.

    Another text or key is another version: the earlier one is kept, for answers remember which one was shown.
    Figures that answers move are left to them. Another label is another first guess, until somebody answers.
    """
    _tidy(statement)
    before = Statement.objects.select_for_update(no_key=True).get(pk=statement.pk)
    if before.answer != statement.answer and before.answers.exists():
        raise KeyIsAnswered("People have answered this statement: flip its key instead of editing it.")
    is_reworded = any(getattr(before, name) != getattr(statement, name) for name in REWORDING)
    columns = [
        field.name for field in Statement._meta.concrete_fields if field.editable and not field.primary_key
    ]
    # What a review has decided meanwhile stays decided.
    columns = [name for name in columns if name not in ("lifecycle", "validated_by", "created_by")]
    statement.save(update_fields=[*columns, "content_hash", "updated_at"])
    unmoved = Statement.objects.filter(pk=statement.pk, n_first=0)
    unmoved.update(beta_mean=prior_of(statement.difficulty).mean)
    if is_reworded:
        _keep_version(before)
        Statement.objects.filter(pk=statement.pk).update(version=F("version") + 1)
        fingerprint([statement])
    return is_reworded


@transaction.atomic
def note_use(*, statement_ids: Iterable[int], now: datetime) -> None:
    """They were played once more, and so were the pools that hold them."""
    ids = list(statement_ids)
    used = Statement.objects.filter(pk__in=ids)
    # Locked in one order, so that two sessions that end at once never wait for each other for ever. Answers
    # that are being stored hold a key share of their statement, which this weaker lock lets pass.
    list(used.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    used.update(usage_count=F("usage_count") + 1, last_used=now)
    pools = StatementPool.objects.filter(
        pk__in=StatementPool.statements.through.objects.filter(statement__in=ids).values("statementpool")
    )
    list(pools.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    pools.update(usage_count=F("usage_count") + 1)


def _tidy(statement: Statement) -> None:
    """A sentence stands on one line, without what can't be seen."""
    statement.text = one_line(statement.text)
    statement.explanation = many_lines(statement.explanation)
    statement.source_span = many_lines(statement.source_span)
    statement.subtopic = one_line(statement.subtopic)
    statement.source_reference = one_line(statement.source_reference)


def _keep_version(before: Statement) -> None:
    StatementVersion.objects.create(
        statement=before,
        version=before.version,
        text=before.text,
        answer=before.answer,
        explanation=before.explanation,
        difficulty=before.difficulty,
        source_reference=before.source_reference,
        source_span=before.source_span,
        content_hash=before.content_hash,
        replaced_at=timezone.now(),
    )
