from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.utils import timezone
from django.utils.text import slugify

from messaging.actions.channels import add_member, open_channel, remove_member
from messaging.actions.messages import record_event
from messaging.actions.sanctions import refuse_banned
from messaging.models import ChannelMember
from npcs.choices import Difficulty
from npcs.models import Npc, NpcCategory
from padawanforge.kit.errors import DomainError
from padawanforge.kit.markdown import clean_text
from players.actions.demo import note_room
from players.models import Player
from rooms.actions.sessions import cancel_session
from rooms.choices import ROOM
from rooms.models import GameSession, Room, RoomNpc, RoomSettings, Tag

MAX_TAGS = 8
SLUG_TRIES = 5
# Pages of the lobby under the same path.
TAKEN_SLUGS = {"new"}


class RoomFull(DomainError):
    code = "room_full"


class RoomClosed(DomainError):
    code = "gone"


class GuestsNotAllowed(DomainError):
    code = "forbidden"


class RoomNameTaken(DomainError):
    pass


@transaction.atomic
def open_room(
    *,
    owner: Player | None,
    name: str,
    slug: str = "",
    category: NpcCategory | None = None,
    tags: Sequence[str] = (),
    settings: dict[str, Any] | None = None,
    **fields: Any,
) -> Room:
    """A new room with its channel and settings; the owner, if any, is its first member.

    `fields` are columns of the room: description, room_type, difficulty, max_players, is_featured.
    """
    fields = {"difficulty": Difficulty.BEGINNER, "category": category, **fields}
    room = _create_room(
        channel=open_channel(kind=ROOM), owner=owner, name=clean_text(name), slug=slug, **fields
    )
    RoomSettings.objects.create(room=room, **(settings or {}))
    room.tags.set([Tag.objects.get_or_create(name=tag)[0] for tag in tag_names(tags)])
    if owner is not None:
        _take_place(room)
        add_member(channel=room.channel, player=owner, role=ChannelMember.Role.OWNER)
    return room


@transaction.atomic
def enter_room(*, room: Room, player: Player) -> ChannelMember:
    """Entering twice is the same as entering once; the last place goes to exactly one."""
    _require_open(room)
    if player.is_guest and not room.settings.allow_anonymous:
        raise GuestsNotAllowed(f"{room.name} is not open to guests. Make an account to enter.")
    mine = ChannelMember.objects.filter(channel=room.channel_id, player=player)
    if member := mine.first():
        return member
    has_place = _take_place(room)
    # After the lock: a ban that came a moment ago holds.
    refuse_banned(player, room.channel, timezone.now())
    # Taking a place waits for whoever is at the door: by now another tab may have let the player in.
    if member := mine.first():
        if has_place:
            _give_place_back(room)
        return member
    if not has_place:
        _require_open(room)
        raise RoomFull(f"{room.name} is full ({room.max_players} people). Try again later or choose another.")
    note_room(player, where=str(room.uuid))
    return add_member(channel=room.channel, player=player)


@transaction.atomic
def leave_room(*, room: Room, player: Player, reason: str = "left") -> bool:
    """False when the player was not in the room. A leaving owner is followed by the oldest member."""
    # First the room, then its channel, as in entering: in the other order the two could wait for each other.
    room = Room.objects.select_for_update(of=("self",)).select_related("channel").get(pk=room.pk)
    if not remove_member(channel=room.channel, player=player, reason=reason):
        return False
    _give_place_back(room)
    if room.owner_id == player.pk:
        find_owner(room)
    return True


@transaction.atomic
def close_room(*, room: Room, now: datetime) -> bool:
    """Nobody can enter or write any more; False when somebody had closed it already."""
    if not Room.objects.open().filter(pk=room.pk).update(closed_at=now):
        return False
    for session in GameSession.objects.running().filter(room=room):
        cancel_session(session=session, player=None, now=now)
    record_event(channel=room.channel, type="room.archived", payload={"room": str(room.uuid)})
    return True


def reopen_room(*, room: Room) -> bool:
    """False when the room was open."""
    return bool(Room.objects.filter(pk=room.pk).exclude(closed_at=None).update(closed_at=None))


def recount_places() -> int:
    """Free the places of players who were deleted, as guests are; how many rooms had some."""
    counted = Room.objects.annotate(members=Count("channel__members"))
    wrong = counted.exclude(members=F("current_players")).values_list("pk", "current_players", "members")
    # Whoever enters or leaves meanwhile has changed the number, and the next run looks again.
    return sum(
        Room.objects.filter(pk=pk, current_players=before).update(current_players=members)
        for pk, before, members in wrong.order_by("pk")
    )


@transaction.atomic
def add_npc(*, room: Room, npc: Npc, player: Player | None, role: str = RoomNpc.Role.TUTOR) -> RoomNpc:
    """Bring the character into the room; bringing it again makes it active again."""
    place, created = RoomNpc.objects.update_or_create(
        room=room,
        npc=npc,
        defaults={"is_active": True, "role": role},
        create_defaults={"added_by": player, "role": role},
    )
    if created:
        record_event(
            channel=room.channel, type="npc.added", payload={"npc": npc.name, "role": role}, actor=player
        )
    return place


def _create_room(*, name: str, slug: str, **fields: Any) -> Room:
    for _ in range(SLUG_TRIES):
        try:
            with transaction.atomic():
                return Room.objects.create(name=name, slug=slug or free_slug(name), **fields)
        except IntegrityError:
            # Somebody has opened a room of the same name at the same moment.
            if slug:
                raise
    raise RoomNameTaken(f"Many rooms are called {name} already. Choose another name.")


def free_slug(name: str) -> str:
    """An address for the room that no other room has."""
    base = slugify(name)[:80].strip("-_") or "room"
    slug, number = base, 1
    while slug in TAKEN_SLUGS or Room.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug


def tag_names(tags: Sequence[str]) -> list[str]:
    """Cleaned, without doubles, at most MAX_TAGS."""
    names = [slugify(tag)[:40] for tag in tags]
    return list(dict.fromkeys(name for name in names if name))[:MAX_TAGS]


def _take_place(room: Room) -> bool:
    free = Room.objects.open().filter(pk=room.pk, current_players__lt=F("max_players"))
    return bool(free.update(current_players=F("current_players") + 1))


def _require_open(room: Room) -> None:
    if not Room.objects.open().filter(pk=room.pk).exists():
        raise RoomClosed(f"{room.name} is closed. Choose another room.")


def _give_place_back(room: Room) -> None:
    Room.objects.filter(pk=room.pk, current_players__gt=0).update(current_players=F("current_players") - 1)


def find_owner(room: Room) -> None:
    """The room goes to its oldest moderator, else to its oldest member, else to nobody."""
    members = ChannelMember.objects.filter(channel=room.channel_id).select_related("player")
    present = members.filter(player__is_guest=False, player__is_active=True, player__leaves_at=None)
    by_service = present.order_by("joined_at", "pk")
    heir = by_service.filter(role=ChannelMember.Role.MODERATOR).first() or by_service.first()
    Room.objects.filter(pk=room.pk).update(owner=heir.player if heir else None)
    if heir:
        members.filter(pk=heir.pk).update(role=ChannelMember.Role.OWNER)
        record_event(channel=room.channel, type="room.owner", payload={"owner": str(heir.player.uuid)})
