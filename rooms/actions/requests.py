"""Asking to be let in: where somebody decides, and where there is no place yet."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from messaging.actions.sanctions import refuse_banned
from messaging.models import ChannelMember
from padawanforge.kit.errors import DomainError
from padawanforge.kit.markdown import clean_text
from players.models import Player
from rooms.actions.audiences import refuse_by_age
from rooms.actions.news import tell, tell_managers
from rooms.actions.offers import offer_places
from rooms.actions.rooms import let_in, locked_room, refuse_unknown_or_closed
from rooms.models import JoinRequest, Room
from rooms.permissions import may_let_in
from rooms.queries.doors import door_of
from rooms.rules.doors import ASK_AGAIN_HOURS, Door

Status = JoinRequest.Status
TEXT_LENGTH = 300


class RequestRefused(DomainError):
    code = "forbidden"


@transaction.atomic
def ask_to_enter(*, room: Room, player: Player, text: str, now: datetime) -> JoinRequest:
    """Asking twice is asking once. In a full room without a doorkeeper it is a place on the waiting list."""
    room = locked_room(room)
    found = door_of(room, player, now)
    refuse_by_age(room, player, found)
    _refuse_asking(room, found)
    refuse_banned(player, room.channel, now)
    asked = JoinRequest.objects.filter(room=room, player=player)
    if waiting := asked.filter(status=Status.WAITING).first():
        return waiting
    since = now - timedelta(hours=ASK_AGAIN_HOURS)
    if asked.filter(status=Status.DECLINED, decided_at__gt=since).exists():
        raise RequestRefused("You were declined a short while ago. You can ask again tomorrow.")
    request = JoinRequest.objects.create(room=room, player=player, text=clean_text(text)[:TEXT_LENGTH])
    if found is Door.ASK:
        _tell_managers_of(request, room, now)
    return request


@transaction.atomic
def withdraw_request(*, request: JoinRequest, player: Player, now: datetime) -> bool:
    """False when it was decided meanwhile."""
    mine = JoinRequest.objects.filter(pk=request.pk, player=player, status=Status.WAITING)
    return bool(mine.update(status=Status.WITHDRAWN, decided_at=now))


@transaction.atomic
def accept_request(*, request: JoinRequest, by: Player, now: datetime) -> ChannelMember:
    """Who asked is in the room at once. When it is full, the request goes on waiting."""
    room = locked_room(request.room)
    _decide(request, room, by, status=Status.ACCEPTED, reason="", now=now)
    found = door_of(room, request.player, now, has_link=True)
    if found is Door.AGE:
        # Without the reason: it would tell the age of somebody else.
        raise RequestRefused(f"{room.name} isn't for this player any more. Decline the request.")
    member = (
        ChannelMember.objects.get(channel=room.channel_id, player=request.player)
        if found is Door.INSIDE
        else let_in(room=room, player=request.player, found=found)
    )
    tell(request.player, room=room, title=f"You are in {room.name} now", key="room.accepted", now=now)
    return member


@transaction.atomic
def decline_request(*, request: JoinRequest, by: Player, reason: str, now: datetime) -> None:
    room = locked_room(request.room)
    reason = clean_text(reason)[:TEXT_LENGTH]
    _decide(request, room, by, status=Status.DECLINED, reason=reason, now=now)
    offer_places(room=room, now=now)
    tell(
        request.player,
        room=room,
        title=f"You were not let into {room.name}",
        message=reason,
        url=reverse("rooms:my-invitations"),
        label="See your requests",
        key="room.declined",
        now=now,
    )


def _refuse_asking(room: Room, found: Door) -> None:
    refuse_unknown_or_closed(room, found)
    if found is Door.GUESTS:
        raise RequestRefused(f"{room.name} is not open to guests. Make an account to enter.")
    if found is Door.INSIDE:
        raise RequestRefused("You are in this room already.")
    if found is Door.OPEN:
        raise RequestRefused("You can enter this room without asking.")


def _decide(request: JoinRequest, room: Room, by: Player, *, status: str, reason: str, now: datetime) -> None:
    if not may_let_in(by, room):
        raise RequestRefused("Only those who manage the room decide who comes in.")
    rows = JoinRequest.objects.filter(pk=request.pk, status=Status.WAITING)
    if not rows.update(status=status, decided_by=by, decided_at=now, reason=reason):
        raise RequestRefused("This request was answered or withdrawn meanwhile.")


def _tell_managers_of(request: JoinRequest, room: Room, now: datetime) -> None:
    tell_managers(
        room,
        title=f"{request.player.name} asks to enter {room.name}",
        message=request.text,
        url=reverse("rooms:doors", args=[room.slug]),
        label="Decide",
        key=f"room.asked.{request.player.uuid}",
        about=request.player,
        now=now,
    )
