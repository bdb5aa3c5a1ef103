import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from messaging.models import Channel
from messaging.queries import present_counts
from messaging.queries.history import shown_count, unread_counts
from npcs.models import Npc
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.memory import recalled
from padawanforge.kit.prepared import prepared
from players.models import Player
from players.permissions import may
from rooms.models import GameSession, Room, RoomNpc, RoomSettings
from rooms.models.room import RoomQuerySet
from rooms.queries.audiences import for_age_of
from rooms.queries.doors import entered, is_staff, known_to
from rooms.queries.settings import settings_of
from rooms.rules.roles import roles_with

PAGE = 24
MAX_WORDS = 8
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# In which a name calls somebody.
CALLABLE_MODES = [mode for mode in RoomSettings.Activation if mode != RoomSettings.Activation.MANUAL]
# What is looked at with every message that calls somebody; characters have long texts.
OF_A_PLACE = (
    "room", "role", "talkativeness", "has_had_turn", "cooldown_seconds", "last_interaction", "npc__name", "npc__uuid",
)  # fmt: skip
OF_A_DESCRIPTION = ("npc__tagline", "npc__description", "npc__expertise_areas")
KEY = re.compile(r"([01])-(\d{1,17})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody looks for in the lobby; empty means everything."""

    search: str = ""
    category: str = ""
    difficulty: str = ""
    tag: str = ""
    room_type: str = ""
    free: bool = False
    featured: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A room as the lobby shows it."""

    room: Room
    people_present: int
    characters: Sequence[Npc]
    is_playing: bool
    is_mine: bool
    # How much is new there, as people read it; empty for nothing.
    unread: str = ""


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
    rooms = _open_rooms().filter(known_to(player))
    if not is_staff(player):
        rooms = rooms.filter(for_age_of(player) | Q(entered(player)))
    return _by_right(player, rooms)


def rooms_entered_by(player: Player) -> QuerySet[Room]:
    """Those of them that he is in: who is in is neither too young nor a stranger."""
    return _by_right(player, _open_rooms().entered_by(player))


def room_entered_by(player: Player, slug: str) -> Room | None:
    """One of them; asked for with every page of what was said there."""
    if may(player, "games.view"):
        return next(iter(_entered(player.pk, slug)), None)
    return rooms_entered_by(player).filter(slug=slug).first()


@prepared
def _entered(player_id: int, slug: str) -> QuerySet[Room]:
    return _open_rooms().entered_by(player_id).filter(slug=slug)


def _open_rooms() -> RoomQuerySet:
    return Room.objects.open().select_related("category", "settings", "channel")


def _by_right(player: Player, rooms: QuerySet[Room]) -> QuerySet[Room]:
    if may(player, "games.view"):
        return rooms
    if may(player, "demo.access"):
        return rooms.filter(settings__allow_anonymous=True)
    return rooms.none()


def rooms_at_hand(player: Player) -> QuerySet[Room]:
    """The same by their address: staff look into every open room, listed for them or not."""
    if is_staff(player):
        return _open_rooms()
    return rooms_open_to(player)


def rooms_of(player: Player) -> QuerySet[Room]:
    """The rooms in which the player is, the liveliest first."""
    return rooms_entered_by(player).order_by("-last_activity_at", "-pk")


def featured_rooms() -> QuerySet[Room]:
    """What strangers see on the front page: nobody knows how old they are."""
    rooms = Room.objects.open().filter(audience=Room.Audience.FROM_13)
    rooms = rooms.exclude(visibility=Room.Visibility.PRIVATE)
    rooms = rooms.filter(settings__allow_anonymous=True).select_related("category", "settings")
    return rooms.order_by("-is_featured", "-last_activity_at", "-pk")


def lobby(player: Player, filters: Filters, *, after: str = "", limit: int = PAGE) -> Page:
    """A page of the lobby: featured first, then by the last activity. `after` is the last page's key."""
    rooms = narrowed(rooms_open_to(player), filters, player).order_by(
        "-is_featured", "-last_activity_at", "-pk"
    )
    if place := _place(after):
        rooms = _after(rooms, place)
    found = list(rooms.prefetch_related(active_npcs(), "tags")[: limit + 1])
    older = _key(found[limit - 1]) if len(found) > limit else ""
    return Page(cards(found[:limit], player), older)


def narrowed(rooms: QuerySet[Room], filters: Filters, player: Player) -> QuerySet[Room]:
    """Every word of the search is somewhere in the name, the description or the tags."""
    for word in clean_text(filters.search).split()[:MAX_WORDS]:
        tagged = Room.tags.through.objects.filter(room=OuterRef("pk"), tag__name__icontains=word)
        rooms = rooms.filter(Q(name__icontains=word) | Q(description__icontains=word) | Exists(tagged))
    exact = {
        "category__name": filters.category,
        "difficulty": filters.difficulty,
        "tags__name": filters.tag,
        "room_type": filters.room_type,
    }
    rooms = rooms.filter(**{column: clean_text(value) for column, value in exact.items() if value})
    if filters.free:
        rooms = rooms.filter(current_players__lt=F("max_players"))
    if filters.featured:
        rooms = rooms.filter(is_featured=True)
    return rooms.filter(channel__members__player=player) if filters.mine else rooms


def cards(rooms: Sequence[Room], player: Player) -> list[Card]:
    """The cards of the rooms, in four queries however many there are."""
    present = present_counts([room.channel_id for room in rooms])
    playing = set(
        GameSession.objects.live().running().filter(room__in=rooms).values_list("room_id", flat=True)
    )
    # Of the rooms where the player is a member, and of no others.
    unread = unread_counts(player, [room.channel_id for room in rooms])
    return [
        Card(
            room=room,
            people_present=present.get(room.channel_id, 0),
            characters=[place.npc for place in room.npcs.all()],
            is_playing=room.pk in playing,
            is_mine=room.channel_id in unread,
            unread=shown_count(unread[room.channel_id]) if unread.get(room.channel_id) else "",
        )
        for room in rooms
    ]


def active_npcs() -> Prefetch:
    """The characters of a room, in the order in which they came."""
    places = RoomNpc.objects.filter(is_active=True, npc__is_active=True)
    return Prefetch("npcs", places.select_related("npc").order_by("position", "pk"))


def listening_places(channel: Channel, *, with_descriptions: bool = False) -> list[RoomNpc]:
    """Who could speak in the room of the channel, in order: there, awake, not muted, and not one who only listens.

    Of the characters what calls them, and what describes them for whom that decides; the rest is read on demand.
    """
    return _listening(channel.pk, with_descriptions)


@prepared
def _listening(channel_id: int, with_descriptions: bool) -> QuerySet[RoomNpc]:
    places = RoomNpc.objects.filter(
        room__channel=channel_id,
        is_active=True,
        npc__is_active=True,
        is_muted=False,
        role__in=roles_with("speaks"),
    )
    shown = OF_A_PLACE + (OF_A_DESCRIPTION if with_descriptions else ())
    return places.select_related("npc").only(*shown).order_by("position", "pk")


def places_at_hand(channel: Channel) -> list[RoomNpc]:
    """The same for whom it is enough who is there, not whose turn it is: read once in an operation."""
    return recalled((RoomNpc, channel.pk), lambda: listening_places(channel))


def speaking_npcs(channel: Channel) -> list[Npc]:
    """The characters that may be called in the room of the channel."""
    chosen = settings_of(channel)
    is_silent = chosen is not None and (
        chosen.npcs_speak != RoomSettings.NpcsSpeak.CALLED or chosen.activation_mode not in CALLABLE_MODES
    )
    return [] if is_silent else [place.npc for place in places_at_hand(channel)]


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


def moderating_npc(channel: Channel) -> Npc | None:
    """The character that moderates the room of the channel: of several the one that came first."""
    places = RoomNpc.objects.filter(room__channel=channel, is_active=True, npc__is_active=True)
    place = (
        places.filter(role__in=roles_with("steps_in"))
        .select_related("npc")
        .order_by("position", "pk")
        .first()
    )
    return place.npc if place else None
