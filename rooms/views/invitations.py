"""For those who are invited: by name, or by a link."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.queries.relationships import hidden_from
from rooms import permissions
from rooms.actions.invitations import decline_invitation, enter_by_link, hashed
from rooms.actions.rooms import enter_room
from rooms.models import Room
from rooms.queries.audiences import why_not
from rooms.queries.doors import door_of, invitations_to
from rooms.queries.entry import link_by, my_invitations, my_requests
from rooms.rules.doors import Door


@access.requires(permissions.may_see_lobby)
@require_safe
@never_cache
def invitation_list(request: HttpRequest) -> HttpResponse:
    context = {"invitations": my_invitations(request.user), "requests": my_requests(request.user)}
    return render(request, "rooms/my_invitations.html", context)


@access.requires(permissions.may_see_lobby)
@require_POST
def invitation_accept(request: HttpRequest, uuid: UUID) -> HttpResponse:
    rows = invitations_to(request.user, timezone.now()).select_related("room__channel", "room__settings")
    room = get_object_or_404(rows, uuid=uuid).room
    try:
        enter_room(room=room, player=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("rooms:my-invitations")
    return _inside(room)


@access.requires(permissions.may_see_lobby)
@require_POST
def invitation_decline(request: HttpRequest, uuid: UUID) -> HttpResponse:
    rows = invitations_to(request.user, timezone.now()).select_related("room")
    invitation = get_object_or_404(rows, uuid=uuid)
    decline_invitation(invitation=invitation, player=request.user, now=timezone.now())
    messages.success(request, "The invitation is gone. Nobody is told.")
    return redirect("rooms:my-invitations")


@access.requires(permissions.may_see_lobby)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation_link(request: HttpRequest, secret: str) -> HttpResponse:
    """A look through the door for whoever has the link; entering is a press of the button."""
    if request.method == "POST":
        return _enter_by(request, secret)
    invitation = link_by(hashed(secret), timezone.now())
    if invitation is None:
        return render(request, "rooms/invitation_gone.html", status=404)
    is_seen = invitation.invited_by_id not in hidden_from(request.user)
    room = invitation.room
    found = door_of(room, request.user, timezone.now(), has_link=True)
    context = {
        "room": room,
        "inviter": invitation.invited_by if is_seen else None,
        "why_not": why_not(room, request.user) if found is Door.AGE else "",
    }
    return render(request, "rooms/invitation_link.html", context)


def _enter_by(request: HttpRequest, secret: str) -> HttpResponse:
    try:
        member = enter_by_link(secret=secret, player=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("rooms:list")
    return _inside(Room.objects.select_related("settings").get(channel=member.channel_id))


def _inside(room: Room) -> HttpResponse:
    greeting = "?welcome" if room.settings.welcome_message else ""
    return redirect(f"{room.get_absolute_url()}{greeting}")
