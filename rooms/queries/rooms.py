import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from messaging.models import Channel, ChannelMember, Message
from messaging.queries import present_counts
from npcs.models import Npc
from padawanforge.kit.markdown import clean_text
from players.models import Player
from players.permissions import may
from rooms.models import GameSession, Room, RoomNpc

PAGE = 24
MAX_WORDS = 8
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KEY = re.compile(r"([01])-(\d{1,17})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody looks for in the lobby; empty means everything."""

    search: str = ""
    category: str = ""
    difficulty: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A room as the lobby shows it."""

    room: Room
    people_present: int
    characters: Sequence[Npc]
    is_playing: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Rooms of the lobby, and the key of the next page (empty on the last one)."""

    cards: Sequence[Card]
    older: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the lobby ended. Rooms move up while somebody reads, so it holds values, no room."""

    is_featured: bool
    active_at: datetime
    pk: int


def rooms_open_to(player: Player) -> QuerySet[Room]:
    """The open rooms that the player may enter or is in; guests see only rooms that admit guests."""
    rooms = Room.objects.open().select_related("category", "settings", "channel")
    if may(player, "games.view"):
        return rooms
    if may(player, "demo.access"):
        return rooms.filter(settings__allow_anonymous=True)
    return rooms.none()


def rooms_of(player: Player) -> QuerySet[Room]:
    """The rooms in which the player is, the liveliest first."""
    return rooms_open_to(player).filter(channel__members__player=player).order_by("-last_activity_at", "-pk")


def featured_rooms() -> QuerySet[Room]:
    """What strangers see on the front page."""
    rooms = Room.objects.open().filter(settings__allow_anonymous=True).select_related("category", "settings")
    return rooms.order_by("-is_featured", "-last_activity_at", "-pk")


def lobby(player: Player, filters: Filters, *, after: str = "", limit: int = PAGE) -> Page:
    """A page of the lobby: featured first, then by the last activity. `after` is the last page's key."""
    rooms = narrowed(rooms_open_to(player), filters).order_by("-is_featured", "-last_activity_at", "-pk")
    if place := _place(after):
        rooms = _after(rooms, place)
    found = list(rooms.prefetch_related(active_npcs(), "tags")[: limit + 1])
    older = _key(found[limit - 1]) if len(found) > limit else ""
    return Page(cards(found[:limit], player), older)


def narrowed(rooms: QuerySet[Room], filters: Filters) -> QuerySet[Room]:
    """Every word of the search is somewhere in the name, the description or the tags."""
    for word in clean_text(filters.search).split()[:MAX_WORDS]:
        tagged = Room.tags.through.objects.filter(room=OuterRef("pk"), tag__name__icontains=word)
        rooms = rooms.filter(Q(name__icontains=word) | Q(description__icontains=word) | Exists(tagged))
    exact = {"category__name": filters.category, "difficulty": filters.difficulty, "tags__name": filters.tag}
    return rooms.filter(**{column: clean_text(value) for column, value in exact.items() if value})


def cards(rooms: Sequence[Room], player: Player) -> list[Card]:
    """The cards of the rooms, in three queries however many there are."""
    present = present_counts([room.channel_id for room in rooms])
    playing = set(GameSession.objects.running().filter(room__in=rooms).values_list("room_id", flat=True))
    mine = set(
        ChannelMember.objects.filter(
            player=player, channel__in=[room.channel_id for room in rooms]
        ).values_list("channel_id", flat=True)
    )
    return [
        Card(
            room=room,
            people_present=present.get(room.channel_id, 0),
            characters=[place.npc for place in room.npcs.all()],
            is_playing=room.pk in playing,
            is_mine=room.channel_id in mine,
        )
        for room in rooms
    ]


def active_npcs() -> Prefetch:
    """The characters of a room, in the order in which they came."""
    places = RoomNpc.objects.filter(is_active=True, npc__is_active=True)
    return Prefetch("npcs", places.select_related("npc").order_by("pk"))


def speaking_npcs(channel: Channel) -> list[Npc]:
    """The characters that may be called in the room of the channel."""
    places = RoomNpc.objects.filter(room__channel=channel, is_active=True, npc__is_active=True)
    speaking = places.exclude(role=RoomNpc.Role.OBSERVER).select_related("npc").order_by("pk")
    return [place.npc for place in speaking]


def membership(room: Room, player: Player) -> ChannelMember | None:
    return ChannelMember.objects.filter(channel=room.channel_id, player=player).first()


def last_messages(message: Message, limit: int) -> list[Message]:
    """What was said in the channel up to and with the message, oldest first."""
    said = Message.objects.with_authors().filter(channel=message.channel_id, seq__lte=message.seq)
    return list(said.exclude(type=Message.Type.SYSTEM).order_by("-seq")[:limit])[::-1]


def _key(room: Room) -> str:
    moment = (room.last_activity_at - EPOCH) // timedelta(microseconds=1)
    return f"{int(room.is_featured)}-{moment}-{room.pk}"


def _place(key: str) -> Place | None:
    """None for what is no key: then the lobby begins at its beginning."""
    if not (match := KEY.fullmatch(key)):
        return None
    is_featured, moment, pk = (int(part) for part in match.groups())
    return Place(bool(is_featured), EPOCH + timedelta(microseconds=moment), pk)


def _after(rooms: QuerySet[Room], place: Place) -> QuerySet[Room]:
    at_once = Q(last_activity_at=place.active_at, pk__lt=place.pk)
    later = Q(is_featured=place.is_featured) & (Q(last_activity_at__lt=place.active_at) | at_once)
    return rooms.filter(later | Q(is_featured=False)) if place.is_featured else rooms.filter(later)
