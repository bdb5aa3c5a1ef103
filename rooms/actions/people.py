"""Roles in a room, and taking somebody out of it."""

from datetime import datetime

from django.db import transaction

from messaging import events
from messaging.actions.messages import record_event
from messaging.models import ChannelMember
from messaging.queries import person_data
from padawanforge.kit.errors import DomainError
from players.actions.audit import record
from players.models import Player
from rooms.actions.news import tell
from rooms.actions.ownership import problem_of_owner
from rooms.actions.rooms import leave_room, locked_room
from rooms.models import Room
from rooms.queries.people import rank_of
from rooms.rules import ranks


class RankTooLow(DomainError):
    code = "forbidden"


class NotInRoom(DomainError):
    code = "gone"


@transaction.atomic
def give_role(*, room: Room, by: Player, player: Player, role: str, now: datetime) -> ChannelMember:
    """Giving the same role twice is giving it once."""
    # Under the lock: whoever lost his own role a moment ago gives none away.
    room = locked_room(room)
    member = _member(room, player)
    if member.role == role:
        return member
    if member.player.pk == by.pk or not ranks.may_give(
        own=rank_of(room, by), current=member.role, wanted=role
    ):
        raise RankTooLow("Your own role has to stand above what somebody is and what he becomes.")
    if member.player.is_guest:
        raise RankTooLow("Guests can't have a role. They can make an account first.")
    if role == ranks.CO_OWNER and (problem := problem_of_owner(member.player)):
        raise RankTooLow(problem)
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    _tell_of_role(room, member, by, now)
    record(
        actor=by,
        verb="room.role_given",
        subject=room,
        before={"role": before},
        after={"role": role, "player": str(player.uuid)},
    )
    return member


@transaction.atomic
def remove_person(*, room: Room, by: Player, player: Player, now: datetime) -> None:
    """Out of the room; where the doors are open, he may come again. Measures keep people out."""
    room = locked_room(room)
    member = _member(room, player)
    if member.player.pk == by.pk or not ranks.may_remove(own=rank_of(room, by), current=member.role):
        raise RankTooLow("You can take out only people whose role is below yours.")
    leave_room(room=room, player=member.player, reason="removed")
    tell(
        member.player,
        room=room,
        title=f"You were taken out of {room.name}",
        message="Somebody who manages the room has ended your membership.",
        url="/rooms/",
        label="Other rooms",
        key="room.removed",
        now=now,
    )
    record(actor=by, verb="room.person_removed", subject=room, after={"player": str(player.uuid)})


def _member(room: Room, player: Player) -> ChannelMember:
    found = ChannelMember.objects.filter(channel=room.channel_id, player=player)
    if member := found.select_related("player__profile").first():
        return member
    raise NotInRoom("This player is not in the room any more.")


def _tell_of_role(room: Room, member: ChannelMember, by: Player, now: datetime) -> None:
    player = member.player
    # Of the member, not of who gave the role: who doesn't see the member hears nothing of it.
    payload = {"player": person_data(player), "role": member.role}
    record_event(channel=room.channel, type="member.role", payload=payload, actor=player)
    # Open pages look again at what they may do.
    events.access_changed(player, channel=room.channel, reason="role")
    title = f"You are {member.get_role_display().lower()} of {room.name} now"
    tell(player, room=room, title=title, key="room.role", about=by, now=now)
