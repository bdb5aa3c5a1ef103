from django.utils import timezone

from messaging.actions.deletion import forget_deleted_texts
from messaging.actions.moderation import remove_old_refusals
from messaging.actions.notifications import remove_expired_notifications
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


@jobs.every(600, name="messaging.remove_expired_notifications")
def sweep_notifications() -> None:
    remove_expired_notifications(now=timezone.now())


@jobs.every(3600, name="messaging.forget_deleted_texts")
def sweep_deleted_texts() -> None:
    forget_deleted_texts(now=timezone.now())


@jobs.every(3600, name="messaging.remove_old_refusals")
def sweep_refusals() -> None:
    remove_old_refusals(now=timezone.now())


@jobs.every(10, name="messaging.renew_groups")
def renew_groups() -> None:
    hub.renew_soon()
