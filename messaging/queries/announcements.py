"""Which announcements reach whom, and what each did with them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.utils.safestring import SafeString

from messaging.models import Announcement, AnnouncementReceipt, ChannelMember
from messaging.rules.notices import occurrence
from padawanforge.kit import markdown
from padawanforge.kit.paging import Page, page_of
from players.models import Player, Role
from players.models.player import PlayerQuerySet

BANNERS_KEY = "messaging.announcements"
CACHED_FOR = timedelta(seconds=30)
PAGE = 20
Audience, Priority = Announcement.Audience, Announcement.Priority
RANK = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}


@dataclass(frozen=True, slots=True)
class Shown:
    """An announcement as its reader sees it; `since` is when it came, or came back."""

    announcement: Announcement
    html: SafeString
    since: datetime
    acknowledged_at: datetime | None = None
    dismissed_at: datetime | None = None
    is_over: bool = False

    @property
    def asks(self) -> bool:
        """Whether the reader has yet to say that he has read it."""
        return self.announcement.needs_acknowledgement and self.acknowledged_at is None

    @property
    def may_be_dismissed(self) -> bool:
        return self.announcement.is_dismissible and not self.asks


def banners_for(player: Player | AnonymousUser, now: datetime) -> list[Shown]:
    """What stands on top of every page, the most urgent first; no query as long as nothing is announced."""
    running = [shown for shown in _running(now) if _is_on(shown.announcement, now)]
    if not running:
        return []
    if not isinstance(player, Player) and not player.is_authenticated:
        return [shown for shown in running if shown.announcement.audience == Audience.EVERYBODY]
    ids = [shown.announcement.pk for shown in running]
    mine = set(addressed_to(player, now).filter(pk__in=ids).values_list("pk", flat=True))
    reached = [shown for shown in running if shown.announcement.pk in mine]
    return [shown for shown in with_receipts(reached, player) if not _is_put_away(shown)]


def announcements_for(player: Player, now: datetime, *, after: str = "") -> Page:
    """What was ever announced to the player, the newest first; rows are `Shown`."""
    found = addressed_to(player, now)
    page = page_of(found, order=("-starts_at", "-pk"), cursor=after, limit=PAGE)
    return Page(with_receipts([_shown(row, now) for row in page.rows], player), page.after)


def announcement_for(player: Player, uuid: UUID, now: datetime) -> Shown | None:
    row = addressed_to(player, now).filter(uuid=uuid).first()
    return with_receipts([_shown(row, now)], player)[0] if row else None


def addressed_to(player: Player, now: datetime) -> QuerySet[Announcement]:
    reached = Q(audience=Audience.EVERYBODY)
    if not player.is_guest:
        reached |= Q(audience=Audience.PLAYERS)
    reached |= Q(audience=Audience.ROLE, role__in=Role.objects.filter(group__user=player).values("name"))
    mine = ChannelMember.objects.filter(player=player).values("channel")
    reached |= Q(audience=Audience.CHANNEL, channel__in=mine)
    return Announcement.objects.filter(reached, withdrawn_at=None, starts_at__lte=now)


def audience_of(announcement: Announcement) -> PlayerQuerySet:
    people = Player.objects.present()
    if announcement.audience == Audience.ROLE:
        return people.filter(groups__role__name=announcement.role)
    if announcement.audience == Audience.CHANNEL:
        return people.filter(channel_memberships__channel=announcement.channel_id)
    return people if announcement.audience == Audience.EVERYBODY else people.filter(is_guest=False)


def with_acknowledgements(rows: QuerySet[Announcement]) -> QuerySet[Announcement]:
    """With how many have said that they have read it."""
    said = Q(receipts__acknowledged_at__isnull=False)
    return rows.annotate(acknowledged=Count("receipts", filter=said))


def with_receipts(found: Iterable[Shown], player: Player) -> list[Shown]:
    """What the player did with each since it came last: what comes back is asked about anew."""
    found = list(found)
    ids = [shown.announcement.pk for shown in found]
    if not ids:
        return []
    receipts = AnnouncementReceipt.objects.filter(player=player, announcement__in=ids)
    by_id = {receipt.announcement_id: receipt for receipt in receipts}
    return [_with_receipt(shown, by_id.get(shown.announcement.pk)) for shown in found]


def last_time(announcement: Announcement, now: datetime) -> datetime | None:
    """When it came, or came back; None before it begins."""
    return occurrence(announcement.starts_at, announcement.recurrence, now, zone=settings.TIME_ZONE)


def _with_receipt(shown: Shown, receipt: AnnouncementReceipt | None) -> Shown:
    if receipt is None:
        return shown
    moments = (receipt.acknowledged_at, receipt.dismissed_at)
    acknowledged, dismissed = (at if at and at >= shown.since else None for at in moments)
    return replace(shown, acknowledged_at=acknowledged, dismissed_at=dismissed)


def _running(now: datetime) -> list[Shown]:
    """What is on now or within the time that this is remembered; the same for everybody."""
    found = cache.get(BANNERS_KEY)
    if found is None:
        rows = Announcement.objects.filter(
            Q(ends_at=None) | Q(ends_at__gt=now),
            withdrawn_at=None,
            shows_banner=True,
            starts_at__lte=now + CACHED_FOR,
        )
        found = sorted(rows.order_by("-starts_at", "-pk"), key=lambda row: RANK[Priority(row.priority)])
        found = [(row, markdown.render(row.text)) for row in found]
        cache.set(BANNERS_KEY, found, CACHED_FOR.total_seconds())
    return [Shown(row, html, last_time(row, now) or row.starts_at) for row, html in found]


def _is_on(announcement: Announcement, now: datetime) -> bool:
    return announcement.starts_at <= now and (announcement.ends_at is None or announcement.ends_at > now)


def _is_put_away(shown: Shown) -> bool:
    return shown.dismissed_at is not None and shown.may_be_dismissed


def _shown(row: Announcement, now: datetime) -> Shown:
    since = last_time(row, now) or row.starts_at
    return Shown(row, markdown.render(row.text), since, is_over=not _is_on(row, now))
