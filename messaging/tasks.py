from django.utils import timezone

from messaging.actions.presence import expire_presence
from messaging.subscriptions import poll_heads
from padawanforge.kit import hub, jobs


@jobs.every(1, name="messaging.poll_heads")
def poll() -> None:
    """What another process wrote reaches our sockets even when its nudge did not."""
    poll_heads()


@jobs.every(10, name="messaging.expire_presence")
def sweep_presence() -> None:
    expire_presence(now=timezone.now())


@jobs.every(10, name="messaging.renew_groups")
def renew_groups() -> None:
    hub.renew_soon()
