"""The clock of the sessions. The database knows when a phase ends, so no timer can be lost."""

import logging

from django.utils import timezone

from padawanforge.kit.jobs import every
from rooms.actions.sessions import advance
from rooms.models import GameSession

logger = logging.getLogger(__name__)
AT_ONCE = 200


@every(0.5, name="rooms.advance_sessions")
def advance_sessions() -> None:
    """Move on every session whose phase is over; any number of processes may do so at once."""
    now = timezone.now()
    due = GameSession.objects.due(now).order_by("phase_ends_at", "pk")
    for pk in due.values_list("pk", flat=True)[:AT_ONCE]:
        try:
            advance(pk=pk, now=now)
        except Exception:
            # The longest due comes first: without this, one broken session would stop all the others.
            logger.exception("Session #%s could not go on.", pk)
