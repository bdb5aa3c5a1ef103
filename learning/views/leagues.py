"""Small groups of a week, for those who want to: the own weeks first, what the group sees beside them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from learning.actions.leagues import join_league, leave_league
from learning.queries.leagues import league_of
from padawanforge.kit.access import requires
from players.models import Player
from players.permissions import has_account


@requires(has_account)
@require_safe
def league(request: HttpRequest) -> HttpResponse:
    return _page(request, "learning/league.html")


@requires(has_account)
@require_safe
def group(request: HttpRequest) -> HttpResponse:
    return _page(request, "learning/league_group.html")


@requires(has_account)
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Join or leave; asking twice changes nothing."""
    choice = request.POST.get("join")
    if choice == "yes":
        join_league(player=request.user, now=timezone.now())
        messages.success(request, "You are in the league. Groups are made on Mondays.")
    elif choice == "no":
        leave_league(player=request.user)
        messages.success(request, "You are out of the league. Nobody else sees your week any more.")
    else:
        messages.error(request, "Nothing was changed: choose to join or to leave.")
    return redirect("learning:league")


def _page(request: HttpRequest, template: str) -> HttpResponse:
    viewer = Player.objects.select_related("game_data").get(pk=request.user.pk)
    return render(request, template, {"league": league_of(viewer, now=timezone.now())})
