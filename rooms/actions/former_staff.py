"""Somebody whom nothing but a role of the staff let into a room goes when he has lost the role."""

from datetime import datetime

from django.db import transaction

from players.actions.audit import record
from players.models import Player
from players.queries.ages import band_of
from rooms.actions.news import tell
from rooms.actions.rooms import leave_room
from rooms.models import Room
from rooms.queries.doors import is_staff
from rooms.rules.audiences import audiences_for

# By it somebody is staff wherever a door is; see `rooms.queries.doors.is_staff`.
STAFF_RIGHT = "games.delete"


def take_out_former_staff(*, player: Player, now: datetime) -> int:
    """Out of the rooms that are for others than people of his age; how many there were.

    Nobody else is put out by his age: this one didn't come in as one of those for whom the room is.
    """
    if is_staff(player):
        return 0
    rooms = Room.objects.filter(channel__members__player=player).select_related("channel")
    foreign = rooms.exclude(audience__in=audiences_for(band_of(player)))
    return sum(_take_out(room, player, now) for room in foreign.order_by("pk"))


@transaction.atomic
def _take_out(room: Room, player: Player, now: datetime) -> bool:
    if not leave_room(room=room, player=player, reason="role"):
        return False
    tell(
        player,
        room=room,
        title=f"You are no longer in {room.name}",
        message="The room is for people of another age. You were in it by a role that you don't hold any more.",
        url="/rooms/",
        label="Other rooms",
        key="room.removed",
        now=now,
    )
    after = {"player": str(player.uuid), "reason": "role"}
    record(actor=None, verb="room.person_removed", subject=room, after=after)
    return True
