"""Telling news by the ways that a player has chosen besides the pages, one way after another.

The row says which way is on its turn and when it is tried next, so a server that dies loses nothing: what was
claimed is claimed again when its time is over. Whoever dies between sending and noting it tells that one
piece of news twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from messaging.actions.mails import send_news
from messaging.actions.push import wake
from messaging.models import Notification, PushSubscription
from messaging.models.notification import NotificationQuerySet
from messaging.rules.notices import next_try, quiet_until
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.webpush import PushFailed
from players.models import Player, PlayerPreferences
from players.queries.addresses import confirmed_address

# Longer than all browsers of a player can keep us waiting.
LEASE = timedelta(minutes=5)
BATCH = 200
ERROR_MAX_LENGTH = 300
Way, Status = Notification.Delivery, Notification.DeliveryStatus
SENDERS: dict[str, Callable[[Notification, datetime], None]] = {Way.PUSH: wake, Way.EMAIL: send_news}


def plan(preferences: PlayerPreferences, *, kind: str, priority: str, now: datetime) -> dict[str, object]:
    """The columns of a new row that say how it gets out."""
    ways = ways_of(preferences, kind)
    if not ways:
        return {}
    quiet = _quiet(preferences, priority, now)
    status = Status.DELAYED if quiet else Status.PENDING
    return {"delivery_method": ways[0], "delivery_status": status, "deliver_at": quiet or now}


def begin(row: Notification, now: datetime) -> None:
    """Let a job see to it, unless it has to wait."""
    if row.deliver_at is not None and row.deliver_at <= now:
        enqueue("messaging.deliver", pk=row.pk)


def hurry(row: Notification, now: datetime) -> None:
    """What waits for the end of quiet hours has become urgent, and waits no longer."""
    waiting = Notification.objects.filter(pk=row.pk, delivery_status=Status.DELAYED)
    if waiting.update(delivery_status=Status.PENDING, deliver_at=now):
        enqueue("messaging.deliver", pk=row.pk)


def ways_of(preferences: PlayerPreferences, kind: str) -> list[str]:
    """By which ways besides the pages the player hears of this kind: those that are chosen and possible."""
    chosen = preferences.notification_ways.get(kind, ())
    player = preferences.player
    possible = {
        Way.PUSH: lambda: PushSubscription.objects.filter(player=player).exists(),
        Way.EMAIL: lambda: bool(confirmed_address(player)),
    }
    return [way.value for way, is_possible in possible.items() if way in chosen and is_possible()]


def deliver(*, pk: int, now: datetime) -> None:
    rows = Notification.objects.select_related("recipient__profile", "recipient__preferences")
    row = rows.filter(pk=pk, deliver_at__lte=now).first()
    if row is None:
        return
    if not _is_still_news(row, now):
        _settle(row, Status.DELIVERED)
        return
    if quiet := _quiet(row.recipient.preferences, row.priority, now):
        _owed(row).update(delivery_status=Status.DELAYED, deliver_at=quiet)
        return
    if not _owed(row).update(deliver_at=now + LEASE, delivery_attempts=F("delivery_attempts") + 1):
        return
    row.refresh_from_db(fields=["deliver_at", "delivery_attempts"])
    try:
        SENDERS[row.delivery_method](row, now)
    except (OSError, PushFailed) as error:
        _note_failure(row, str(error) or type(error).__name__, now)
    else:
        _go_on(row, now)


def deliver_owed(*, now: datetime) -> int:
    """Send what waited for the end of quiet hours or for another try; how much it was."""
    owed = Notification.objects.filter(deliver_at__lte=now).order_by("deliver_at")
    found = list(owed.values_list("pk", flat=True)[:BATCH])
    for pk in found:
        enqueue("messaging.deliver", pk=pk)
    return len(found)


def send_again(*, notification: Notification, now: datetime) -> bool:
    """From the first of the player's ways, with all tries; false when he has chosen none."""
    player = Player.objects.select_related("preferences").get(pk=notification.recipient_id)
    ways = ways_of(player.preferences, notification.category)
    if not ways:
        return False
    Notification.objects.filter(pk=notification.pk).update(
        delivery_method=ways[0],
        delivery_status=Status.PENDING,
        delivery_attempts=0,
        delivery_error="",
        deliver_at=now,
    )
    enqueue("messaging.deliver", pk=notification.pk)
    return True


def _is_still_news(row: Notification, now: datetime) -> bool:
    recipient = row.recipient
    is_over = row.expires_at is not None and row.expires_at <= now
    is_there = recipient.is_active and recipient.leaves_at is None
    return is_there and not (row.is_read or row.is_dismissed or is_over)


def _quiet(preferences: PlayerPreferences, priority: str, now: datetime) -> datetime | None:
    if priority == Notification.Priority.URGENT:
        return None
    zone = preferences.timezone or settings.TIME_ZONE
    return quiet_until(now, zone=zone, begins=preferences.quiet_from, ends=preferences.quiet_until)


def _go_on(row: Notification, now: datetime, *, otherwise: str = Status.DELIVERED) -> None:
    """The next way, if there is one."""
    ways = ways_of(row.recipient.preferences, row.category)
    later = ways[ways.index(row.delivery_method) + 1 :] if row.delivery_method in ways else []
    if not later:
        _settle(row, otherwise)
        return
    _owed(row).update(
        delivery_method=later[0], delivery_status=Status.PENDING, delivery_attempts=0, deliver_at=now
    )
    enqueue("messaging.deliver", pk=row.pk)


def _note_failure(row: Notification, reason: str, now: datetime) -> None:
    error = f"{row.get_delivery_method_display()}: {reason}"[:ERROR_MAX_LENGTH]
    if again := next_try(row.delivery_attempts, now):
        _owed(row).update(delivery_error=error, delivery_status=Status.PENDING, deliver_at=again)
    else:
        Notification.objects.filter(pk=row.pk).update(delivery_error=error)
        _go_on(row, now, otherwise=Status.FAILED)


def _settle(row: Notification, status: str) -> None:
    _owed(row).update(delivery_status=status, deliver_at=None)


def _owed(row: Notification) -> NotificationQuerySet:
    """The row, as long as nobody else has taken it since it was read."""
    return Notification.objects.filter(pk=row.pk, deliver_at=row.deliver_at)
