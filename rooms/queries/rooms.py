from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from messaging.models import Channel, ChannelMember, Message
from messaging.queries import present_counts
from npcs.models import Npc
from players.models import Player
from players.permissions import may
from rooms.models import GameSession, Room, RoomNpc

PAGE = 24


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
    cards: Sequence[Card]
    older: str


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
    if key := _key(after):
        rooms = _after(rooms, key)
    found = list(rooms.prefetch_related(active_npcs(), "tags")[: limit + 1])
    older = found[limit - 1].slug if len(found) > limit else ""
    return Page(cards(found[:limit], player), older)


def narrowed(rooms: QuerySet[Room], filters: Filters) -> QuerySet[Room]:
    if filters.search:
        words = filters.search[:100]
        tagged = Room.tags.through.objects.filter(room=OuterRef("pk"), tag__name__icontains=words)
        rooms = rooms.filter(Q(name__icontains=words) | Q(description__icontains=words) | Exists(tagged))
    if filters.category:
        rooms = rooms.filter(category__name=filters.category)
    if filters.difficulty:
        rooms = rooms.filter(difficulty=filters.difficulty)
    if filters.tag:
        rooms = rooms.filter(tags__name=filters.tag)
    return rooms


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
    """The characters of a room, in the order in which they came: the first one hosts."""
    places = RoomNpc.objects.filter(is_active=True, npc__is_active=True)
    return Prefetch("npcs", places.select_related("npc").order_by("pk"))


def speaking_npcs(channel: Channel) -> list[Npc]:
    """The characters that may be called in the room of the channel."""
    return list(
        Npc.objects.active()
        .filter(room_places__room__channel=channel, room_places__is_active=True)
        .exclude(room_places__room__channel=channel, room_places__role=RoomNpc.Role.OBSERVER)
        .order_by("room_places__pk")
    )


def membership(room: Room, player: Player) -> ChannelMember | None:
    return ChannelMember.objects.filter(channel=room.channel_id, player=player).first()


def last_messages(message: Message, limit: int) -> list[Message]:
    """What was said in the channel up to and with the message, oldest first."""
    said = Message.objects.with_authors().filter(channel=message.channel_id, seq__lte=message.seq)
    return list(said.exclude(type=Message.Type.SYSTEM).order_by("-seq")[:limit])[::-1]


def _key(slug: str) -> Room | None:
    return Room.objects.filter(slug=slug).first() if slug else None


def _after(rooms: QuerySet[Room], last: Room) -> QuerySet[Room]:
    later = Q(last_activity_at__lt=last.last_activity_at) | Q(
        last_activity_at=last.last_activity_at, pk__lt=last.pk
    )
    same = Q(is_featured=last.is_featured) & later
    return rooms.filter(same | Q(is_featured=False)) if last.is_featured else rooms.filter(same)
