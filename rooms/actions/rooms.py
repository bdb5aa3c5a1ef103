from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, Count, F, QuerySet, Value, When
from django.utils import timezone
from django.utils.text import slugify

from messaging.actions.channels import add_member, open_channel, remove_member
from messaging.actions.messages import record_event
from messaging.actions.sanctions import refuse_banned
from messaging.models import ChannelMember
from npcs.choices import Difficulty
from npcs.models import NpcCategory
from padawanforge.kit.errors import DomainError
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.prepared import prepared
from players.actions.demo import note_room
from players.models import Player
from rooms.actions.audiences import note_staff_entry, refuse_by_age, refuse_to_open
from rooms.actions.offers import offer_places
from rooms.actions.ownership import find_owner
from rooms.actions.session_lead import cancel_session
from rooms.choices import ROOM
from rooms.models import GameSession, JoinRequest, Room, RoomInvitation, RoomSettings, Tag
from rooms.queries.doors import door_of
from rooms.rules.doors import Door

MAX_TAGS = 8
SLUG_TRIES = 5
# Pages of the lobby under the same path.
TAKEN_SLUGS = {"new", "archived"}


class RoomFull(DomainError):
    code = "room_full"


class RoomClosed(DomainError):
    code = "gone"


class GuestsNotAllowed(DomainError):
    code = "forbidden"


class ApprovalNeeded(DomainError):
    code = "forbidden"


class RoomUnknown(DomainError):
    """For whoever may not know that it exists: edges answer "not found"."""

    code = "gone"


class RoomNameMissing(DomainError):
    code = "invalid"


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

    `fields` are columns of the room: description, room_type, difficulty, max_players, is_featured, audience.
    """
    if not clean_text(name):
        raise RoomNameMissing("Give the room a name that people can read.")
    fields = {"difficulty": Difficulty.BEGINNER, "category": category, **fields}
    refuse_to_open(Room(**fields), owner)
    fields["empty_since"] = timezone.now()
    room = _create_room(
        channel=open_channel(kind=ROOM), owner=owner, name=clean_text(name), slug=slug, **fields
    )
    RoomSettings.objects.create(room=room, **(settings or {}))
    room.tags.set([Tag.objects.get_or_create(name=tag)[0] for tag in tag_names(tags)])
    if owner is not None:
        _take_place(room)
        add_member(channel=room.channel, player=owner, role=ChannelMember.Role.OWNER)
        note_staff_entry(room, owner, now=timezone.now())
    return room


@transaction.atomic
def enter_room(*, room: Room, player: Player) -> ChannelMember:
    """Entering twice is the same as entering once; the last place goes to exactly one."""
    locked = locked_room(room)
    found = door_of(locked, player, timezone.now())
    if found is Door.INSIDE:
        return ChannelMember.objects.get(channel=locked.channel_id, player=player)
    return let_in(room=locked, player=player, found=found)


def locked_room(room: Room) -> Room:
    """Whoever comes, goes or decides about the doors waits here: what is read behind it holds.

    The settings are read after it: joined to the row that is waited for, they would be as before the wait.
    """
    return Room.objects.select_for_update(of=("self",)).select_related("channel").get(pk=room.pk)


def wait_for(room: Room) -> None:
    """The same for whom the lock is enough."""
    _locked(room.pk)


@prepared
def _locked(room_id: int) -> QuerySet[Room, int]:
    return Room.objects.select_for_update().filter(pk=room_id).values_list("pk", flat=True)


def let_in(*, room: Room, player: Player, found: Door) -> ChannelMember:
    """Under the room's lock, with what was found at its door then."""
    now = timezone.now()
    _refuse_at(room, player, found)
    # After the lock: a ban that came a moment ago holds.
    refuse_banned(player, room.channel, now)
    if found is Door.FULL or not _take_place(room):
        raise RoomFull(f"{room.name} is full ({room.max_players} people). Try again later or choose another.")
    note_room(player, where=str(room.uuid))
    is_owner = room.owner_id == player.pk
    role = ChannelMember.Role.OWNER if is_owner else ChannelMember.Role.MEMBER
    member = add_member(channel=room.channel, player=player, role=role)
    note_staff_entry(room, player, now=now)
    invited = RoomInvitation.objects.filter(room=room, player=player, status=RoomInvitation.Status.OPEN)
    invited.update(status=RoomInvitation.Status.ACCEPTED, answered_at=now)
    asked = JoinRequest.objects.filter(room=room, player=player, status=JoinRequest.Status.WAITING)
    asked.update(status=JoinRequest.Status.ACCEPTED, decided_at=now)
    return member


