from typing import Annotated

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from messaging.permissions import may_post
from messaging.queries import PAGE, message_data, messages_before
from padawanforge.kit import access
from players.models import Player
from players.queries.relationships import hidden_from
from rooms import permissions
from rooms.actions.rooms import enter_room, leave_room
from rooms.actions.talk import say
from rooms.models import Room
from rooms.queries.rooms import Card, Filters, active_npcs, cards, lobby, rooms_open_to
from rooms.schemas import REFUSALS, LobbyIn, MessageIn, MessagePage, PostedOut, RoomOut, RoomPage

router = Router(tags=["rooms"])


@router.get("/rooms", response={200: RoomPage, **REFUSALS}, summary="The lobby")
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def room_list(request: HttpRequest, wanted: Annotated[LobbyIn, Query()]) -> dict:
    """A page of the lobby; pass `after` of the answer to get the next one."""
    filters = Filters(**wanted.dict(exclude={"after"}))
    page = lobby(request.user, filters, after=wanted.after)
    return {"rooms": [room_out(card) for card in page.cards], "after": page.older}


@router.get("/rooms/{slug:slug}", response={200: RoomOut, **REFUSALS}, summary="A room")
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def room_detail(request: HttpRequest, slug: str) -> dict:
    """What the lobby tells of it."""
    return room_out(card_of(request, slug))


@router.post("/rooms/{slug:slug}/enter", response={200: RoomOut, **REFUSALS}, summary="Enter a room")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def room_enter(request: HttpRequest, slug: str) -> dict:
    """Entering twice is the same as entering once; 409 when the room is full, closed, or not for guests."""
    room = get_object_or_404(Room.objects.select_related("channel", "settings"), slug=slug)
    enter_room(room=room, player=request.user)
    return room_out(card_of(request, slug))


@router.post("/rooms/{slug:slug}/leave", response={204: None, **REFUSALS}, summary="Leave a room")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def room_leave(request: HttpRequest, slug: str) -> Status:
    """The place becomes free; what I wrote stays."""
    room = get_object_or_404(Room.objects.entered_by(request.user), slug=slug)
    leave_room(room=room, player=request.user)
    return Status(204, None)


@router.get(
    "/rooms/{slug:slug}/messages",
    response={200: MessagePage, **REFUSALS},
    summary="Messages of a room that I am in",
)
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def message_list(request: HttpRequest, slug: str, before: int | None = Query(None, ge=1, lt=2**62)) -> dict:
    """Fifty messages, oldest first; pass `before` of the answer to get the page before."""
    channel = room_entered_by(request.user, slug).channel
    before = before or channel.last_seq + 1
    found = messages_before(channel, before, PAGE + 1, hidden=hidden_from(request.user))
    shown = found[-PAGE:]
    return {
        "messages": [message_data(message) for message in shown],
        "before": shown[0].seq if len(found) > PAGE else None,
    }


@router.post(
    "/rooms/{slug:slug}/messages",
    response={200: PostedOut, 201: PostedOut, **REFUSALS},
    summary="Write a message",
)
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def message_post(request: HttpRequest, slug: str, data: MessageIn) -> Status:
    """Repeating a `cid` is harmless: the stored message comes back with `dup`."""
    room = room_entered_by(request.user, slug)
    if not may_post(request.user, room.channel):
        raise PermissionDenied
    posted = say(room=room, player=request.user, text=data.text, client_id=data.cid)
    found = {"uuid": posted.message.uuid, "seq": posted.message.seq, "dup": posted.is_duplicate}
    return Status(200 if posted.is_duplicate else 201, found)


def room_entered_by(player: Player, slug: str) -> Room:
    return get_object_or_404(rooms_open_to(player).entered_by(player), slug=slug)


def card_of(request: HttpRequest, slug: str) -> Card:
    rooms = rooms_open_to(request.user).prefetch_related(active_npcs(), "tags")
    return cards([get_object_or_404(rooms, slug=slug)], request.user)[0]


def room_out(card: Card) -> dict:
    room = card.room
    return {
        "slug": room.slug,
        "name": room.name,
        "description": room.description,
        "difficulty": room.difficulty,
        "category": room.category.name if room.category else "",
        "tags": [tag.name for tag in room.tags.all()],
        "channel": room.channel.uuid,
        "people_present": card.people_present,
        "current_players": room.current_players,
        "max_players": room.max_players,
        "characters": [npc.slug for npc in card.characters],
        "is_playing": card.is_playing,
        "is_mine": card.is_mine,
    }
