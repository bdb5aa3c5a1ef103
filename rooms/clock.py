"""The clock of the sessions. The database knows when a phase ends, so no timer can be lost.

Every server process looks twice a second. It takes a step by a lease, so that the others don't queue up for
the same row; when it is killed in the middle, the lease runs out and another one takes the step.
"""

import logging
import os
import socket
from datetime import datetime
from uuid import uuid4

from django.db.models import QuerySet
from django.utils import timezone

from padawanforge.kit.jobs import every
from padawanforge.kit.prepared import prepared
from rooms.actions.session_steps import advance
from rooms.models import GameSession
from rooms.rules.leases import LOOK_EVERY_SECONDS

logger = logging.getLogger(__name__)
AT_ONCE = 200
# Two processes on one machine may have had the same number, one after the other.
WORKER = f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid4().hex[:8]}"


@every(LOOK_EVERY_SECONDS, name="rooms.advance_sessions")
def advance_sessions(worker: str = WORKER) -> None:
    """Move on every session whose phase is over; any number of processes may do so at once."""
    now = timezone.now()
    for pk in _due(worker, now):
        if not GameSession.objects.claim(pk, worker=worker, now=now):
            continue
        try:
            advance(pk=pk, now=now)
        except Exception:
            # The longest due comes first: without this, one broken session would stop all the others.
            logger.exception("Session #%s could not go on.", pk)


@prepared
def _due(worker: str, now: datetime) -> QuerySet[GameSession, int]:
    due = GameSession.objects.due(now).free_for(worker, now).order_by("phase_ends_at", "pk")
    return due.values_list("pk", flat=True)[:AT_ONCE]