@transaction.atomic
def leave_room(*, room: Room, player: Player, reason: str = "left") -> bool:
    """False when the player was not in the room. A leaving owner is followed by another member."""
    # First the room, then its channel, as in entering: in the other order the two could wait for each other.
    room = locked_room(room)
    if not remove_member(channel=room.channel, player=player, reason=reason):
        return False
    now = timezone.now()
    _give_place_back(room, now)
    if room.owner_id == player.pk:
        _pass_on(room, reason, now)
    offer_places(room=room, now=now)
    return True


@transaction.atomic
def close_room(*, room: Room, now: datetime, reason: str = Room.ClosedReason.STAFF) -> bool:
    """Nobody can enter or write any more; False when somebody had closed it already."""
    if not Room.objects.open().filter(pk=room.pk).update(closed_at=now, closed_reason=reason):
        return False
    for session in GameSession.objects.running().filter(room=room):
        cancel_session(session=session, player=None, now=now)
    record_event(
        channel=room.channel, type="room.archived", payload={"room": str(room.uuid), "reason": reason}
    )
    return True


@transaction.atomic
def reopen_room(*, room: Room) -> bool:
    """False when the room was open. It begins anew: neither idle nor long empty."""
    now = timezone.now()
    closed = Room.objects.filter(pk=room.pk).exclude(closed_at=None)
    if not closed.update(closed_at=None, closed_reason="", last_activity_at=now):
        return False
    Room.objects.filter(pk=room.pk, current_players=0).update(empty_since=now)
    record_event(channel=room.channel, type="room.restored", payload={"room": str(room.uuid)})
    return True


def recount_places() -> int:
    """Free the places of players who were deleted, as guests are; how many rooms had some."""
    counted = Room.objects.annotate(members=Count("channel__members"))
    wrong = counted.exclude(members=F("current_players")).values_list("pk", "current_players", "members")
    # Whoever enters or leaves meanwhile has changed the number, and the next run looks again.
    return sum(
        Room.objects.filter(pk=pk, current_players=before).update(
            current_players=members, empty_since=None if members else timezone.now()
        )
        for pk, before, members in wrong.order_by("pk")
    )


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
    return bool(free.update(current_players=F("current_players") + 1, empty_since=None))


def _give_place_back(room: Room, now: datetime) -> None:
    was_last = When(current_players=1, then=Value(now))
    Room.objects.filter(pk=room.pk, current_players__gt=0).update(
        current_players=F("current_players") - 1, empty_since=Case(was_last, default=F("empty_since"))
    )


def refuse_unknown_or_closed(room: Room, found: Door) -> None:
    if found is Door.HIDDEN:
        raise RoomUnknown("There is no such room.")
    if found is Door.CLOSED:
        raise RoomClosed(f"{room.name} is closed. Choose another room.")


def _refuse_at(room: Room, player: Player, found: Door) -> None:
    refuse_unknown_or_closed(room, found)
    refuse_by_age(room, player, found)
    if found is Door.GUESTS:
        raise GuestsNotAllowed(f"{room.name} is not open to guests. Make an account to enter.")
    if found is Door.ASK:
        raise ApprovalNeeded(f"Somebody in {room.name} lets people in. Ask on the page of the room.")


def _pass_on(room: Room, reason: str, now: datetime) -> None:
    """The owner went. A room that nobody could enter any more, or that was to end with him, is archived."""
    is_empty = not ChannelMember.objects.filter(channel=room.channel_id).exists()
    ends = room.settings.auto_delete_when_empty or room.visibility == Room.Visibility.PRIVATE
    if is_empty and ends:
        # It stays his, so that he can open it again.
        close_room(room=room, now=now, reason=Room.ClosedReason.EMPTY)
    else:
        find_owner(room, reason=reason)
