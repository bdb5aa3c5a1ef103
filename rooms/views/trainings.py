"""A training: one statement at a time, with the reason behind each answer."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from rooms import permissions
from rooms.actions.trainings import answer_training, close_training, show_next
from rooms.models import GameSession
from rooms.queries.trainings import progress_of, training_for
from rooms.session_forms import AnswerForm
from rooms.views.session_results import find
from rooms.views.sessions import given_in


@access.requires(permissions.may_see_lobby)
@require_safe
def training_detail(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Where the viewer stands, and the last answer with its reason; the clock of the next one isn't running."""
    session = found(request, slug, uuid)
    if session.ended_at is not None:
        return redirect("rooms:session-results", slug, uuid)
    return page(request, session)


@access.requires(permissions.may_see_lobby)
@require_POST
def training_next(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Show the next statement: from now on its time counts."""
    session = found(request, slug, uuid)
    try:
        shown = show_next(session=session, player=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("rooms:training", slug, uuid)
    if shown is None:
        return redirect("rooms:training", slug, uuid)
    return page(request, session, shown=shown)


@access.requires(permissions.may_see_lobby)
@require_POST
def training_answer(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    session = found(request, slug, uuid)
    form = AnswerForm(request.POST)
    try:
        if not form.is_valid():
            raise DomainError("Answer with true or false.")
        answer_training(session=session, player=request.user, given=given_in(form), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("rooms:training", slug, uuid)


@access.requires(permissions.may_see_lobby)
@require_POST
def training_close(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    session = found(request, slug, uuid)
    if not permissions.may_lead_session(request.user, session):
        raise PermissionDenied
    try:
        close_training(session=session, player=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("rooms:session-results", slug, uuid)


def page(request: HttpRequest, session: GameSession, **more: object) -> HttpResponse:
    may_lead = permissions.may_lead_session(request.user, session)
    context = {
        "room": session.room,
        "session": session,
        "training": training_for(session, request.user),
        "progress": progress_of(session) if may_lead else [],
        "may_lead": may_lead,
        **more,
    }
    return render(request, "rooms/training_detail.html", context)


def found(request: HttpRequest, slug: str, uuid: UUID) -> GameSession:
    session = find(request, slug, uuid)
    if not session.is_training:
        raise Http404
    return session
