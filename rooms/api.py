from typing import Annotated

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from messaging.commands import Told
from messaging.permissions import may_moderate, may_post
from messaging.queries import PAGE, message_data, messages_before
from messaging.queries.newest import newest_in
from npcs.models import NpcCategory
from padawanforge.kit import access
from padawanforge.kit.memory import one_reading
from players.models import Player
from players.queries.relationships import hidden_from
from rooms import permissions
from rooms.actions.rooms import enter_room, leave_room, open_room
from rooms.actions.talk import say
from rooms.models import Room
from rooms.queries.doors import known_rooms
from rooms.queries.rooms import Card, Filters, active_npcs, cards, lobby, room_entered_by, rooms_open_to
from rooms.schemas import (
    LobbyIn,
    MessageIn,
    MessagePage,
    OpenedOut,
    PostedOut,
    RoomIn,
    RoomOut,
    RoomPage,
    opened_out,
)

router = Router(tags=["rooms"])


@router.get("/rooms", response={200: RoomPage}, summary="The lobby")
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def room_list(request: HttpRequest, wanted: Annotated[LobbyIn, Query()]) -> dict:
    """A page of the lobby; pass `after` of the answer to get the next one."""
    filters = Filters(**wanted.dict(exclude={"after"}))
    page = lobby(request.user, filters, after=wanted.after)
    return {"rooms": [room_out(card) for card in page.cards], "after": page.older}


@router.post("/rooms", response={201: OpenedOut, 404: dict}, summary="Open a room")
@access.scope("rooms:write")
@access.requires(permissions.may_create_room)
def room_create(request: HttpRequest, data: RoomIn) -> Status:
    fields = data.dict()
    name = fields.pop("category")
    category = get_object_or_404(NpcCategory, name=name, is_active=True) if name else None
    return Status(201, opened_out(open_room(owner=request.user, category=category, **fields)))


@router.get("/rooms/{slug:slug}", response={200: RoomOut}, summary="A room")
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def room_detail(request: HttpRequest, slug: str) -> dict:
    """What the lobby tells of it."""
    return room_out(card_of(request, slug))


@router.post("/rooms/{slug:slug}/enter", response={200: RoomOut}, summary="Enter a room")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def room_enter(request: HttpRequest, slug: str) -> dict:
    """Entering twice is the same as entering once; 409 when the room is full, closed, not for guests or not for your age."""
    room = get_object_or_404(known_rooms(request.user), slug=slug)
    enter_room(room=room, player=request.user)
    return room_out(card_of(request, slug))


@router.post("/rooms/{slug:slug}/leave", response={204: None}, summary="Leave a room")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def room_leave(request: HttpRequest, slug: str) -> Status:
    """The place becomes free; what I wrote stays."""
    room = get_object_or_404(Room.objects.entered_by(request.user), slug=slug)
    leave_room(room=room, player=request.user)
    return Status(204, None)


@router.get(
    "/rooms/{slug:slug}/messages",
    response={200: MessagePage},
    summary="Messages of a room that I am in",
)
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
@one_reading()
def message_list(
    request: HttpRequest, slug: str, before: int | None = Query(None, ge=1, lt=2**62)
) -> dict | HttpResponse:
    """Fifty messages, oldest first; pass `before` of the answer to get the page before."""
    channel = entered_or_404(request.user, slug).channel
    hidden = hidden_from(request.user)
    if before is None and (newest := newest_in(channel, hidden=hidden)):
        # Made once for all who ask. Nobody on the way keeps it, as with every other answer.
        headers = {"Cache-Control": "private, no-store"}
        return HttpResponse(newest.page, content_type="application/json; charset=utf-8", headers=headers)
    found = messages_before(
        channel,
        before or channel.last_seq + 1,
        PAGE + 1,
        hidden=hidden,
        viewer=request.user,
        moderates=may_moderate(request.user, channel),
    )
    shown = found[-PAGE:]
    return {
        "messages": [message_data(message) for message in shown],
        "before": shown[0].seq if len(found) > PAGE else None,
    }


@router.post(
    "/rooms/{slug:slug}/messages",
    response={200: PostedOut, 201: PostedOut},
    summary="Write a message",
)
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def message_post(request: HttpRequest, slug: str, data: MessageIn) -> Status:
    """Repeating a `cid` is harmless: the stored message comes back with `dup`. `/help` lists the commands."""
    room = entered_or_404(request.user, slug)
    if not may_post(request.user, room.channel):
        raise PermissionDenied
    posted = say(
        room=room, player=request.user, text=data.text, client_id=data.cid, attachments=data.attachments
    )
    if isinstance(posted, Told):
        return Status(200, {"told": posted.text})
    found = {"uuid": posted.message.uuid, "seq": posted.message.seq, "dup": posted.is_duplicate}
    return Status(200 if posted.is_duplicate else 201, found)


def entered_or_404(player: Player, slug: str) -> Room:
    if (room := room_entered_by(player, slug)) is None:
        raise Http404
    return room


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
        "audience": room.audience,
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
