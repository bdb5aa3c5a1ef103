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
from rooms.actions import session_lead, session_people, sessions, trainings
from rooms.actions.session_answers import Given, submit_answer
from rooms.models import GameSession, Room
from rooms.queries import rooms
from rooms.queries.sessions import current_session
from rooms.session_forms import KINDS, AnswerForm, PauseForm, SessionForm
from rooms.views.panels import panel_of
from rooms.views.rooms import room_entered_by

Type = GameSession.Type


@access.requires(permissions.may_see_lobby)
@require_safe
@vary_on_headers("HX-Request")
def session_panel(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_at(request, slug)
    if not request.htmx:
        return redirect(room)
    return show_panel(request, room)


@access.requires(permissions.may_see_lobby)
@require_http_methods(["GET", "HEAD", "POST"])
def session_create(request: HttpRequest, slug: str) -> HttpResponse:
    """One address for all kinds; each shows what it needs, and nothing else."""
    room = room_entered_by(request.user, slug)
    require_starter(request, room)
    kind = request.GET.get("kind", Type.GAME)
    if kind not in KINDS:
        raise Http404
    liked = {"difficulty": request.user.preferences.game_preferences.get("difficulty", "")}
    form = SessionForm(
        request.POST if request.method == "POST" else None,
        room=room, player=request.user, kind=kind, initial=liked,
    )  # fmt: skip
    if form.is_valid():
        try:
            opened = open_as_chosen(request, room, form)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect(opened)
    label, lead = KINDS[kind]
    context = {"room": room, "form": form, "kind": kind, "kinds": KINDS, "label": label, "lead": lead}
    return render(request, "rooms/session_create.html", context, status=422 if form.is_bound else 200)


def open_as_chosen(request: HttpRequest, room: Room, form: SessionForm) -> object:
    """Open it, and say which page comes next."""
    plan, now = sessions.Plan(**form.plan_fields()), timezone.now()
    if form.kind == Type.TRAINING:
        until = form.cleaned_data["until"]
        return trainings.assign_training(room=room, player=request.user, plan=plan, until=until, now=now)
    sessions.open_session(room=room, player=request.user, plan=plan, now=now)
    return room


@access.requires(permissions.may_see_lobby)
@require_POST
def session_join(request: HttpRequest, slug: str) -> HttpResponse:
    return take_step(
        request, slug, lambda session: session_people.join_session(session=session, **who(request))
    )


@access.requires(permissions.may_see_lobby)
@require_POST
def session_watch(request: HttpRequest, slug: str) -> HttpResponse:
    return take_step(
        request, slug, lambda session: session_people.watch_session(session=session, **who(request))
    )


@access.requires(permissions.may_see_lobby)
@require_POST
def session_ready(request: HttpRequest, slug: str) -> HttpResponse:
    is_ready = request.POST.get("ready", "yes") == "yes"
    return take_step(
        request,
        slug,
        lambda session: session_people.set_ready(session=session, is_ready=is_ready, **who(request)),
    )


@access.requires(permissions.may_see_lobby)
@require_POST
def session_start(request: HttpRequest, slug: str) -> HttpResponse:
    return lead(request, slug, lambda session: sessions.start_session(session=session, **who(request)))


@access.requires(permissions.may_see_lobby)
@require_POST
def session_answer(request: HttpRequest, slug: str) -> HttpResponse:
    form = AnswerForm(request.POST)

    def answer(session: GameSession) -> object:
        if not form.is_valid():
            raise DomainError("Answer with true or false.")
        return submit_answer(session=session, given=given_in(form), **who(request))

    return take_step(request, slug, answer)


@access.requires(permissions.may_see_lobby)
@require_POST
def session_pause(request: HttpRequest, slug: str) -> HttpResponse:
    form = PauseForm(request.POST)

    def pause(session: GameSession) -> object:
        if not form.is_valid():
            raise DomainError("Give the reason in 200 characters at most.")
        return session_lead.pause_session(session=session, **form.cleaned_data, **who(request))

    return lead(request, slug, pause)


@access.requires(permissions.may_see_lobby)
@require_POST
def session_resume(request: HttpRequest, slug: str) -> HttpResponse:
    return lead(request, slug, lambda session: session_lead.resume_session(session=session, **who(request)))


@access.requires(permissions.may_see_lobby)
@require_POST
def session_next(request: HttpRequest, slug: str) -> HttpResponse:
    return lead(request, slug, lambda session: session_lead.go_on(session=session, **who(request)))


@access.requires(permissions.may_see_lobby)
@require_POST
def session_cancel(request: HttpRequest, slug: str) -> HttpResponse:
    return lead(request, slug, lambda session: session_lead.cancel_session(session=session, **who(request)))


def given_in(form: AnswerForm) -> Given:
    data = form.cleaned_data
    return Given(data["verdict"], data["round"], data["confidence"], data["client_id"])


def who(request: HttpRequest) -> dict:
    return {"player": request.user, "now": timezone.now()}


def lead(request: HttpRequest, slug: str, step: Callable[[GameSession], object]) -> HttpResponse:
    """A step that only who leads the session may take."""

    def allowed(session: GameSession) -> object:
        if not permissions.may_lead_session(request.user, session):
            raise PermissionDenied
        return step(session)

    return take_step(request, slug, allowed)


def take_step(request: HttpRequest, slug: str, step: Callable[[GameSession], object]) -> HttpResponse:
    """Find the session, take the step, show the panel; a refusal is a line in the panel."""
    room = room_at(request, slug)
    session = current_session(room)
    if session is None:
        raise Http404
    session.room = room
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


def room_at(request: HttpRequest, slug: str) -> Room:
    """Without its characters, of which the panel has nothing."""
    room = rooms.room_entered_by(request.user, slug)
    if room is None:
        raise Http404
    return room


def require_starter(request: HttpRequest, room: Room) -> None:
    if not permissions.may_start_session(request.user, room):
        raise PermissionDenied


def show_panel(request: HttpRequest, room: Room, refusal: str = "") -> HttpResponse:
    context = {"room": room, "panel": panel_of(request.user, room), "refusal": refusal}
    return render(request, "rooms/_session.html", context)
