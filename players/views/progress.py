from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.actions.streaks import announce_pause, end_pause
from players.forms.progress import PauseForm
from players.models import Player
from players.panels import panels_for
from players.queries.achievements import collection_of
from players.queries.activity import streak_card, today_of
from players.queries.calendars import calendar
from players.queries.charts import history_of
from players.queries.progress import progress_of
from players.rules.privacy import Field

WEEKS = {"12": 12, "53": 53}


@access.signed_in
@require_safe
def my_progress(request: HttpRequest) -> HttpResponse:
    """For the player alone, whatever his privacy says."""
    return _page(request, PauseForm())


@access.signed_in
@require_safe
def achievement_list(request: HttpRequest) -> HttpResponse:
    return render(request, "players/achievements.html", {"collection": collection_of(request.user.pk)})


@access.signed_in
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        first, last = announce_pause(player=request.user, days=form.cleaned_data["days"], now=timezone.now())
    except DomainError as error:
        form.add_error("days", str(error))
        return _page(request, form, status=422)
    messages.success(request, f"Your streak rests from {first:%d %B} to {last:%d %B}.")
    return redirect("players:progress")


@access.signed_in
@require_POST
def pause_end(request: HttpRequest) -> HttpResponse:
    end_pause(player=request.user, now=timezone.now())
    messages.success(request, "The pause is over. From tomorrow on days count again.")
    return redirect("players:progress")


def _page(request: HttpRequest, form: PauseForm, status: int = 200) -> HttpResponse:
    player = Player.objects.select_related("game_data", "preferences").get(pk=request.user.pk)
    today = today_of(player)
    span = request.GET.get("weeks") if request.GET.get("weeks") in WEEKS else "12"
    context: dict[str, Any] = {
        "progress": progress_of(player),
        "streak": streak_card(player),
        "history": history_of(player, today=today, weeks=WEEKS[span]),
        "calendar": calendar(player.pk, today=today, weeks=53),
        "span": span,
        "form": form,
        "panels": _panels(player.pk),
    }
    return render(request, "players/progress.html", context, status=status)


def _panels(player_id: int) -> list[tuple[str, object]]:
    """What other apps show of the learning itself."""
    loaded = [(panel.template, panel.load(player_id)) for panel in panels_for(frozenset({Field.MASTERY}))]
    return [(template, content) for template, content in loaded if content is not None]
