"""Telling a player something that waits for him, and what he does with it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When

from messaging.actions import delivery
from messaging.actions.personal_log import note
from messaging.models import Notification
from messaging.models.notification import TEXT_MAX_LENGTH, TITLE_MAX_LENGTH
from messaging.queries.notifications import unread_count
from players.choices import NotificationKind
from players.models import Player, PlayerPreferences
from players.queries.relationships import hidden_from

KEPT_FOR = timedelta(days=90)
BATCH = 500
# From the lowest.
PRIORITIES = Notification.Priority.values


@dataclass(frozen=True, slots=True)
class News:
    """What is told. News with the same `key` is told once as long as it is unread, and counted if it may.

    `about` is the player whom it is about: nobody hears of somebody whom a block hides.
    """

    kind: NotificationKind
    title: str
    message: str = ""
    url: str = ""
    label: str = ""
    key: str = ""
    type: str = Notification.Type.INFO
    priority: str = Notification.Priority.NORMAL
    is_counted: bool = True
    about: Player | None = None
    # Further columns of the row: subcategory, source, metadata, action_data, related_entity_type and -_id.
    more: dict[str, object] = field(default_factory=dict)


@transaction.atomic
def notify(
    *, recipient: Player, news: News, now: datetime, expires_at: datetime | None = None
) -> Notification | None:
    """None when the recipient doesn't want to hear of it, or may not."""
    preferences = _preferences(recipient, news)
    if preferences is None:
        return None
    fields = _fields(news) | {"told_at": now, "expires_at": expires_at or now + KEPT_FOR}
    row = _told_again(recipient, news, fields) if news.key else None
    if row is None:
        # What is told again rings once: the other ways hear of the first time only.
        way = delivery.plan(preferences, kind=news.kind, priority=news.priority, now=now)
        row = _told_first(recipient, news, fields | way)
        delivery.begin(row, now)
    elif news.priority == Notification.Priority.URGENT:
        delivery.hurry(row, now)
    _show_count(recipient)
    return row


def notify_once_until_read(people: Sequence[Player], news: News, *, now: datetime) -> None:
    """Who has the same news unread is only counted on, in one statement; the others are told."""
    waiting = Notification.objects.filter(
        key=news.key, recipient__in=people, is_read=False, is_dismissed=False
    )
    told = set(waiting.values_list("recipient_id", flat=True))
    waiting.update(times=F("times") + 1, told_at=now, updated_at=now)
    for player in people:
        if player.pk not in told:
            notify(recipient=player, news=news, now=now)


@transaction.atomic
def read(*, notification: Notification, now: datetime) -> bool:
    """False when it had been read before."""
    return _mark_read(notification.recipient, now, pk=notification.pk)


@transaction.atomic
def read_all(*, player: Player, now: datetime) -> bool:
    """False when there was nothing new."""
    return _mark_read(player, now)


def read_place(*, player: Player, path: str, now: datetime) -> bool:
    """The player opens a page: what leads there has been seen. False when nothing did."""
    leads = Q(action_url=path) | Q(action_url__startswith=f"{path}#") | Q(action_url__startswith=f"{path}?")
    seen = Notification.objects.unread().filter(leads, recipient=player)
    # Asked first, for most pages are opened without news: looking takes no lock.
    if not seen.exists():
        return False
    with transaction.atomic():
        return _mark_read(player, now, pk__in=list(seen.values_list("pk", flat=True)))


@transaction.atomic
def dismiss(*, notification: Notification, now: datetime) -> bool:
    """Take it off the list; false when it was off already."""
    rows = Notification.objects.filter(pk=notification.pk, is_dismissed=False)
    if not rows.update(is_dismissed=True, dismissed_at=now):
        return False
    _show_count(notification.recipient)
    return True


@transaction.atomic
def withdraw(*, key: str, recipients: Collection[int]) -> None:
    """Take back news that these people have not read yet: what it told is no longer so."""
    rows = Notification.objects.filter(key=key, is_read=False, recipient__in=recipients)
    people = [row.recipient for row in rows.select_related("recipient")]
    rows.delete()
    for player in people:
        _show_count(player)


@transaction.atomic
def forget_about(*, recipient: Player, other: Player) -> int:
    """Take away what the recipient was told about the other; how much it was."""
    about = {"related_entity_type": "player", "related_entity_id": str(other.uuid)}
    gone, _ = Notification.objects.filter(recipient=recipient, **about).delete()
    if gone:
        _show_count(recipient)
    return gone


def remove_expired_notifications(*, now: datetime) -> int:
    """How many were over; at most a batch, so that no transaction is long."""
    over = Notification.objects.filter(expires_at__lte=now).order_by("expires_at")
    gone, _ = Notification.objects.filter(pk__in=list(over.values_list("pk", flat=True)[:BATCH])).delete()
    return gone


def _preferences(recipient: Player, news: News) -> PlayerPreferences | None:
    """None when the recipient doesn't want to hear of it, or may not."""
    if not recipient.is_active or recipient.leaves_at is not None:
        return None
    preferences = PlayerPreferences.objects.filter(player=recipient, notifications=True).first()
    if preferences is None or preferences.notification_switches.get(news.kind, True) is False:
        return None
    if news.about is not None and news.about.pk in hidden_from(recipient):
        return None
    # Already read: nothing asks for the player again.
    preferences.player = recipient
    return preferences


def _fields(news: News) -> dict[str, object]:
    about = news.about
    related = {"related_entity_type": "player", "related_entity_id": str(about.uuid)} if about else {}
    return {
        "category": news.kind,
        "notification_type": news.type,
        "priority": news.priority,
        "title": news.title[:TITLE_MAX_LENGTH],
        "message": news.message[:TEXT_MAX_LENGTH],
        "action_url": news.url,
        "action_label": news.label,
        **related,
        **news.more,
    }


def _told_again(recipient: Player, news: News, fields: dict) -> Notification | None:
    """The unread row with the same key, brought up to date; None when there is none."""
    rows = Notification.objects.filter(recipient=recipient, key=news.key, is_read=False, is_dismissed=False)
    fields = fields | {"priority": _at_least(news.priority)}
    if not rows.update(times=F("times") + int(news.is_counted), updated_at=fields["told_at"], **fields):
        return None
    return rows.first()


def _at_least(priority: str) -> Case:
    """What was more urgent and nobody has read is still there."""
    higher = PRIORITIES[PRIORITIES.index(priority) + 1 :]
    return Case(When(priority__in=higher, then=F("priority")), default=Value(str(priority)))


def _told_first(recipient: Player, news: News, fields: dict) -> Notification:
    try:
        with transaction.atomic():
            return Notification.objects.create(recipient=recipient, key=news.key, **fields)
    except IntegrityError:
        # Somebody told the same news at the same moment and was first.
        if row := _told_again(recipient, news, fields):
            return row
        raise


def _mark_read(player: Player, now: datetime, **which: object) -> bool:
    rows = Notification.objects.filter(recipient=player, is_read=False, **which)
    if not rows.update(is_read=True, read_at=now):
        return False
    _show_count(player)
    return True


def _show_count(player: Player) -> None:
    """Counted after the commit, so that two who tell at once don't both leave out the other's."""
    note(player, type="notification.unread", data=lambda: {"unread": unread_count(player)})
