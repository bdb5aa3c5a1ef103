from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router
from ninja.orm import create_schema

from padawanforge.kit import access
from players.models import Player
from rooms import permissions
from rooms.actions.settings import change_settings
from rooms.models import Room, RoomSettings
from rooms.models.settings import CHOSEN_FIELDS
from rooms.queries.rooms import rooms_open_to

router = Router(tags=["rooms"])
OF_THE_ROOM = ("name", "description", "room_type", "difficulty", "visibility", "audience", "max_players")
SettingsOut = create_schema(
    RoomSettings,
    name="RoomSettingsOut",
    fields=[*CHOSEN_FIELDS, "rules_version"],
    custom_fields=[(name, int if name == "max_players" else str, ...) for name in OF_THE_ROOM],
)
SettingsIn = create_schema(
    RoomSettings,
    name="RoomSettingsIn",
    fields=CHOSEN_FIELDS,
    optional_fields=CHOSEN_FIELDS,
    custom_fields=[(name, int | None if name == "max_players" else str | None, None) for name in OF_THE_ROOM],
)


@router.get(
    "/rooms/{slug:slug}/settings",
    response={200: SettingsOut},
    summary="What was chosen for a room that I manage",
)
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def settings_detail(request: HttpRequest, slug: str) -> dict:
    return settings_out(room_managed_by(request.user, slug))


@router.patch(
    "/rooms/{slug:slug}/settings",
    response={200: SettingsOut},
    summary="Change a room that I manage",
)
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def settings_change(request: HttpRequest, slug: str, data: SettingsIn) -> dict:
    """What isn't sent stays as it is; 409 says what can't be, such as fewer places than people."""
    sent = {name: value for name, value in data.dict(exclude_unset=True).items() if value is not None}
    change_settings(room=room_managed_by(request.user, slug), by=request.user, values=sent)
    return settings_out(room_managed_by(request.user, slug))


def room_managed_by(player: Player, slug: str) -> Room:
    room = get_object_or_404(rooms_open_to(player), slug=slug)
    if not permissions.may_manage_room(player, room):
        raise Http404
    return room


def settings_out(room: Room) -> dict:
    chosen = {name: getattr(room.settings, name) for name in (*CHOSEN_FIELDS, "rules_version")}
    return {**chosen, **{name: getattr(room, name) for name in OF_THE_ROOM}}
