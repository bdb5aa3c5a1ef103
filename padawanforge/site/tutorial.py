"""How the forge works, in three cards, and the first answered statement."""

from datetime import datetime
from random import Random

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from learning.actions.tutorial import FIRST_STEP_XP, answer_tutorial, tutorial_answers, tutorial_statement
from learning.models import Statement
from padawanforge.kit.access import requires
from players.permissions import may_see_games

SESSION_KEY = "tutorial"


@requires(may_see_games)
@require_safe
def tutorial(request: HttpRequest) -> HttpResponse:
    return render(request, "site/tutorial.html", {"is_done": request.user.preferences.tutorial_completed})


@requires(may_see_games)
@require_http_methods(["GET", "HEAD", "POST"])
def tutorial_question(request: HttpRequest) -> HttpResponse:
    if request.user.preferences.tutorial_completed:
        return redirect("site:tutorial-result")
    statement, shown_at = _shown(request)
    verdict = {"true": True, "false": False}.get(request.POST.get("verdict", ""))
    if statement is None or verdict is None:
        status = 422 if request.method == "POST" and statement else 200
        return render(request, "site/tutorial_statement.html", {"statement": statement}, status=status)
    answer_tutorial(
        player=request.user, statement=statement, verdict=verdict, shown_at=shown_at, now=timezone.now()
    )
    request.session.pop(SESSION_KEY, None)
    return redirect("site:tutorial-result")


@requires(may_see_games)
@require_safe
def tutorial_result(request: HttpRequest) -> HttpResponse:
    event = tutorial_answers(request.user).first()
    if event is None:
        return redirect("site:tutorial")
    context = {"event": event, "statement": event.statement, "xp": event.xp + FIRST_STEP_XP}
    return render(request, "site/tutorial_result.html", context)


def _shown(request: HttpRequest) -> tuple[Statement | None, datetime]:
    """The statement before the player, and since when: another look does not bring another one."""
    kept = request.session.get(SESSION_KEY, {})
    statement = Statement.objects.playable().filter(pk=kept.get("statement")).first()
    if statement:
        return statement, datetime.fromisoformat(kept["shown_at"])
    statement, now = tutorial_statement(request.user, rng=Random()), timezone.now()
    if statement:
        request.session[SESSION_KEY] = {"statement": statement.pk, "shown_at": now.isoformat()}
    return statement, now
