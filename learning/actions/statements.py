from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, QuerySet

from learning.models import Statement
from players.models import Player


def approve(*, statements: QuerySet[Statement], player: Player) -> int:
    """From now on they are played; how many changed."""
    waiting = statements.exclude(lifecycle=Statement.Lifecycle.APPROVED)
    return waiting.update(lifecycle=Statement.Lifecycle.APPROVED, validated_by=player)


def send_back(*, statements: QuerySet[Statement], player: Player) -> int:
    """Back to the drafts: not played until somebody approves them."""
    others = statements.exclude(lifecycle=Statement.Lifecycle.DRAFT)
    return others.update(lifecycle=Statement.Lifecycle.DRAFT, validated_by=player)


def retire(*, statements: QuerySet[Statement], player: Player) -> int:
    """Out of play for good; answers already given stay in the learners' history."""
    others = statements.exclude(lifecycle=Statement.Lifecycle.RETIRED)
    return others.update(lifecycle=Statement.Lifecycle.RETIRED, validated_by=player)


def note_use(*, statement_ids: Iterable[int], now: datetime) -> None:
    used = Statement.objects.filter(pk__in=statement_ids)
    used.update(usage_count=F("usage_count") + 1, last_used=now)
