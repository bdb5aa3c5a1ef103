"""The clock of the sessions. The database knows when a phase ends, so no timer can be lost."""

from django.utils import timezone

from padawanforge.kit.jobs import every
from rooms.actions.sessions import advance
from rooms.models import GameSession


@every(0.5, name="rooms.advance_sessions")
def advance_sessions() -> None:
    """Move on every session whose phase is over; any number of processes may do so at once."""
    now = timezone.now()
    for pk in GameSession.objects.due(now).order_by("phase_ends_at").values_list("pk", flat=True)[:200]:
        advance(pk=pk, now=now)
