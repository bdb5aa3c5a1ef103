from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from npcs.models import Npc
from padawanforge.kit.access import public, signed_in
from players.queries.activity import streak_card
from players.queries.progress import progress_of
from rooms.queries.rooms import featured_rooms, rooms_of, rooms_open_to


@public
def landing(request: HttpRequest) -> HttpResponse:
    """The front door; somebody who is signed in goes on to the home page."""
    if request.user.is_authenticated:
        return redirect("site:home")
    context = {"rooms": featured_rooms()[:3], "characters": featured_characters()}
    return render(request, "site/landing.html", context)


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    player = request.user
    if not player.is_guest and not player.preferences.registration_completed:
        # Only here: a link that somebody followed to sign up leads where it says.
        return redirect("players:welcome")
    context = {
        "my_rooms": rooms_of(player)[:6],
        "featured_rooms": rooms_open_to(player)
        .filter(is_featured=True)
        .exclude(channel__members__player=player)
        .order_by("-last_activity_at", "pk")[:3],
        "characters": featured_characters(),
        "progress": progress_of(player),
        "streak": streak_card(player),
    }
    return render(request, "site/home.html", context)


def featured_characters() -> list[Npc]:
    return list(Npc.objects.active().select_related("category").order_by("-is_featured", "name")[:4])
