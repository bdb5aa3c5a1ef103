"""What a player sees of his own learning: what is due, his topics, his calibration."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from learning.actions.mastery import put_aside
from learning.models import ReviewCard
from learning.queries.calibration import calibration_of
from learning.queries.due import due_overview
from learning.queries.fading import fading_facts
from learning.queries.mastery import mastery_by_topic
from learning.queries.study import study_cards
from padawanforge.kit.access import requires
from players.permissions import may_see_games


@requires(may_see_games)
@require_safe
def due(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "overview": due_overview(request.user.pk, now=now),
        "facts": fading_facts(request.user.pk, now=now),
    }
    return render(request, "learning/due.html", context)


@requires(may_see_games)
@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    return render(request, "learning/topics.html", {"topics": mastery_by_topic(request.user.pk)})


@requires(may_see_games)
@require_safe
def calibration(request: HttpRequest) -> HttpResponse:
    return render(request, "learning/calibration.html", {"card": calibration_of(request.user.pk)})


@requires(may_see_games)
@require_safe
def study(request: HttpRequest) -> HttpResponse:
    """Learning cards: to read, not to answer."""
    return render(request, "learning/study.html", {"cards": study_cards(request.user.pk)})


@requires(may_see_games)
@require_POST
def card_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a fact aside for good, or take it back."""
    card = get_object_or_404(ReviewCard.objects.filter(player=request.user), pk=pk)
    is_aside = request.POST.get("aside") != "no"
    put_aside(card=card, is_aside=is_aside)
    messages.success(request, "You won't be asked this again." if is_aside else "It is asked again when due.")
    return redirect("learning:due")
