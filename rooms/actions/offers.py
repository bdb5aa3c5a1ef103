"""The waiting list of a full room: each place that becomes free is held for whoever waited longest."""

from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import F

from players.models import Player
from players.queries.bans import admitted
from rooms.actions.news import tell
from rooms.models import JoinRequest, Room, RoomInvitation
from rooms.queries.audiences import is_for
from rooms.queries.doors import is_staff
from rooms.rules.doors import HELD_MINUTES

ROOMS_AT_ONCE = 100


@transaction.atomic
def offer_places(*, room: Room, now: datetime) -> int:
    """How many places were offered. Where somebody decides who comes in, he has the list before him."""
    rooms = Room.objects.open().select_for_update()
    locked = rooms.filter(pk=room.pk, visibility=Room.Visibility.PUBLIC).first()
    if locked is None or locked.settings.require_approval:
        return 0
    held = _held_for_fitting(locked, now)
    free = max(0, locked.max_players - locked.current_players - held)
    waiting = JoinRequest.objects.filter(room=locked, status=JoinRequest.Status.WAITING)
    present = waiting.filter(player__in=admitted(now)).select_related("player").order_by("created_at", "pk")
    offered = list(islice((request for request in present if _fits(locked, request.player)), free))
    for request in offered:
        _hold(locked, request, now)
    return len(offered)


def offer_waiting_places(*, now: datetime) -> int:
    """Pass on what was held in vain, and places that came by a larger number; how many were offered."""
    # Without those where somebody decides: enough of them would keep all the others from their turn.
    waited_for = Room.objects.open().filter(
        join_requests__status=JoinRequest.Status.WAITING,
        current_players__lt=F("max_players"),
        visibility=Room.Visibility.PUBLIC,
        settings__require_approval=False,
    )
    rooms = waited_for.distinct().order_by("pk")[:ROOMS_AT_ONCE]
    return sum(offer_places(room=room, now=now) for room in rooms)


def _held_for_fitting(room: Room, now: datetime) -> int:
    """How many places are held. One for somebody for whom the room isn't any more is free again."""
    held = list(RoomInvitation.objects.holding_places(now).filter(room=room).select_related("player"))
    in_vain = [row.pk for row in held if row.player is not None and not _fits(room, row.player)]
    open_still = RoomInvitation.objects.filter(pk__in=in_vain, status=RoomInvitation.Status.OPEN)
    open_still.update(status=RoomInvitation.Status.REVOKED, answered_at=now)
    return len(held) - len(in_vain)


def _fits(room: Room, player: Player) -> bool:
    """His age may have become known, and what let him in before may be gone, since he asked."""
    return is_for(room, player) or is_staff(player)


def _hold(room: Room, request: JoinRequest, now: datetime) -> None:
    until = now + timedelta(minutes=HELD_MINUTES)
    JoinRequest.objects.filter(pk=request.pk).update(status=JoinRequest.Status.ACCEPTED, decided_at=now)
    # An invitation that the player has from before gives way: one is open for each player and room.
    RoomInvitation.objects.update_or_create(
        room=room,
        player=request.player,
        status=RoomInvitation.Status.OPEN,
        defaults={"invited_by": None, "max_uses": 1, "uses": 0, "expires_at": until, "note": ""},
    )
    _tell_of_place(room, request.player, now, until)


def _tell_of_place(room: Room, player: Player, now: datetime, until: datetime) -> None:
    tell(
        player,
        room=room,
        title=f"A place is free in {room.name}",
        message=f"It is held for you for {HELD_MINUTES} minutes. Then it goes to the next on the list.",
        key="room.place",
        now=now,
        expires_at=until,
    )
