from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.text import slugify

from messaging.actions.channels import add_member, open_channel, remove_member
from messaging.actions.messages import record_event
from messaging.models import ChannelMember
from npcs.choices import Difficulty
from npcs.models import Npc, NpcCategory
from padawanforge.kit.errors import DomainError
from padawanforge.kit.markdown import clean_text
from players.models import Player
from rooms.choices import ROOM
from rooms.models import Room, RoomNpc, RoomSettings, Tag

MAX_TAGS = 8


class RoomFull(DomainError):
    code = "room_full"


class RoomClosed(DomainError):
    code = "gone"


class GuestsNotAllowed(DomainError):
    code = "forbidden"


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
    fields.setdefault("difficulty", Difficulty.BEGINNER)
    room = Room.objects.create(
        channel=open_channel(kind=ROOM),
        owner=owner,
        name=clean_text(name),
        slug=slug or free_slug(name),
        category=category,
        **fields,
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
    if room.closed_at is not None:
        raise RoomClosed(f"{room.name} is closed.")
    if player.is_guest and not room.settings.allow_anonymous:
        raise GuestsNotAllowed(f"{room.name} is not open to guests. Make an account to enter.")
    # The room's row is the lock: whoever takes the place below waits for the other's decision.
    if member := ChannelMember.objects.filter(channel=room.channel_id, player=player).first():
        return member
    _take_place(room)
    if member := ChannelMember.objects.filter(channel=room.channel_id, player=player).first():
        _give_place_back(room)
        return member
    return add_member(channel=room.channel, player=player)


@transaction.atomic
def leave_room(*, room: Room, player: Player, reason: str = "left") -> bool:
    """False when the player was not in the room. A leaving owner is followed by the oldest member."""
    was_owner = room.owner_id == player.pk
    if not remove_member(channel=room.channel, player=player, reason=reason):
        return False
    _give_place_back(room)
    if was_owner:
        _find_owner(room)
    return True


@transaction.atomic
def close_room(*, room: Room, now: datetime) -> bool:
    """Nobody can enter or write any more; False when somebody had closed it already."""
    closed = Room.objects.open().filter(pk=room.pk).update(closed_at=now)
    if closed:
        record_event(channel=room.channel, type="room.archived", payload={"room": str(room.uuid)})
    return bool(closed)


def reopen_room(*, room: Room) -> bool:
    return bool(Room.objects.filter(pk=room.pk).exclude(closed_at=None).update(closed_at=None))


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


def free_slug(name: str) -> str:
    """An address for the room that no other room has."""
    base = slugify(name)[:80] or "room"
    slug, number = base, 1
    while slug == "new" or Room.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug


def tag_names(tags: Sequence[str]) -> list[str]:
    """Cleaned, without doubles, at most MAX_TAGS."""
    names = [slugify(tag)[:40] for tag in tags]
    return list(dict.fromkeys(name for name in names if name))[:MAX_TAGS]


def _take_place(room: Room) -> None:
    free = Room.objects.open().filter(pk=room.pk, current_players__lt=F("max_players"))
    if not free.update(current_players=F("current_players") + 1):
        raise RoomFull(f"{room.name} is full ({room.max_players} people). Try again later or choose another.")


def _give_place_back(room: Room) -> None:
    Room.objects.filter(pk=room.pk, current_players__gt=0).update(current_players=F("current_players") - 1)


def _find_owner(room: Room) -> None:
    members = ChannelMember.objects.filter(channel=room.channel_id).select_related("player")
    moderators = members.filter(role=ChannelMember.Role.MODERATOR)
    heir = (
        moderators.order_by("joined_at").first()
        or members.filter(player__is_guest=False).order_by("joined_at").first()
    )
    Room.objects.filter(pk=room.pk).update(owner=heir.player if heir else None)
    if heir:
        members.filter(pk=heir.pk).update(role=ChannelMember.Role.OWNER)
        record_event(channel=room.channel, type="room.owner", payload={"owner": str(heir.player.uuid)})
