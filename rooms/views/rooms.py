from collections.abc import Collection
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from messaging.permissions import may_post
from messaging.queries import members, people_present
from messaging.views.streams import answer_post, older_messages, stream
from npcs.models import NpcCategory
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.models import Player
from players.queries.relationships import hidden_from
from rooms import permissions
from rooms.actions.rooms import RoomNameTaken, add_npc, enter_room, leave_room, open_room
from rooms.actions.talk import say
from rooms.forms import LobbyForm, RoomForm
from rooms.models import Room
from rooms.queries.rooms import Filters, active_npcs, lobby, membership, rooms_open_to
from rooms.views.panels import panel_of

PEOPLE_SHOWN = 200


# A browser that goes back must not take the cards alone for the page.
@access.requires(permissions.may_see_lobby)
@require_safe
@vary_on_headers("HX-Target")
def room_list(request: HttpRequest) -> HttpResponse:
    """The lobby; a filter that changes asks for the cards only."""
    form = LobbyForm(request.GET)
    chosen = form.chosen()
    after = request.GET.get("after", "")
    page = lobby(request.user, Filters(**chosen), after=after)
    context = {
        "page": page,
        "form": form,
        "filters": Filters(**chosen),
        "has_filters": bool(chosen),
        "categories": NpcCategory.objects.filter(is_active=True).order_by("sort_order", "display_name"),
        "may_create": permissions.may_create_room(request.user),
        "first_url": f"?{urlencode(chosen)}" if after else "",
        "next_url": f"?{urlencode({**chosen, 'after': page.older})}" if page.older else "",
    }
    is_fragment = request.headers.get("HX-Target") == "rooms"
    return render(request, "rooms/_room_cards.html" if is_fragment else "rooms/room_list.html", context)


@access.requires(permissions.may_create_room)
@require_http_methods(["GET", "HEAD", "POST"])
def room_create(request: HttpRequest) -> HttpResponse:
    form = RoomForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            room = open_room_with_npcs(request.user, form)
        except RoomNameTaken as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"{room.name} is open.")
            return redirect(room)
    return render(request, "rooms/room_create.html", {"form": form}, status=422 if form.is_bound else 200)


@transaction.atomic
def open_room_with_npcs(player: Player, form: RoomForm) -> Room:
    room = open_room(owner=player, settings=form.settings_fields(), **form.room_fields())
    for npc in form.cleaned_data["characters"]:
        add_npc(room=room, npc=npc, player=player)
    return room


@access.requires(permissions.may_see_lobby)
@require_safe
def room_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The live room for its members, a look through the door for everybody else who may enter."""
    room = get_object_or_404(rooms_open_to(request.user).prefetch_related(active_npcs()), slug=slug)
    if membership(room, request.user) is None:
        present = people_present(room.channel, hidden=hidden_from(request.user))
        context = {"room": room, "people": present}
        return render(request, "rooms/room_preview.html", context)
    return show_room(request, room, {})


def show_room(request: HttpRequest, room: Room, unsent: dict[str, str]) -> HttpResponse:
    hidden = hidden_from(request.user)
    context = {
        "room": room,
        "panel": panel_of(request.user, room),
        "may_post": may_post(request.user, room.channel),
        "may_moderate": permissions.may_manage_room(request.user, room),
        "post_url": reverse("rooms:message-post", args=[room.slug]),
        **people(room, hidden),
        **stream(room.channel, reverse("rooms:message-list", args=[room.slug]), hidden=hidden),
        **unsent,
    }
    return render(request, "rooms/room_detail.html", context)


def people(room: Room, hidden: Collection[int]) -> dict[str, object]:
    """Who belongs to the room, those who are there first; without those whom a block hides."""
    present = people_present(room.channel, hidden=hidden)
    states = {presence.player.pk: presence.state for presence in present}
    everybody = [
        (member, states.get(member.player_id, "")) for member in members(room.channel, hidden=hidden)
    ]
    everybody.sort(key=lambda entry: not entry[1])
    return {
        "people": everybody[:PEOPLE_SHOWN],
        "absent_from_list": max(0, len(everybody) - PEOPLE_SHOWN),
        "present": len(states),
    }


@access.requires(permissions.may_see_lobby)
@require_POST
def room_enter(request: HttpRequest, slug: str) -> HttpResponse:
    # Not only the rooms that are open to the player: the refusal says why and what to do.
    room = get_object_or_404(Room.objects.select_related("settings", "channel"), slug=slug)
    try:
        enter_room(room=room, player=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("rooms:list")
    return redirect(room)


@access.requires(permissions.may_see_lobby)
@require_POST
def room_leave(request: HttpRequest, slug: str) -> HttpResponse:
    room = get_object_or_404(Room.objects.select_related("channel"), slug=slug)
    if leave_room(room=room, player=request.user):
        messages.success(request, f"You have left {room.name}.")
    return redirect("rooms:list")


@access.requires(permissions.may_see_lobby)
@require_safe
def room_people(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_entered_by(request.user, slug)
    return render(
        request, "rooms/_people.html", {"is_update": True, **people(room, hidden_from(request.user))}
    )


@access.requires(permissions.may_see_lobby)
@require_POST
def message_post(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_entered_by(request.user, slug)
    if not may_post(request.user, room.channel):
        raise Http404
    return answer_post(
        request,
        say=partial(say, room=room, player=request.user),
        back=room.get_absolute_url(),
        page=partial(show_room, request, room),
    )


@access.requires(permissions.may_see_lobby)
@require_safe
def message_list(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_entered_by(request.user, slug)
    return older_messages(request, room.channel, reverse("rooms:message-list", args=[slug]))


def room_entered_by(player: Player, slug: str) -> Room:
    rooms = rooms_open_to(player).entered_by(player).prefetch_related(active_npcs())
    return get_object_or_404(rooms, slug=slug)
