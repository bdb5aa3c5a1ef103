"""Asking to be let in, and for those who manage a room: who asks, who was invited, which links there are."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.models import Player
from rooms import permissions
from rooms.actions.invitations import invite, make_link, revoke_invitation
from rooms.actions.requests import accept_request, ask_to_enter, decline_request, withdraw_request
from rooms.actions.rooms import RoomUnknown
from rooms.entry_forms import InviteForm, LinkForm
from rooms.models import JoinRequest, Room, RoomInvitation
from rooms.queries.doors import known_rooms, requests_waiting
from rooms.queries.entry import open_invitations, sent_by
from rooms.views.deeds import attempt


@access.requires(permissions.may_see_lobby)
@require_POST
def room_ask(request: HttpRequest, slug: str) -> HttpResponse:
    room = get_object_or_404(known_rooms(request.user), slug=slug)
    text = request.POST.get("text", "")
    try:
        ask_to_enter(room=room, player=request.user, text=text, now=timezone.now())
    except RoomUnknown as error:
        raise Http404 from error
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "You are on the list. You hear of it as soon as you can come in.")
    return redirect(room)


@access.requires(permissions.may_see_lobby)
@require_POST
def request_withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    asked = get_object_or_404(JoinRequest.objects.select_related("room"), uuid=uuid, player=request.user)
    if withdraw_request(request=asked, player=request.user, now=timezone.now()):
        messages.success(request, "You have taken your request back.")
    return redirect("rooms:my-invitations")


@access.requires(permissions.may_see_lobby)
@require_safe
@never_cache
def room_doors(request: HttpRequest, slug: str) -> HttpResponse:
    return show_doors(request, _room_with_doors(request.user, slug))


def show_doors(request: HttpRequest, room: Room, **more: object) -> HttpResponse:
    player, now = request.user, timezone.now()
    manages = permissions.may_manage_room(player, room)
    context = {
        "room": room,
        "manages": manages,
        "requests": list(requests_waiting(room, player)[:100]) if manages else [],
        "invitations": open_invitations(room, player, now) if manages else sent_by(player, room, now),
        "link_form": LinkForm(),
        "invite_form": InviteForm(),
        **more,
    }
    refused = any(getattr(form, "errors", None) for form in (context["link_form"], context["invite_form"]))
    return render(request, "rooms/room_doors.html", context, status=422 if refused else 200)


@access.requires(permissions.may_see_lobby)
@require_POST
def link_make(request: HttpRequest, slug: str) -> HttpResponse:
    """The address is shown on this answer and never again."""
    room = _room_with_doors(request.user, slug)
    form = LinkForm(request.POST)
    if not form.is_valid():
        return show_doors(request, room, link_form=form)
    now, days = timezone.now(), form.cleaned_data["days"]
    try:
        made = make_link(
            room=room,
            by=request.user,
            now=now,
            max_uses=form.cleaned_data["max_uses"],
            expires_at=now + timedelta(days=int(days)) if days else None,
            note=form.cleaned_data["note"],
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return show_doors(request, room, link_form=form)
    address = request.build_absolute_uri(reverse("rooms:invitation-link", args=[made.secret]))
    return show_doors(request, room, new_link=address)


@access.requires(permissions.may_see_lobby)
@require_POST
def invite_by_name(request: HttpRequest, slug: str) -> HttpResponse:
    room = _room_with_doors(request.user, slug)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return show_doors(request, room, invite_form=form)
    name = form.cleaned_data["username"]
    invited = Player.objects.present().filter(username=name).first()
    try:
        invite(room=room, by=request.user, player=invited, now=timezone.now(), note=form.cleaned_data["note"])
    except DomainError as refusal:
        form.add_error("username", str(refusal))
        return show_doors(request, room, invite_form=form)
    messages.success(request, f"{name} is invited.")
    return redirect("rooms:doors", slug)


@access.requires(permissions.may_see_lobby)
@require_POST
def invitation_revoke(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    room = _room_with_doors(request.user, slug)
    rows = RoomInvitation.objects.select_related("room__settings")
    invitation = get_object_or_404(rows, uuid=uuid, room=room)
    return _done(
        request, slug, lambda: revoke_invitation(invitation=invitation, by=request.user, now=timezone.now())
    )


@access.requires(permissions.may_see_lobby)
@require_POST
def request_decide(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    room = _room_with_doors(request.user, slug)
    if not permissions.may_let_in(request.user, room):
        raise PermissionDenied
    asked = get_object_or_404(requests_waiting(room, request.user), uuid=uuid)
    now = timezone.now()
    if request.POST.get("decision") == "accept":
        return _done(request, slug, lambda: accept_request(request=asked, by=request.user, now=now))
    reason = request.POST.get("reason", "")
    return _done(
        request, slug, lambda: decline_request(request=asked, by=request.user, reason=reason, now=now)
    )


def _done(request: HttpRequest, slug: str, act: Callable[[], object]) -> HttpResponse:
    attempt(request, act)
    return redirect("rooms:doors", slug)


def _room_with_doors(player: Player, slug: str) -> Room:
    """For those who manage the room and for members who may invite; others don't learn that it exists."""
    room = get_object_or_404(known_rooms(player).open(), slug=slug)
    if not permissions.may_invite(player, room) and not permissions.may_manage_room(player, room):
        raise Http404
    return room
