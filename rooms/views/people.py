"""Who belongs to a room, as what, and what those above them may change."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from messaging.models import ChannelMember
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.models import Player
from players.queries.relationships import hidden_from
from rooms import permissions
from rooms.actions.entry import archive_room, restore_room
from rooms.actions.ownership import transfer_room
from rooms.actions.people import give_role, remove_person
from rooms.models import Room
from rooms.queries.doors import is_staff, known_rooms
from rooms.queries.entry import archived_rooms
from rooms.queries.people import people_of, rank_of
from rooms.rules import ranks
from rooms.views.deeds import attempt


@access.requires(permissions.may_see_lobby)
@require_safe
@never_cache
def member_list(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_of_people(request.user, slug)
    try:
        page = people_of(room, request.user, cursor=request.GET.get("after", ""))
    except ValidationError:
        raise Http404 from None
    context = {
        "room": room,
        "page": page,
        "is_first": "after" not in request.GET,
        "may_invite": permissions.may_invite(request.user, room),
        "may_manage": permissions.may_manage_room(request.user, room),
        "may_archive": rank_of(room, request.user) >= ranks.DECIDES,
    }
    return render(request, "rooms/room_members.html", context)


@access.requires(permissions.may_see_lobby)
@require_POST
def member_role(request: HttpRequest, slug: str, username: str) -> HttpResponse:
    room, player = _both(request, slug, username)
    role, now = request.POST.get("role", ""), timezone.now()
    if role == ranks.OWNER:
        return _change(request, slug, lambda: transfer_room(room=room, by=request.user, to=player))
    return _change(
        request, slug, lambda: give_role(room=room, by=request.user, player=player, role=role, now=now)
    )


@access.requires(permissions.may_see_lobby)
@require_POST
def member_remove(request: HttpRequest, slug: str, username: str) -> HttpResponse:
    room, player = _both(request, slug, username)
    now = timezone.now()
    return _change(request, slug, lambda: remove_person(room=room, by=request.user, player=player, now=now))


@access.requires(permissions.may_see_lobby)
@require_POST
def room_archive(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_of_people(request.user, slug)
    try:
        archive_room(room=room, by=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("rooms:members", slug)
    messages.success(request, f"{room.name} is archived. You find it under archived rooms.")
    return redirect("rooms:archived")


@access.requires(permissions.may_see_lobby)
@require_safe
@never_cache
def room_archived(request: HttpRequest) -> HttpResponse:
    return render(request, "rooms/archived_rooms.html", {"rooms": archived_rooms(request.user)[:100]})


@access.requires(permissions.may_see_lobby)
@require_POST
def room_restore(request: HttpRequest, slug: str) -> HttpResponse:
    rooms = (
        Room.objects.select_related("settings") if is_staff(request.user) else archived_rooms(request.user)
    )
    room = get_object_or_404(rooms, slug=slug)
    try:
        restore_room(room=room, by=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("rooms:archived")
    messages.success(request, f"{room.name} is open again.")
    return redirect(room)


def room_of_people(player: Player, slug: str) -> Room:
    """For members and for staff; a stranger doesn't learn who is in."""
    room = get_object_or_404(known_rooms(player).open(), slug=slug)
    is_member = ChannelMember.objects.filter(channel=room.channel_id, player=player).exists()
    if not is_member and not is_staff(player):
        raise Http404
    return room


def _both(request: HttpRequest, slug: str, username: str) -> tuple[Room, Player]:
    room = room_of_people(request.user, slug)
    members = Player.objects.filter(channel_memberships__channel=room.channel_id)
    seen = members.exclude(pk__in=hidden_from(request.user))
    return room, get_object_or_404(seen, username=username)


def _change(request: HttpRequest, slug: str, act: Callable[[], object]) -> HttpResponse:
    attempt(request, act)
    return redirect("rooms:members", slug)
