from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router

from padawanforge.kit import access
from rooms import permissions
from rooms.actions.session_answers import Given, submit_answer
from rooms.actions.session_lead import go_on, pause_session, resume_session
from rooms.actions.session_people import join_session, set_ready, watch_session
from rooms.actions.sessions import start_session
from rooms.models import GameSession, Room
from rooms.queries.rooms import rooms_entered_by
from rooms.queries.session_state import state_of
from rooms.queries.sessions import current_session, panel_for
from rooms.schemas import PauseIn, SessionAnswerIn, SessionOut

router = Router(tags=["sessions"])
ANSWERS = {200: SessionOut}


@router.get("/rooms/{slug:slug}/session", response=ANSWERS, summary="The session that runs in a room")
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def session_detail(request: HttpRequest, slug: str) -> dict:
    """The key and the reason are told only after the reveal."""
    return session_out(request, find(request, slug).room)


@router.post("/rooms/{slug:slug}/session/join", response=ANSWERS, summary="Join the session")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def session_join(request: HttpRequest, slug: str) -> dict:
    session = find(request, slug)
    join_session(session=session, player=request.user, now=timezone.now())
    return session_out(request, session.room)


@router.post("/rooms/{slug:slug}/session/ready", response=ANSWERS, summary="Say that I am ready, or not yet")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def session_ready(request: HttpRequest, slug: str, ready: bool = True) -> dict:
    session = find(request, slug)
    set_ready(session=session, player=request.user, is_ready=ready, now=timezone.now())
    return session_out(request, session.room)


@router.post("/rooms/{slug:slug}/session/start", response=ANSWERS, summary="Start the session")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def session_start(request: HttpRequest, slug: str) -> dict:
    session = find(request, slug)
    require_leader(request, session)
    start_session(session=session, player=request.user, now=timezone.now())
    return session_out(request, session.room)


@router.post("/rooms/{slug:slug}/session/answer", response=ANSWERS, summary="Answer the statement")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def session_answer(request: HttpRequest, slug: str, data: SessionAnswerIn) -> dict:
    """True or false; the answer is locked once it is given."""
    session = find(request, slug)
    given = Given(data.verdict, data.round, data.confidence, data.client_id)
    submit_answer(session=session, player=request.user, given=given, now=timezone.now())
    return session_out(request, session.room)


@router.post("/rooms/{slug:slug}/session/watch", response=ANSWERS, summary="Watch without playing")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def session_watch(request: HttpRequest, slug: str) -> dict:
    session = find(request, slug)
    watch_session(session=session, player=request.user, now=timezone.now())
    return session_out(request, session.room)


@router.post("/rooms/{slug:slug}/session/pause", response=ANSWERS, summary="Pause the session")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def session_pause(request: HttpRequest, slug: str, data: PauseIn) -> dict:
    """Who leads it: the clock stands still, and everybody is told why."""
    session = find(request, slug)
    require_leader(request, session)
    pause_session(session=session, player=request.user, reason=data.reason, now=timezone.now())
    return session_out(request, session.room)


@router.post("/rooms/{slug:slug}/session/resume", response=ANSWERS, summary="Go on after a pause")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def session_resume(request: HttpRequest, slug: str) -> dict:
    session = find(request, slug)
    require_leader(request, session)
    resume_session(session=session, player=request.user, now=timezone.now())
    return session_out(request, session.room)


@router.post(
    "/rooms/{slug:slug}/session/next", response=ANSWERS, summary="Close the question, or ask the next"
)
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def session_next(request: HttpRequest, slug: str) -> dict:
    """Who leads it doesn't wait for the clock."""
    session = find(request, slug)
    require_leader(request, session)
    go_on(session=session, player=request.user, now=timezone.now())
    return session_out(request, session.room)


def require_leader(request: HttpRequest, session: GameSession) -> None:
    if not permissions.may_lead_session(request.user, session):
        raise PermissionDenied


def find(request: HttpRequest, slug: str) -> GameSession:
    room = get_object_or_404(rooms_entered_by(request.user), slug=slug)
    session = current_session(room)
    if session is None:
        raise Http404
    session.room = room
    return session


def session_out(request: HttpRequest, room: Room) -> dict:
    """What the viewer may know now: key, explanation and source only after the reveal."""
    may_start = permissions.may_start_session(request.user, room)
    panel = panel_for(room=room, player=request.user, may_start=may_start, is_brief=True)
    return state_of(panel)
