"""Measures against people in one room, by those who manage it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from messaging.actions.sanctions import measure_in, revoke_sanction, sanction
from messaging.models import Sanction
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.models import Player
from rooms import permissions
from rooms.entry_forms import MeasureForm
from rooms.models import Room
from rooms.queries.doors import known_rooms
from rooms.queries.measures import measures_in, people_to_measure
from rooms.views.deeds import attempt


@access.requires(permissions.may_see_lobby)
@require_safe
@never_cache
def measure_list(request: HttpRequest, slug: str) -> HttpResponse:
    room = _managed(request.user, slug)
    context = {"room": room, "measures": measures_in(room, timezone.now())}
    return render(request, "rooms/room_measures.html", context)


@access.requires(permissions.may_see_lobby)
@require_http_methods(["GET", "HEAD", "POST"])
def measure_new(request: HttpRequest, slug: str, username: str) -> HttpResponse:
    room = _managed(request.user, slug)
    target = get_object_or_404(people_to_measure(room, request.user), username=username)
    form = MeasureForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            measure = measure_in(room.channel, now=timezone.now(), **form.cleaned_data)
            sanction(target=target, by=request.user, measure=measure)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Done. {target.name} is told why, and may appeal.")
            return redirect("rooms:measures", slug)
    context = {"room": room, "target": target, "form": form}
    return render(request, "rooms/measure_new.html", context, status=422 if form.is_bound else 200)


@access.requires(permissions.may_see_lobby)
@require_POST
def measure_lift(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    room = _managed(request.user, slug)
    rows = Sanction.objects.select_related("target", "channel", "issued_by", "site_ban")
    row = get_object_or_404(rows, uuid=uuid, channel=room.channel_id)
    attempt(request, lambda: revoke_sanction(sanction=row, by=request.user), said="Lifted.")
    return redirect("rooms:measures", slug)


def _managed(player: Player, slug: str) -> Room:
    """For everybody else there are no such pages."""
    room = get_object_or_404(known_rooms(player).open(), slug=slug)
    if not permissions.may_manage_room(player, room):
        raise Http404
    return room
