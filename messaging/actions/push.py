"""Waking the browsers of a player."""

import hashlib
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from messaging.models import Notification, PushSubscription
from padawanforge.kit import webpush
from padawanforge.kit.errors import DomainError
from padawanforge.kit.fetch import problem_of_address
from players.choices import NotificationKind
from players.models import Player

MAX_BROWSERS = 10
MAX_FAILURES = 20
# What the browser shows, perhaps on a locked screen: the kind of news and nothing that is private.
LINES = {
    NotificationKind.FRIEND: "There is news from a friend.",
    NotificationKind.MENTION: "Somebody mentions you.",
    NotificationKind.THREAD: "There are answers in a thread that you follow.",
    NotificationKind.MESSAGE: "A message waits for you.",
    NotificationKind.ROOM: "There is news in one of your rooms.",
    NotificationKind.SESSION: "A quiz waits for you.",
    NotificationKind.ACHIEVEMENT: "You have a new achievement.",
    NotificationKind.LEVEL: "You have reached a new level.",
    NotificationKind.STREAK: "There is news about your day streak.",
    NotificationKind.ANNOUNCEMENT: "There is an announcement.",
    NotificationKind.SYSTEM: "There is news about your account.",
}


class NotSubscribed(DomainError):
    code = "invalid"


def subscribe(
    *, player: Player, endpoint: str, p256dh: str, auth: str, browser: str, now: datetime
) -> PushSubscription:
    """Let the browser be woken for this player, and for nobody else who was signed in there before."""
    if problem_of_address(endpoint, settings.PUSH_ORIGINS) or len(endpoint) > 1000:
        raise NotSubscribed("This browser's push service has an address that we can't use.")
    try:
        webpush.encrypt(b"", p256dh=p256dh, auth=auth)
    except ValueError as error:
        raise NotSubscribed(
            "The keys of this browser can't be read. Switch push off and on again."
        ) from error
    fields = {
        "player": player,
        "endpoint": endpoint,
        "p256dh": p256dh,
        "auth": auth,
        "browser": browser[:120],
    }
    row, _ = PushSubscription.objects.update_or_create(
        endpoint_hash=_hash(endpoint), defaults={**fields, "failures": 0}
    )
    kept = PushSubscription.objects.filter(player=player).order_by("-pk").values_list("pk", flat=True)
    PushSubscription.objects.filter(pk__in=list(kept[MAX_BROWSERS:])).delete()
    return row


def unsubscribe(*, player: Player, endpoint: str) -> bool:
    """False when it was not subscribed."""
    gone, _ = PushSubscription.objects.filter(player=player, endpoint_hash=_hash(endpoint)).delete()
    return bool(gone)


def wake(notification: Notification, now: datetime) -> None:
    """On all browsers of the recipient. Raises PushFailed when there are some and none could be reached."""
    reached, failure = False, None
    for row in PushSubscription.objects.filter(player=notification.recipient_id).order_by("pk"):
        try:
            _send(row, notification, now)
        except webpush.PushGone:
            row.delete()
        except webpush.PushFailed as error:
            failure = error
            _count_failure(row)
        else:
            reached = True
            PushSubscription.objects.filter(pk=row.pk).update(failures=0, used_at=now)
    if failure is not None and not reached:
        raise failure


def server_key() -> str:
    return webpush.public_key(settings.SECRET_KEY)


def _send(row: PushSubscription, notification: Notification, now: datetime) -> None:
    what = {
        "title": "PadawanForge",
        "body": LINES[NotificationKind(notification.category)],
        "url": notification.action_url or reverse("messaging:notifications"),
        # The same news, told again, takes the place of what is shown.
        "tag": f"notification-{notification.pk}",
    }
    webpush.send(
        what,
        to=webpush.Subscribed(row.endpoint, row.p256dh, row.auth),
        sender=webpush.Sender(settings.SECRET_KEY, _contact(), settings.PUSH_ORIGINS),
        now=now,
        is_urgent=notification.priority == Notification.Priority.URGENT,
    )


def _count_failure(row: PushSubscription) -> None:
    PushSubscription.objects.filter(pk=row.pk).update(failures=F("failures") + 1)
    PushSubscription.objects.filter(pk=row.pk, failures__gte=MAX_FAILURES).delete()


def _contact() -> str:
    site = settings.PUBLIC_URLS[0]
    return site if site.startswith("https:") else f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def _hash(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()
