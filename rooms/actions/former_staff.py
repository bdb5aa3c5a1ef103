"""Somebody whom nothing but a role of the staff let into a room goes when he has lost the role."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from messaging.models import ChannelMember
from players.actions.audit import record
from players.models import Player
from players.queries.ages import band_of
from players.queries.rights import know_rights
from rooms.actions.news import tell
from rooms.actions.rooms import leave_room
from rooms.models import Room, StaffEntry
from rooms.queries.doors import is_staff
from rooms.rules.audiences import audiences_for

logger = logging.getLogger(__name__)
AT_ONCE = 100
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


def sweep_former_staff(*, now: datetime) -> int:
    """Who lost the role and nobody heard of it, for the server died in that moment; how many rooms they left.

    A few at a time, those first that were looked at longest ago.
    """
    rows = StaffEntry.objects.annotate(is_inside=Exists(_membership())).select_related("player")
    looked_at = list(rows.order_by("looked_at", "pk")[:AT_ONCE])
    gone = [row.pk for row in looked_at if not row.is_inside]
    # Whoever has come back since keeps the row: it was there, so coming in has not made another.
    StaffEntry.objects.filter(~Exists(_membership()), pk__in=gone).delete()
    inside = [row for row in looked_at if row.is_inside]
    StaffEntry.objects.filter(pk__in=[row.pk for row in inside]).update(looked_at=now)
    # Who is shut out for a while, or about to leave for good, keeps his places as everybody does.
    players = {
        row.player_id: row.player for row in inside if row.player.is_active and not row.player.leaves_at
    }
    know_rights(players.values())
    return sum(_take_out_safely(player, now) for player in players.values())


def _membership() -> QuerySet[ChannelMember]:
    return ChannelMember.objects.filter(channel__room=OuterRef("room"), player=OuterRef("player"))


def _take_out_safely(player: Player, now: datetime) -> int:
    try:
        return take_out_former_staff(player=player, now=now)
    except Exception:
        # One broken room must not keep all the others from their turn.
        logger.exception("Former staff could not be taken out: player #%s.", player.pk)
        return 0


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
