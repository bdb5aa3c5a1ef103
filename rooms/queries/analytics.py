"""How much is said where: what the console draws. The documented views, made from the messages themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import (
    Avg,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce, ExtractHour, ExtractIsoWeekDay, TruncDate
from django.utils import timezone

from messaging.models import ChannelMember, Message
from rooms.choices import ROOM
from rooms.models import Room, RoomNpc

DIRECT = "direct"
BUSIEST = 25


@dataclass(frozen=True, slots=True)
class Day:
    """What was said on a day. `minutes` is how long the newest read messages had waited; None: none was read."""

    day: date
    chat: int = 0
    chat_senders: int = 0
    direct: int = 0
    direct_read: int = 0
    direct_senders: int = 0
    direct_recipients: int = 0
    minutes: float | None = None


@dataclass(frozen=True, slots=True)
class RoomActivity:
    """A room with what happened in it: the documented row."""

    room: Room
    messages: int
    senders: int
    last_message_at: datetime | None
    npcs: int
    active_npcs: int
    npc_interactions: float


def first_day(now: datetime, days: int) -> datetime:
    """Its midnight where the installation is: the figures are kept and shown to all, wherever they are."""
    here = timezone.localtime(now, timezone.get_default_timezone())
    return (here - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)


def by_day(*, now: datetime, days: int) -> list[Day]:
    """Every day of the period, also those on which nothing was said. Two queries, however many there are."""
    first = first_day(now, days)
    said = _said_by_day(first)
    reading = _reading_by_day(first)
    return [_day(first.date() + timedelta(days=number), said, reading) for number in range(days)]


def by_hour(*, now: datetime, days: int) -> dict[tuple[int, int], int]:
    """Messages of people by weekday (1: Monday) and hour, in the installation's time zone."""
    here = timezone.get_default_timezone()
    rows = _of_people(first_day(now, days)).annotate(
        weekday=ExtractIsoWeekDay("sent_at", tzinfo=here), hour=ExtractHour("sent_at", tzinfo=here)
    )
    counted = rows.values("weekday", "hour").order_by("weekday", "hour").annotate(count=Count("pk"))
    return {(row["weekday"], row["hour"]): row["count"] for row in counted}


def busiest_rooms(*, now: datetime, days: int, limit: int = BUSIEST) -> list[RoomActivity]:
    """The rooms in which people and characters wrote most, the busiest first."""
    since = first_day(now, days)
    spoken = Message.objects.filter(channel__room=OuterRef("pk"), sent_at__gte=since, deleted_at=None)
    places = RoomNpc.objects.filter(room=OuterRef("pk"))
    rooms = Room.objects.select_related("settings", "category").annotate(
        said=_one(spoken.values("channel").annotate(found=Count("pk"))),
        spoke=_one(spoken.values("channel").annotate(found=Count("player", distinct=True))),
        last_said=Subquery(spoken.order_by().values("channel").annotate(at=Max("sent_at")).values("at")),
        npc_places=_one(places.values("room").annotate(found=Count("pk"))),
        npcs_active=_one(places.filter(is_active=True).values("room").annotate(found=Count("pk"))),
        npc_mean=_one(places.values("room").annotate(found=Avg("interaction_count")), empty=0.0),
    )
    busiest = rooms.filter(said__gt=0).order_by("-said", "-pk")[:limit]
    return [
        RoomActivity(
            room=room,
            messages=room.said,
            senders=room.spoke,
            last_message_at=room.last_said,
            npcs=room.npc_places,
            active_npcs=room.npcs_active,
            npc_interactions=room.npc_mean,
        )
        for room in busiest
    ]


def _one(rows: QuerySet, empty: float = 0) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("found")), empty)


def _of_people(first: datetime) -> QuerySet:
    return Message.objects.filter(sent_at__gte=first, player__isnull=False)


def _said_by_day(first: datetime) -> dict[tuple[date, str], dict]:
    rows = (
        _of_people(first)
        .filter(channel__kind__in=(ROOM, DIRECT))
        .annotate(day=TruncDate("sent_at", tzinfo=first.tzinfo))
        .values("day", "channel__kind")
        .order_by("day", "channel__kind")
        .annotate(messages=Count("pk"), senders=Count("player", distinct=True))
    )
    return {(row["day"], row["channel__kind"]): row for row in rows}


def _reading_by_day(first: datetime) -> dict[date, dict]:
    """Of direct messages: how many somebody else has read, by how many people, and after what time.

    Only the newest reading of each member is known, so the time is that of the message read last.
    """
    readers = ChannelMember.objects.filter(channel__kind=DIRECT, channel__messages__sent_at__gte=first)
    pairs = readers.annotate(
        day=TruncDate("channel__messages__sent_at", tzinfo=first.tzinfo),
        said_by=F("channel__messages__player"),
    ).exclude(said_by=None)
    is_read = Q(channel__messages__seq__lte=F("read_seq"))
    waited = ExpressionWrapper(F("read_at") - F("channel__messages__sent_at"), output_field=DurationField())
    rows = (
        pairs.exclude(said_by=F("player"))
        .values("day")
        .order_by("day")
        .annotate(
            recipients=Count("player", distinct=True),
            read=Count("channel__messages", filter=is_read, distinct=True),
            wait=Avg(waited, filter=Q(channel__messages__seq=F("read_seq"), read_at__isnull=False)),
        )
    )
    return {row["day"]: row for row in rows}


def _day(day: date, said: dict[tuple[date, str], dict], reading: dict[date, dict]) -> Day:
    nothing = {"messages": 0, "senders": 0}
    chat, direct = said.get((day, ROOM), nothing), said.get((day, DIRECT), nothing)
    read = reading.get(day, {"recipients": 0, "read": 0, "wait": None})
    return Day(
        day=day,
        chat=chat["messages"],
        chat_senders=chat["senders"],
        direct=direct["messages"],
        direct_senders=direct["senders"],
        direct_read=read["read"],
        direct_recipients=read["recipients"],
        minutes=None if read["wait"] is None else read["wait"].total_seconds() / 60,
    )


def hours(counts: dict[tuple[int, int], int]) -> Iterator[tuple[int, int, int]]:
    """Weekday, hour and count of each hour of a week."""
    for weekday in range(1, 8):
        for hour in range(24):
            yield weekday, hour, counts.get((weekday, hour), 0)
