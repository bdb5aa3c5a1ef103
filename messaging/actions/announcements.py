"""Telling many at once: publishing, telling everybody whom it reaches, taking it back, and what readers do.

Who dies while telling goes on where he was: whoever has been told since it came is left out.
"""

import logging
from datetime import datetime

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import Truncator

from messaging import events
from messaging.actions.messages import post_message
from messaging.actions.notifications import News, notify
from messaging.models import MESSAGE_MAX_LENGTH, Announcement, AnnouncementReceipt, Message, Notification
from messaging.models.notification import NotificationQuerySet
from messaging.queries.announcements import BANNERS_KEY, audience_of, last_time
from padawanforge.kit import markdown
from padawanforge.kit.events import after_commit
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.work import LEASE, WorkItem, WorkState
from players.choices import NotificationKind
from players.models import Player

logger = logging.getLogger(__name__)

BATCH = 200
WARNING_TYPES = {Announcement.Type.WARNING, Announcement.Type.MAINTENANCE}
RESTING = (WorkState.DONE, WorkState.FAILED)
ENTITY = "announcement"
# What `problems_of` looks at.
CHECKED = ("title", "audience", "role", "channel", "starts_at", "ends_at")


@transaction.atomic
def publish(announcement: Announcement) -> Announcement:
    """Keep it, new or changed; from its beginning on it is shown and told."""
    announcement.title = markdown.clean_text(announcement.title)
    announcement.text = markdown.clean_text(announcement.text)
    if problems := problems_of(announcement):
        raise ValidationError(problems)
    announcement.full_clean(exclude=["created_by"])
    if announcement.pk is None:
        # There is nothing to do before it begins.
        announcement.state = WorkState.DONE
    announcement.save()
    _show()
    return announcement


@transaction.atomic
def withdraw(*, announcement: Announcement, now: datetime) -> bool:
    """Off every page, with what players were told of it; false when it had been taken back before."""
    rows = Announcement.objects.filter(pk=announcement.pk, withdrawn_at=None)
    if not rows.update(withdrawn_at=now):
        return False
    told_of(announcement).delete()
    _show()
    return True


def tell_again(*, announcement: Announcement) -> bool:
    """Even those who were told; false when it was taken back."""
    rows = Announcement.objects.filter(pk=announcement.pk, withdrawn_at=None)
    return bool(rows.update(told_at=None, state=WorkState.DONE))


def acknowledge(*, announcement: Announcement, player: Player, now: datetime) -> None:
    _receipt(announcement, player, acknowledged_at=now)


def put_away(*, announcement: Announcement, player: Player, now: datetime) -> None:
    _receipt(announcement, player, dismissed_at=now)


def tell_due(*, now: datetime) -> int:
    """Begin to tell what has begun, or come back, and wasn't told since; how much it was."""
    running = Announcement.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now), withdrawn_at=None, starts_at__lte=now, state__in=RESTING
    )
    fresh = running.filter(Q(told_at=None) | ~Q(recurrence=Announcement.Recurrence.ONCE))
    begun = 0
    for row in fresh.order_by("pk"):
        since = last_time(row, now)
        if since is not None and (row.told_at is None or row.told_at < since):
            begun += _begin(row, now)
    return begun


def tell(*, pk: int, now: datetime) -> None:
    """The job: a line in the room, a nudge to open pages, a notification for each whom it reaches."""
    if not Announcement.objects.claim(pk, now=now):
        return
    row = Announcement.objects.select_related("channel").get(pk=pk)
    since = last_time(row, now)
    if row.withdrawn_at is not None or since is None:
        row.mark_done()
        return
    _show()
    if row.audience == Announcement.Audience.CHANNEL:
        _say_in_channel(row, since)
    if row.sends_notification:
        _tell_everybody(row, since, now)
    Announcement.objects.filter(pk=pk).update(
        told_at=now, state=WorkState.DONE, last_error="", lease_until=None
    )


def give_up(row: WorkItem) -> None:
    """This time it reached not everybody; the console shows it and can tell it again."""
    logger.warning("Announcement %s could not be told to everybody.", row.pk)
    Announcement.objects.filter(pk=row.pk).update(told_at=timezone.now())
    row.mark_failed("It broke off several times.")


def told_of(announcement: Announcement) -> NotificationQuerySet:
    about = {"related_entity_type": ENTITY, "related_entity_id": str(announcement.uuid)}
    return Notification.objects.filter(**about)


@transaction.atomic
def _begin(row: Announcement, now: datetime) -> bool:
    mine = Announcement.objects.filter(pk=row.pk, state__in=RESTING, told_at=row.told_at)
    if not mine.update(state=WorkState.WAITING, attempts=0, queued_at=now):
        return False
    enqueue("messaging.tell_announcement", pk=row.pk)
    return True


def _tell_everybody(row: Announcement, since: datetime, now: datetime) -> None:
    heard = told_of(row).filter(recipient=OuterRef("pk"), told_at__gte=since)
    waiting = audience_of(row).filter(~Exists(heard)).distinct().order_by("pk")
    news, last = _news(row), 0
    while batch := list(waiting.filter(pk__gt=last)[:BATCH]):
        for player in batch:
            notify(recipient=player, news=news, now=now, expires_at=row.ends_at)
        last = batch[-1].pk
        Announcement.objects.filter(pk=row.pk).update(lease_until=timezone.now() + LEASE)


def _news(row: Announcement) -> News:
    return News(
        NotificationKind.ANNOUNCEMENT,
        row.title,
        Truncator(strip_tags(markdown.render(row.text)).strip()).chars(300),
        url=reverse("messaging:announcement", args=[row.uuid]),
        label="Read and confirm" if row.needs_acknowledgement else "Read",
        key=f"announcement.{row.uuid}",
        is_counted=False,
        type=Notification.Type.WARNING if row.type in WARNING_TYPES else Notification.Type.INFO,
        priority=row.priority,
        more={
            "subcategory": row.type,
            "source": "messaging",
            "related_entity_type": ENTITY,
            "related_entity_id": str(row.uuid),
        },
    )


def _say_in_channel(row: Announcement, since: datetime) -> None:
    """Once for each time; the claim keeps others from doing so meanwhile."""
    if row.channel is None:
        return
    mark = f"{row.uuid}@{since.isoformat()}"
    said = Message.objects.filter(channel=row.channel, type=Message.Type.SYSTEM, metadata__announcement=mark)
    if not said.exists():
        text = f"**{row.title}**\n\n{row.text}"[:MESSAGE_MAX_LENGTH]
        post_message(channel=row.channel, text=text, metadata={"announcement": mark})


def _receipt(announcement: Announcement, player: Player, **moments: datetime) -> None:
    AnnouncementReceipt.objects.update_or_create(announcement=announcement, player=player, defaults=moments)


def _show() -> None:
    """Open pages look at once, others when they load; what was remembered is read again."""

    def tell_pages() -> None:
        cache.delete(BANNERS_KEY)
        events.group_signal(events.EVERYBODY, "announcement")

    after_commit(tell_pages)


def problems_of(announcement: Announcement) -> dict[str, str]:
    """In words, before the constraints say it in theirs."""
    audience, found = announcement.audience, {}
    if not announcement.title:
        found["title"] = "Give it a title."
    if audience == Announcement.Audience.ROLE and not announcement.role:
        found["role"] = "Choose whose role it is for."
    if audience == Announcement.Audience.CHANNEL and announcement.channel_id is None:
        found["channel"] = "Choose the room that it is for."
    if announcement.ends_at and announcement.ends_at <= announcement.starts_at:
        found["ends_at"] = "Let it end after it has begun."
    return found
