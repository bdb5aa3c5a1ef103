from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from messaging import kinds
from messaging.actions.messages import post_message
from messaging.models import Channel
from messaging.queries import PAGE, members, messages_before, people_present, recent_messages
from npcs.models import NpcCategory
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.models import Player
from rooms import permissions
from rooms.actions.rooms import add_npc, enter_room, leave_room, open_room
from rooms.forms import LobbyForm, MessageForm, RoomForm
from rooms.models import Room
from rooms.queries.rooms import Filters, active_npcs, lobby, membership, rooms_open_to
from rooms.views.panels import panel_of


@access.requires(permissions.may_see_lobby)
@require_safe
def room_list(request: HttpRequest) -> HttpResponse:
    form = LobbyForm(request.GET)
    form.is_valid()
    filters = Filters(**{name: value for name, value in form.cleaned_data.items() if value})
    page = lobby(request.user, filters, after=request.GET.get("after", ""))
    context = {
        "page": page,
        "form": form,
        "filters": filters,
        "categories": NpcCategory.objects.filter(is_active=True).order_by("sort_order"),
        "may_create": permissions.may_create_room(request.user),
        "older_url": older_address(request, page.older),
    }
    template = "rooms/_room_cards.html" if request.htmx else "rooms/room_list.html"
    return render(request, template, context)


def older_address(request: HttpRequest, key: str) -> str:
    """The address of the next page with the same filters; empty on the last one."""
    if not key:
        return ""
    query = request.GET.copy()
    query["after"] = key
    return f"{reverse('rooms:list')}?{query.urlencode()}"


@access.requires(permissions.may_create_room)
def room_create(request: HttpRequest) -> HttpResponse:
    form = RoomForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            room = open_room(owner=request.user, settings=form.settings_fields(), **form.room_fields())
            for npc in form.cleaned_data["characters"]:
                add_npc(room=room, npc=npc, player=request.user)
        messages.success(request, f"{room.name} is open.")
        return redirect(room)
    return render(request, "rooms/room_create.html", {"form": form}, status=422 if form.is_bound else 200)


@access.requires(permissions.may_see_lobby)
@require_safe
def room_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The live room for its members, a look through the door for everybody else who may enter."""
    room = get_object_or_404(rooms_open_to(request.user).prefetch_related(active_npcs()), slug=slug)
    characters = [place for place in room.npcs.all()]
    member = membership(room, request.user)
    if member is None:
        context = {"room": room, "characters": characters, "people": people_present(room.channel)}
        return render(request, "rooms/room_preview.html", context)
    context = {
        "room": room,
        "member": member,
        "characters": characters,
        "panel": panel_of(request.user, room),
        "post_url": reverse("rooms:message-post", args=[slug]),
        **people(room),
        **stream(room.channel, reverse("rooms:message-list", args=[slug])),
    }
    return render(request, "rooms/room_detail.html", context)


def stream(channel: Channel, older_url: str) -> dict:
    """What messaging/_stream.html needs besides the address for new messages."""
    shown = recent_messages(channel)
    is_whole = len(shown) < PAGE
    return {
        "channel": channel, "messages_shown": shown, "older_url": "" if is_whole else older_url,
        "may_post": True,
    }  # fmt: skip


def people(room: Room) -> dict:
    """Who belongs to the room, those who are there first."""
    states = {presence.player.pk: presence.state for presence in people_present(room.channel)}
    everybody = [(member, states.get(member.player_id, "")) for member in members(room.channel)[:200]]
    return {"people": sorted(everybody, key=lambda entry: not entry[1]), "present": len(states)}


@access.requires(permissions.may_see_lobby)
@require_POST
def room_enter(request: HttpRequest, slug: str) -> HttpResponse:
    room = get_object_or_404(Room.objects.select_related("settings", "channel"), slug=slug)
    if not rooms_open_to(request.user).filter(pk=room.pk).exists() and not request.user.is_guest:
        raise Http404
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
    return render(request, "rooms/_people.html", {"room": room, **people(room)})


@access.requires(permissions.may_see_lobby)
@require_POST
def message_post(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_entered_by(request.user, slug)
    return answer_post(request, channel=room.channel, back=room.get_absolute_url())


@access.requires(permissions.may_see_lobby)
@require_safe
def message_list(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_entered_by(request.user, slug)
    return older_messages(request, room.channel, reverse("rooms:message-list", args=[slug]))


def room_entered_by(player: Player, slug: str) -> Room:
    rooms = rooms_open_to(player).entered_by(player)
    return get_object_or_404(rooms, slug=slug)


def answer_post(request: HttpRequest, *, channel: Channel, back: str) -> HttpResponse:
    """A message by form: back to the page, or JSON for a script."""
    wants_json = request.headers.get("accept", "").startswith("application/json")
    if not kinds.get(channel.kind).may_post(request.user, channel):
        raise Http404
    form = MessageForm(request.POST)
    try:
        if not form.is_valid():
            raise DomainError("This message can't be read.")
        posted = post_message(
            channel=channel, player=request.user, text=form.cleaned_data["text"],
            client_id=form.cleaned_data["cid"],
        )  # fmt: skip
    except DomainError as error:
        if wants_json:
            return JsonResponse({"detail": str(error), "code": error.code}, status=409)
        messages.error(request, str(error))
        return redirect(back)
    if wants_json:
        return JsonResponse({"seq": posted.message.seq, "uuid": str(posted.message.uuid)})
    return redirect(back)


def older_messages(request: HttpRequest, channel: Channel, address: str) -> HttpResponse:
    """The page of messages before a number, as rows that go on top of the list."""
    before = request.GET.get("before", "")
    found = messages_before(channel, int(before)) if before.isdecimal() and len(before) < 18 else []
    older_url = address if len(found) == PAGE else ""
    context = {"messages_shown": found, "older_url": older_url}
    return render(request, "rooms/_older_messages.html", context)
