"""Practising alone: one page that is swapped in place where scripts run, and works by plain forms where not."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from learning.actions.hints import Wish, hint_in_practice
from learning.actions.practice import (
    NothingToPractise,
    answer_practice,
    end_practice,
    go_on,
    open_practice,
    start_practice,
)
from learning.forms import AnswerForm, HintForm, PracticeForm
from learning.models import Practice
from learning.queries.due import due_overview
from learning.queries.practice_panel import panel_of, summary_of
from learning.queries.study import seems_to_guess
from padawanforge.kit.access import requires
from padawanforge.kit.errors import DomainError
from players.permissions import may_see_games


@requires(may_see_games)
@require_safe
def practice(request: HttpRequest) -> HttpResponse:
    """What is asked now, or the choice of what to practise."""
    running = open_practice(request.user)
    if running is None:
        return _choice(request, PracticeForm(initial={"topic": request.GET.get("topic")}))
    return _panel(request, running)


@requires(may_see_games)
@require_POST
def practice_start(request: HttpRequest) -> HttpResponse:
    form = PracticeForm(request.POST)
    if not form.is_valid():
        return _choice(request, form, status=422)
    try:
        start_practice(
            player=request.user,
            topic=form.cleaned_data["topic"],
            planned=form.cleaned_data["planned"],
            now=timezone.now(),
        )
    except NothingToPractise as error:
        form.add_error("topic", str(error))
        return _choice(request, form, status=422)
    return redirect("learning:practice")


@requires(may_see_games)
@require_POST
def practice_answer(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    running = open_practice(request.user)
    form = AnswerForm(request.POST)
    if running is None or not form.is_valid():
        return _after(request, running)
    try:
        answer_practice(player=request.user, now=now, **form.cleaned_data)
    except DomainError as error:
        messages.info(request, str(error))
    return _after(request, running)


@requires(may_see_games)
@require_POST
def practice_hint(request: HttpRequest) -> HttpResponse:
    """The statement with one hint more; who asks for what is over is led to what is asked now."""
    form = HintForm(request.POST)
    if not form.is_valid():
        return _to(request, "learning:practice")
    try:
        hint_in_practice(wish=Wish(request.user), now=timezone.now(), **form.cleaned_data)
    except DomainError as error:
        messages.info(request, str(error))
        return _to(request, "learning:practice")
    return _after(request, None)


@requires(may_see_games)
@require_POST
def practice_next(request: HttpRequest) -> HttpResponse:
    running = open_practice(request.user)
    if running is not None:
        go_on(player=request.user, now=timezone.now())
    return _after(request, running)


@requires(may_see_games)
@require_POST
def practice_end(request: HttpRequest) -> HttpResponse:
    running = open_practice(request.user)
    if running is not None:
        end_practice(practice=running, now=timezone.now())
    return _after(request, running)


@requires(may_see_games)
@require_safe
def practice_summary(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = get_object_or_404(Practice.objects.filter(player=request.user, ended_at__isnull=False), uuid=uuid)
    context = {"summary": summary_of(found), "seems_to_guess": seems_to_guess(request.user.pk)}
    return render(request, "learning/practice_summary.html", context)


def _after(request: HttpRequest, before: Practice | None) -> HttpResponse:
    """The next statement or the explanation; the summary when it is over."""
    running = open_practice(request.user)
    if running is not None and request.htmx:
        return _panel(request, running, template="learning/_practice.html")
    if running is not None or before is None:
        return _to(request, "learning:practice")
    return _to(request, "learning:practice-summary", before.uuid)


def _to(request: HttpRequest, name: str, *arguments: object) -> HttpResponse:
    answer = redirect(name, *arguments)
    return HttpResponseClientRedirect(answer.url) if request.htmx else answer


def _panel(request: HttpRequest, running: Practice, template: str = "learning/practice.html") -> HttpResponse:
    return render(request, template, {"panel": panel_of(running)})


def _choice(request: HttpRequest, form: PracticeForm, status: int = 200) -> HttpResponse:
    overview = due_overview(request.user.pk, now=timezone.now())
    context = {"form": form, "overview": overview, "seems_to_guess": seems_to_guess(request.user.pk)}
    return render(request, "learning/practice_start.html", context, status=status)
