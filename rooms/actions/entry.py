"""The rules that are accepted before one writes, and the archive of a room."""

from datetime import datetime

from django.db import transaction

from messaging.models import Channel, ChannelMember
from padawanforge.kit.errors import DomainError
from players.actions.audit import record
from players.models import Player
from rooms.actions.rooms import close_room, let_in, locked_room, reopen_room
from rooms.models import Room, RulesAcceptance
from rooms.queries.doors import door_of, is_staff
from rooms.queries.entry import rules_to_accept
from rooms.queries.people import rank_of
from rooms.rules import ranks
from rooms.rules.doors import Door


class RulesNotAccepted(DomainError):
    """The page shows the rules when it hears this code."""

    code = "rules"


class RulesChanged(DomainError):
    pass


class ArchiveRefused(DomainError):
    code = "forbidden"


def refuse_without_rules(player: Player, channel: Channel, text: str, now: datetime) -> None:
    """A check of rooms: nobody writes before he has agreed to the rules as they are."""
    if rules_to_accept(player, channel.pk) is not None:
        raise RulesNotAccepted("Read and accept the rules of this room first, then send your message again.")


@transaction.atomic
def accept_rules(*, room: Room, player: Player, version: int, now: datetime) -> RulesAcceptance:
    """To the version that the player has read; accepting twice is accepting once."""
    room = locked_room(room)
    if version != room.settings.rules_version:
        raise RulesChanged("The rules have changed since you opened them. Please read them again.")
    accepted, _ = RulesAcceptance.objects.update_or_create(
        room=room, player=player, defaults={"version": version, "accepted_at": now}
    )
    return accepted


@transaction.atomic
def archive_room(*, room: Room, by: Player, now: datetime) -> bool:
    """By its owners or by staff; what was said stays, for nobody to read until the room is opened again."""
    room = locked_room(room)
    if rank_of(room, by) < ranks.DECIDES:
        raise ArchiveRefused("Only those who own the room archive it.")
    is_owner = ChannelMember.objects.filter(
        channel=room.channel_id, player=by, role__in=(ranks.OWNER, ranks.CO_OWNER)
    ).exists()
    reason = Room.ClosedReason.OWNER if is_owner else Room.ClosedReason.STAFF
    if not close_room(room=room, now=now, reason=reason):
        return False
    record(actor=by, verb="room.archived", subject=room, after={"reason": reason})
    return True


@transaction.atomic
def restore_room(*, room: Room, by: Player, now: datetime) -> bool:
    """By its owner, unless staff closed it, or by staff; an owner who had left is in the room again."""
    room = locked_room(room)
    if not is_staff(by):
        if room.owner_id != by.pk:
            raise ArchiveRefused("Only the owner opens this room again.")
        if room.closed_reason == Room.ClosedReason.STAFF:
            raise ArchiveRefused("Staff closed this room. Ask them to open it again.")
    if not reopen_room(room=room):
        return False
    room = locked_room(room)
    found = door_of(room, by, now, has_link=True)
    if room.owner_id == by.pk and found is not Door.INSIDE:
        let_in(room=room, player=by, found=found)
    record(actor=by, verb="room.restored", subject=room)
    return True
