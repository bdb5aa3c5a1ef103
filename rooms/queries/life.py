"""What goes on in the rooms of a page: who is there, and how much was said in the last day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncHour
from django.utils import timezone

from messaging.models import LiveConnection, Message
from messaging.queries.presence import is_unseen
from players.models import Player
from players.queries.privacy import seen_by_many
from players.queries.relationships import SEGMENTS, hidden_from
from players.rules.privacy import Field
from rooms.queries.rooms import Card

HOURS = 24
FACES = 5
CONNECTIONS_READ = 500
# A quiet room's few words shall not look like a storm.
LEAST_SCALE = 10
HEIGHT, STEP, WIDTH = 20, 5, 4


@dataclass(frozen=True, slots=True)
class Face:
    name: str
    avatar_url: str
    colour: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour, in the units of the drawing."""

    x: int
    y: int
    height: int


@dataclass(slots=True)
class Life:
    faces: list[Face] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    messages: int = 0


def lives(cards: Sequence[Card], viewer: Player) -> list[tuple[Card, Life]]:
    """The cards with what goes on in their rooms, in as many queries for one room as for many."""
    ids = [card.room.channel_id for card in cards]
    faces = _faces(cards, viewer) if ids else {}
    hours = _hours(ids, timezone.now()) if ids else {}
    return [
        (
            card,
            Life(
                faces.get(card.room.channel_id, [])[:FACES],
                bars(said := hours.get(card.room.channel_id, [0] * HOURS)),
                sum(said),
            ),
        )
        for card in cards
    ]


def bars(counts: Sequence[int]) -> list[Bar]:
    scale = max(LEAST_SCALE, *counts)
    heights = [max(1, round(HEIGHT * count / scale)) for count in counts]
    return [Bar(number * STEP, HEIGHT - height, height) for number, height in enumerate(heights)]


def _hours(channel_ids: Collection[int], now: datetime) -> dict[int, list[int]]:
    """Whispers and what waits for a review aren't counted: even that something was said is nobody's business."""
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    said = Message.objects.filter(
        channel__in=channel_ids, sent_at__gte=first, whisper_to=None, hidden_at=None
    )
    by_hour = said.annotate(hour=TruncHour("sent_at", tzinfo=UTC)).values_list("channel", "hour")
    counts: dict[int, list[int]] = {}
    for channel_id, hour, count in by_hour.annotate(n=Count("pk")).order_by("channel", "hour"):
        number = int((hour - first) / timedelta(hours=1))
        counts.setdefault(channel_id, [0] * HOURS)[min(number, HOURS - 1)] = count
    return counts


def _faces(cards: Sequence[Card], viewer: Player) -> dict[int, list[Face]]:
    """In rooms of one's own everybody who is there; elsewhere those who let the viewer know where they are."""
    if is_unseen(viewer.pk):
        return {}
    own = {card.room.channel_id for card in cards if card.is_mine}
    open_now = LiveConnection.objects.filter(
        channel__in=[card.room.channel_id for card in cards], expires_at__gt=timezone.now()
    )
    seen = open_now.exclude(player__in=hidden_from(viewer))
    rows = seen.select_related(*(f"player__{segment}" for segment in SEGMENTS)).order_by("player__username")
    # Several tabs are one person.
    people = {(row.channel_id, row.player_id): row.player for row in rows[:CONNECTIONS_READ]}
    fields = seen_by_many(viewer, {player.pk: player for player in people.values()}.values())
    found: dict[int, list[Face]] = {}
    for (channel_id, player_id), player in people.items():
        if channel_id in own or Field.PRESENCE in fields[player_id]:
            url = player.avatar_url if Field.AVATAR in fields[player_id] else ""
            found.setdefault(channel_id, []).append(Face(player.name, url, player.avatar_colour))
    return found
