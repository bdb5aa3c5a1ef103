from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from rooms import permissions
from rooms.actions import sessions
from rooms.forms import AnswerForm, SessionForm
from rooms.models import GameSession, Room
from rooms.queries.sessions import current_session
from rooms.views.panels import panel_of
from rooms.views.rooms import room_entered_by


@access.requires(permissions.may_see_lobby)
@require_safe
@vary_on_headers("HX-Request")
def session_panel(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_entered_by(request.user, slug)
    if not request.htmx:
        return redirect(room)
    return show_panel(request, room)


@access.requires(permissions.may_see_lobby)
@require_http_methods(["GET", "HEAD", "POST"])
def session_create(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_entered_by(request.user, slug)
    require_starter(request, room)
    liked = {"difficulty": request.user.preferences.game_preferences.get("difficulty", "")}
    form = SessionForm(request.POST if request.method == "POST" else None, room=room, initial=liked)
    if form.is_valid():
        plan = sessions.Plan(**form.cleaned_data)
        try:
            sessions.open_session(room=room, player=request.user, plan=plan, now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect(room)
    context = {"room": room, "form": form}
    return render(request, "rooms/session_create.html", context, status=422 if form.is_bound else 200)


@access.requires(permissions.may_see_lobby)
@require_POST
def session_join(request: HttpRequest, slug: str) -> HttpResponse:
    return take_step(
        request, slug, lambda session: sessions.join_session(session=session, player=request.user)
    )


@access.requires(permissions.may_see_lobby)
@require_POST
def session_ready(request: HttpRequest, slug: str) -> HttpResponse:
    is_ready = request.POST.get("ready", "yes") == "yes"
    return take_step(
        request,
        slug,
        lambda session: sessions.set_ready(session=session, player=request.user, is_ready=is_ready),
    )


@access.requires(permissions.may_see_lobby)
@require_POST
def session_start(request: HttpRequest, slug: str) -> HttpResponse:
    def start(session: GameSession) -> object:
        require_starter(request, session.room)
        return sessions.start_session(session=session, player=request.user, now=timezone.now())

    return take_step(request, slug, start)


@access.requires(permissions.may_see_lobby)
@require_POST
def session_answer(request: HttpRequest, slug: str) -> HttpResponse:
    form = AnswerForm(request.POST)

    def answer(session: GameSession) -> object:
        if not form.is_valid():
            raise DomainError("Answer with true or false.")
        return sessions.submit_answer(
            session=session,
            player=request.user,
            verdict=form.cleaned_data["verdict"],
            round_number=form.cleaned_data["round"],
            now=timezone.now(),
        )

    return take_step(request, slug, answer)


@access.requires(permissions.may_see_lobby)
@require_POST
def session_cancel(request: HttpRequest, slug: str) -> HttpResponse:
    def cancel(session: GameSession) -> object:
        require_starter(request, session.room)
        return sessions.cancel_session(session=session, player=request.user, now=timezone.now())

    return take_step(request, slug, cancel)


def take_step(request: HttpRequest, slug: str, step: Callable[[GameSession], object]) -> HttpResponse:
    """Find the session, take the step, show the panel; a refusal is a line in the panel."""
    room = room_entered_by(request.user, slug)
    session = current_session(room)
    if session is None:
        raise Http404
    refusal = ""
    try:
        step(session)
    except DomainError as error:
        refusal = str(error)
    if request.htmx:
        return show_panel(request, room, refusal)
    if refusal:
        messages.error(request, refusal)
    return redirect(room)


def require_starter(request: HttpRequest, room: Room) -> None:
    if not permissions.may_start_session(request.user, room):
        raise PermissionDenied


def show_panel(request: HttpRequest, room: Room, refusal: str = "") -> HttpResponse:
    context = {"room": room, "panel": panel_of(request.user, room), "refusal": refusal}
    return render(request, "rooms/_session.html", context)
