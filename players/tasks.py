from django.utils import timezone

from padawanforge.kit import jobs
from players.actions import guests


@jobs.every(300, name="players.remove_expired_guests")
def remove_expired_guests() -> None:
    guests.remove_expired_guests(now=timezone.now())
