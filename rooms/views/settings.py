"""Opening a room and changing what was chosen for it: two pages with the same form."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from messaging.queries.moderation import level_in
from padawanforge.kit import access
from players.models import Player
from rooms import permissions
from rooms.actions.audiences import AudienceRefused
from rooms.actions.places import RoomCrowded, add_npc
from rooms.actions.rooms import RoomNameTaken, open_room
from rooms.actions.settings import change_settings
from rooms.choices import BLUEPRINTS, blueprint
from rooms.forms import RoomForm, SettingsForm
from rooms.models import Room
from rooms.queries.rooms import rooms_open_to
from rooms.refusals import FieldRefused


@access.requires(permissions.may_create_room)
@require_http_methods(["GET", "HEAD", "POST"])
def room_create(request: HttpRequest) -> HttpResponse:
    """One page with good choices in it; `?for=` begins with those of a purpose."""
    chosen = blueprint(request.GET.get("for", ""))
    begin = {**chosen.values, "npc_role": chosen.npc_role} if chosen else {}
    form = RoomForm(request.POST if request.method == "POST" else None, initial=begin, by=request.user)
    if form.is_valid():
        try:
            room = open_room_with_npcs(request.user, form)
        except RoomNameTaken as refusal:
            form.add_error("name", str(refusal))
        except AudienceRefused as refusal:
            form.add_error("audience", str(refusal))
        except RoomCrowded as refusal:
            form.add_error("characters", str(refusal))
        else:
            messages.success(request, f"{room.name} is open.")
            return redirect(room)
    context = {"form": form, "blueprints": BLUEPRINTS, "chosen": chosen}
    return render(request, "rooms/room_create.html", context, status=422 if form.is_bound else 200)


@transaction.atomic
def open_room_with_npcs(player: Player, form: RoomForm) -> Room:
    room = open_room(owner=player, settings=form.settings_fields(), **form.room_fields())
    for npc in form.cleaned_data["characters"]:
        add_npc(room=room, npc=npc, player=player, role=form.cleaned_data["npc_role"])
    return room


@access.requires(permissions.may_see_lobby)
@require_http_methods(["GET", "HEAD", "POST"])
def room_settings(request: HttpRequest, slug: str) -> HttpResponse:
    """For those who manage the room; for everybody else there is no such page."""
    room = room_managed_by(request.user, slug)
    # The form writes what was sent into its own copy, right or wrong.
    copy = rooms_open_to(request.user).get(pk=room.pk)
    sent = request.POST if request.method == "POST" else None
    form = SettingsForm(sent, instance=copy, by=request.user)
    if form.is_valid():
        try:
            changed = change_settings(
                room=room, by=request.user, values={**form.room_fields(), **form.settings_fields()}
            )
        except FieldRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "The room is changed." if changed else "Everything is as it was.")
            return redirect("rooms:settings", slug)
    level, _ = level_in(room.channel)
    context = {"form": form, "room": room, "level": level.name}
    return render(request, "rooms/room_settings.html", context, status=422 if form.is_bound else 200)


def room_managed_by(player: Player, slug: str) -> Room:
    room = get_object_or_404(rooms_open_to(player), slug=slug)
    if not permissions.may_manage_room(player, room):
        raise Http404
    return room
