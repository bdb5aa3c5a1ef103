"""Rows that are jobs: they carry their own state, so a crash mends itself.

A worker claims a row by a conditional update and holds a lease on it. When the worker dies the lease runs
out and `requeue_abandoned` sends the row's id again. `select_for_update(skip_locked=True)` is silently
ignored on SQLite, so nothing here uses it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from padawanforge.kit import jobs
from padawanforge.kit.prepared import prepared

LEASE = timedelta(seconds=180)
FORGOTTEN_AFTER = timedelta(seconds=15)
MAX_ATTEMPTS = 3
AT_ONCE = 100

_kinds: list["WorkKind"] = []


class WorkState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class WorkQuerySet(models.QuerySet):
    def claim(self, pk: int, *, now: datetime) -> bool:
        """Take the row for this worker; False when another has it or it is finished."""
        free = Q(state=WorkState.WAITING) | Q(state=WorkState.RUNNING, lease_until__lt=now)
        return bool(
            self.filter(free, pk=pk).update(
                state=WorkState.RUNNING, lease_until=now + LEASE, attempts=F("attempts") + 1
            )
        )

    def abandoned(self, now: datetime, forgotten: datetime) -> "WorkQuerySet":
        """Rows whose worker died, or whose message was lost: they were sent before `forgotten` and nobody began."""
        return self.filter(
            Q(state=WorkState.RUNNING, lease_until__lt=now)
            | Q(state=WorkState.WAITING, queued_at__lt=forgotten)
        )


class WorkItem(models.Model):
    """The columns of a row that is worked on in the background."""

    state = models.CharField(max_length=10, choices=WorkState, default=WorkState.WAITING, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)

    class Meta:
        abstract = True

    def mark_done(self) -> None:
        self._finish(state=WorkState.DONE, last_error="")

    def mark_failed(self, reason: str) -> None:
        self._finish(state=WorkState.FAILED, last_error=reason[:2000])

    def _finish(self, *, state: str, last_error: str) -> None:
        self.state, self.last_error, self.lease_until = state, last_error, None
        self.save(update_fields=["state", "last_error", "lease_until"])


@dataclass(frozen=True, slots=True)
class WorkKind:
    """Which job works on the rows of a model, and what to do with a row that failed too often."""

    model: type[Any]
    job: str
    give_up: Callable[[WorkItem], None]
    # Those of its rows that nobody works on, by the moment and by when a waiting row was sent at the latest.
    abandoned: Callable[[datetime, datetime], list[Any]]
    begins_again: bool = True

    def is_given_up(self, row: WorkItem) -> bool:
        if not self.begins_again:
            return row.state == WorkState.RUNNING
        return row.attempts >= MAX_ATTEMPTS


def register(
    model: type[WorkItem], *, job: str, give_up: Callable[[WorkItem], None], begins_again: bool = True
) -> None:
    """`job` takes the row's id as `pk`; `give_up` records the failure where people see it.

    What costs money must not begin again by itself: then a row whose worker died is given up at once.
    """

    @prepared
    def abandoned(now: datetime, forgotten: datetime) -> "models.QuerySet[Any]":
        return model.objects.abandoned(now, forgotten).order_by("pk")[:AT_ONCE]  # type: ignore[attr-defined]

    _kinds.append(WorkKind(model, job, give_up, abandoned, begins_again))


@jobs.every(5, name="kit.requeue_abandoned")
def requeue_abandoned() -> None:
    """Send again what a dead worker left; give up after the last attempt."""
    now = timezone.now()
    for kind in _kinds:
        for row in kind.abandoned(now, now - FORGOTTEN_AFTER):
            if kind.is_given_up(row):
                kind.give_up(row)
                continue
            kind.model.objects.filter(pk=row.pk, state=WorkState.WAITING).update(queued_at=now)
            jobs.enqueue(kind.job, pk=row.pk)
