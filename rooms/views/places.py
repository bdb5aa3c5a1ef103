"""The characters of a room, for those who manage it: who is there, what each may do, and who shall speak now."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from npcs.models import Npc
from padawanforge.kit import access
from rooms import permissions
from rooms.actions.places import add_npc, change_place, let_speak, send_away
from rooms.forms import PlaceForm
from rooms.models import Room, RoomNpc
from rooms.rules.limits import ACTIVE_CHARACTERS
from rooms.views.deeds import attempt
from rooms.views.settings import room_managed_by


@access.requires(permissions.may_see_lobby)
@require_safe
@never_cache
def place_list(request: HttpRequest, slug: str) -> HttpResponse:
    return show_places(request, room_managed_by(request.user, slug))


def show_places(request: HttpRequest, room: Room, *, unsent: PlaceForm | None = None) -> HttpResponse:
    """With a form for each character; the one that was refused keeps what was typed."""
    rows = RoomNpc.objects.filter(room=room, is_active=True).select_related("npc").order_by("position", "pk")
    forms = [
        unsent if unsent and unsent.instance.pk == row.pk else PlaceForm(instance=row, prefix=str(row.pk))
        for row in rows
    ]
    here = [row.npc_id for row in rows]
    context = {
        "room": room,
        "forms": forms,
        "most": ACTIVE_CHARACTERS,
        "others": Npc.objects.active().exclude(pk__in=here).order_by("name")[:200],
        "is_full": len(forms) >= ACTIVE_CHARACTERS,
        "roles": RoomNpc.Role.choices,
    }
    return render(request, "rooms/room_places.html", context, status=422 if unsent else 200)


@access.requires(permissions.may_see_lobby)
@require_POST
def place_add(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_managed_by(request.user, slug)
    npc = get_object_or_404(Npc.objects.active(), slug=request.POST.get("npc", ""))
    role = request.POST.get("role", RoomNpc.Role.TUTOR)
    if role not in RoomNpc.Role.values:
        raise Http404
    return _do(
        request,
        room,
        lambda: add_npc(room=room, npc=npc, player=request.user, role=role),
        f"{npc.name} is here.",
    )


@access.requires(permissions.may_see_lobby)
@require_POST
def place_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    room, place = _place(request, slug, pk)
    form = PlaceForm(request.POST, instance=place, prefix=str(pk))
    if not form.is_valid():
        return show_places(request, room, unsent=form)
    values = form.cleaned_data
    return _do(
        request,
        room,
        lambda: change_place(place=place, by=request.user, values=values),
        f"{place.npc.name} is changed.",
    )


@access.requires(permissions.may_see_lobby)
@require_POST
def place_leave(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    room, place = _place(request, slug, pk)
    return _do(request, room, lambda: send_away(place=place, by=request.user), f"{place.npc.name} has left.")


@access.requires(permissions.may_see_lobby)
@require_POST
def place_speak(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    room, place = _place(request, slug, pk)
    return _do(
        request,
        room,
        lambda: let_speak(place=place, by=request.user),
        f"{place.npc.name} answers what was said last.",
    )


def _place(request: HttpRequest, slug: str, pk: int) -> tuple[Room, RoomNpc]:
    room = room_managed_by(request.user, slug)
    return room, get_object_or_404(RoomNpc.objects.select_related("npc", "room"), room=room, pk=pk)


def _do(request: HttpRequest, room: Room, change: Callable[[], object], done: str) -> HttpResponse:
    attempt(request, change, said=done)
    return redirect("rooms:places", room.slug)
