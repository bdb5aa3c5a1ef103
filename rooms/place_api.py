"""The characters of a room, for programs of those who manage it."""

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from npcs.models import Npc
from padawanforge.kit import access
from players.models import Player
from rooms import permissions
from rooms.actions.places import CHOSEN, add_npc, change_place, let_speak, send_away
from rooms.models import Room, RoomNpc
from rooms.queries.rooms import rooms_open_to

router = Router(tags=["rooms"])


class PlaceAddIn(Schema):
    model_config = ConfigDict(extra="forbid")

    character: str = Field(pattern=r"^[-a-zA-Z0-9_]{1,50}$", description="Its slug.")
    role: RoomNpc.Role = RoomNpc.Role.TUTOR


class PlaceChangeIn(Schema):
    """What isn't sent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    role: RoomNpc.Role | None = None
    position: int | None = Field(None, ge=0, le=32_000)
    talkativeness: float | None = Field(None, ge=0, le=1)
    cooldown_seconds: int | None = Field(None, ge=0, le=32_000)
    is_muted: bool | None = None
    stage_direction: str | None = Field(None, max_length=4000)


class PlaceOut(Schema):
    id: int
    character: str
    name: str
    role: str
    position: int
    talkativeness: float
    cooldown_seconds: int
    is_muted: bool
    stage_direction: str


class SpeakOut(Schema):
    """To follow at `/answers/{uuid}`."""

    answer: str


@router.get(
    "/rooms/{slug:slug}/characters",
    response={200: list[PlaceOut]},
    summary="Characters of a room",
)
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def place_list(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """For those who manage the room; a room has few."""
    room = _room(request.user, slug)
    rows = RoomNpc.objects.filter(room=room, is_active=True).select_related("npc").order_by("position", "pk")
    return [_place_out(row) for row in rows]


@router.post("/rooms/{slug:slug}/characters", response={201: PlaceOut}, summary="Bring a character in")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def place_add(request: HttpRequest, slug: str, data: PlaceAddIn) -> Status:
    """It knows what is said from now on. Bringing it twice is bringing it once."""
    room = _room(request.user, slug)
    npc = get_object_or_404(Npc.objects.active(), slug=data.character)
    place = add_npc(room=room, npc=npc, player=request.user, role=data.role)
    return Status(201, _place_out(_place(request.user, slug, place.pk)))


@router.patch(
    "/rooms/{slug:slug}/characters/{int:pk}",
    response={200: PlaceOut},
    summary="Change what a character does here",
)
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def place_change(request: HttpRequest, slug: str, pk: int, data: PlaceChangeIn) -> dict[str, Any]:
    sent = {name: value for name, value in data.dict(exclude_unset=True).items() if value is not None}
    change_place(place=_place(request.user, slug, pk), by=request.user, values=sent)
    return _place_out(_place(request.user, slug, pk))


@router.delete(
    "/rooms/{slug:slug}/characters/{int:pk}",
    response={204: None},
    summary="Send a character away",
)
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def place_leave(request: HttpRequest, slug: str, pk: int) -> Status:
    """What it is saying is stopped; what it said stays."""
    send_away(place=_place(request.user, slug, pk), by=request.user)
    return Status(204, None)


@router.post(
    "/rooms/{slug:slug}/characters/{int:pk}/speak",
    response={202: SpeakOut},
    summary="Let a character speak",
)
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def place_speak(request: HttpRequest, slug: str, pk: int) -> Status:
    """It answers what was said last, whatever the mode of the room is."""
    reply = let_speak(place=_place(request.user, slug, pk), by=request.user)
    return Status(202, {"answer": str(reply.uuid)})


def _room(player: Player, slug: str) -> Room:
    room = get_object_or_404(rooms_open_to(player), slug=slug)
    if not permissions.may_manage_room(player, room):
        raise Http404
    return room


def _place(player: Player, slug: str, pk: int) -> RoomNpc:
    rows = RoomNpc.objects.filter(room=_room(player, slug)).select_related("npc", "room")
    return get_object_or_404(rows, pk=min(pk, 2**62))


def _place_out(place: RoomNpc) -> dict[str, Any]:
    chosen = {name: getattr(place, name) for name in CHOSEN}
    return {"id": place.pk, "character": place.npc.slug, "name": place.npc.name, **chosen}
