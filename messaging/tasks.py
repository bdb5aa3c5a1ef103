from django.utils import timezone

from messaging.actions import announcements, delivery, room_news, scheduled, thread_news
from messaging.actions.deletion import forget_deleted_texts
from messaging.actions.digests import send_digests
from messaging.actions.expiry import erase_expired
from messaging.actions.mention_news import tell_mentioned
from messaging.actions.moderation import remove_old_refusals
from messaging.actions.notifications import remove_expired_notifications
from messaging.actions.polls import close_due_polls
from messaging.actions.presence import expire_presence
from messaging.actions.saved import remind
from messaging.actions.trimming import remove_ownerless_logs, trim_logs
from messaging.actions.uploads import check_forgotten_uploads, check_upload, remove_expired_uploads
from messaging.models import Announcement, Message, ScheduledMessage
from messaging.subscriptions import poll_heads
from padawanforge.kit import hub, jobs, work


@jobs.every(1, name="messaging.poll_heads")
def poll() -> None:
    """What another process wrote reaches our sockets even when its nudge did not."""
    poll_heads()


@jobs.every(10, name="messaging.expire_presence")
def sweep_presence() -> None:
    expire_presence(now=timezone.now())


@jobs.job("messaging.deliver")
def deliver(pk: int) -> None:
    delivery.deliver(pk=pk, now=timezone.now())


@jobs.every(30, name="messaging.deliver_owed")
def deliver_owed() -> None:
    """What waited for the end of quiet hours or for another try."""
    delivery.deliver_owed(now=timezone.now())


@jobs.job("messaging.tell_members")
def tell_members(pk: int) -> None:
    message = Message.objects.with_authors().select_related("channel").filter(pk=pk).first()
    if message is not None:
        room_news.tell_members(message=message, now=timezone.now())


@jobs.job("messaging.tell_followers")
def tell_followers(pk: int) -> None:
    message = Message.objects.with_authors().select_related("channel", "root").filter(pk=pk).first()
    if message is not None:
        thread_news.tell_followers(message=message, now=timezone.now())


@jobs.job("messaging.tell_announcement")
def tell_announcement(pk: int) -> None:
    announcements.tell(pk=pk, now=timezone.now())


work.register(Announcement, job="messaging.tell_announcement", give_up=announcements.give_up)


@jobs.every(20, name="messaging.tell_announcements")
def tell_announcements() -> None:
    announcements.tell_due(now=timezone.now())


@jobs.every(900, name="messaging.send_digests")
def write_digests() -> None:
    send_digests(now=timezone.now())


@jobs.every(600, name="messaging.remove_expired_notifications")
def sweep_notifications() -> None:
    remove_expired_notifications(now=timezone.now())


@jobs.every(3600, name="messaging.forget_deleted_texts")
def sweep_deleted_texts() -> None:
    forget_deleted_texts(now=timezone.now())


@jobs.job("messaging.check_upload")
def check(pk: int) -> None:
    check_upload(pk=pk)


@jobs.every(5, name="messaging.close_polls")
def end_polls() -> None:
    close_due_polls(now=timezone.now())


@jobs.every(60, name="messaging.check_forgotten_uploads")
def check_forgotten() -> None:
    check_forgotten_uploads(now=timezone.now())


@jobs.every(3600, name="messaging.remove_expired_uploads")
def sweep_uploads() -> None:
    remove_expired_uploads(now=timezone.now())


@jobs.every(5, name="messaging.erase_expired")
def sweep_expired() -> None:
    erase_expired(now=timezone.now())


@jobs.every(3600, name="messaging.remove_old_refusals")
def sweep_refusals() -> None:
    remove_old_refusals(now=timezone.now())


@jobs.every(10, name="messaging.renew_groups")
def renew_groups() -> None:
    hub.renew_soon()


@jobs.job("messaging.tell_mentioned")
def tell_those_called(*, pk: int) -> None:
    message = Message.objects.with_authors().select_related("channel").filter(pk=pk).first()
    if message is not None:
        tell_mentioned(message=message)


@jobs.every(60, name="messaging.trim_logs")
def sweep_logs() -> None:
    trim_logs(now=timezone.now())
    remove_ownerless_logs()


@jobs.every(5, name="messaging.send_scheduled")
def send_scheduled() -> None:
    scheduled.send_due(now=timezone.now())


@jobs.job("messaging.say_scheduled")
def say_scheduled(*, pk: int) -> None:
    scheduled.say_scheduled(pk=pk, now=timezone.now())


@jobs.every(30, name="messaging.remind")
def remind_of_saved() -> None:
    remind(now=timezone.now())


work.register(ScheduledMessage, job="messaging.say_scheduled", give_up=scheduled.give_up)
