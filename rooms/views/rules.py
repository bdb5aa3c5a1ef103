"""The rules of a room: read, and accepted before one writes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from rooms import permissions
from rooms.actions.entry import accept_rules
from rooms.queries.entry import rules_to_accept
from rooms.views.people import room_of_people


@access.requires(permissions.may_see_lobby)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def room_rules(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_of_people(request.user, slug)
    if request.method == "POST":
        version = request.POST.get("version", "")
        number = int(version) if version.isdecimal() and version.isascii() and len(version) < 9 else 0
        try:
            accept_rules(room=room, player=request.user, version=number, now=timezone.now())
        except DomainError as refusal:
            messages.error(request, str(refusal))
            return redirect("rooms:rules", slug)
        return redirect(room)
    context = {"room": room, "to_accept": rules_to_accept(request.user, room.channel_id)}
    is_fragment = request.headers.get("HX-Target") == "room-rules"
    return render(request, "rooms/_rules.html" if is_fragment else "rooms/room_rules.html", context)
