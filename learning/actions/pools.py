"""Pools as a whole: how good they are, and until when what they say can be trusted."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Avg, Exists, OuterRef, Q

from learning.actions.review import Why, move
from learning.models import Lifecycle, ReviewReason, Statement, StatementPool
from padawanforge.kit.errors import DomainError

AT_ONCE = 50


class DateHasPassed(DomainError):
    code = "invalid"


@transaction.atomic
def keep_until(*, pool: StatementPool, until: datetime | None, now: datetime) -> None:
    """From then on its statements are looked at again before they are played; None: for ever."""
    if until is not None and until <= now:
        raise DateHasPassed("Choose a day that is still to come.")
    StatementPool.objects.filter(pk=pool.pk).update(expires_at=until, validation_notes="")


def expire_pools(*, now: datetime) -> int:
    """Take what is out of date out of play, and to those who review; how many pools that were."""
    due = StatementPool.objects.filter(expires_at__lte=now).order_by("expires_at", "pk")
    return sum(_expire(pk, now) for pk in due.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _expire(pk: int, now: datetime) -> bool:
    """Its date is used up by that, so what somebody approves again stays in play."""
    note = f"It was to be trusted until {now:%d %B %Y}; its statements are looked at again."
    # Two processes look at the same hour: one of them takes the pool.
    if not StatementPool.objects.filter(pk=pk, expires_at__lte=now).update(
        expires_at=None, validation_notes=note
    ):
        return False
    others = StatementPool.objects.filter(statements=OuterRef("pk"), expires_at__gt=now)
    stale = Statement.objects.filter(pools=pk, lifecycle=Lifecycle.APPROVED).filter(~Exists(others))
    why = Why(ReviewReason.OUTDATED, "The date of its pool has passed: see whether it still holds.")
    move(statements=stale, became=Lifecycle.SUSPECT, player=None, why=why)
    return True


def measure_pools(statement_ids: Iterable[int]) -> None:
    """A pool is as good as its statements are in the middle; what is retired is no part of it any more."""
    through = StatementPool.statements.through.objects.filter(statement__in=list(statement_ids))
    pools = StatementPool.objects.filter(pk__in=through.values("statementpool"))
    is_there = ~Q(statements__lifecycle=Lifecycle.RETIRED)
    found = pools.annotate(mean=Avg("statements__quality_score", filter=is_there)).order_by("pk")
    changed = []
    for pool in found:
        if pool.mean is not None and abs(pool.mean - pool.quality_score) > 1e-9:
            pool.quality_score = pool.mean
            changed.append(pool)
    StatementPool.objects.bulk_update(changed, ["quality_score"])
