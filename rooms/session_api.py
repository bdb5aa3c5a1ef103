from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router

from padawanforge.kit import access
from rooms import permissions
from rooms.actions.sessions import join_session, set_ready, start_session, submit_answer
from rooms.models import GameSession, Room
from rooms.queries.rooms import rooms_open_to
from rooms.queries.sessions import current_session, panel_for
from rooms.schemas import REFUSALS, AnswerIn, SessionOut

router = Router(tags=["sessions"])
ANSWERS = {200: SessionOut, **REFUSALS}


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
    join_session(session=session, player=request.user)
    return session_out(request, session.room)


@router.post("/rooms/{slug:slug}/session/ready", response=ANSWERS, summary="Say that I am ready, or not yet")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def session_ready(request: HttpRequest, slug: str, ready: bool = True) -> dict:
    session = find(request, slug)
    set_ready(session=session, player=request.user, is_ready=ready)
    return session_out(request, session.room)


@router.post("/rooms/{slug:slug}/session/start", response=ANSWERS, summary="Start the session")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def session_start(request: HttpRequest, slug: str) -> dict:
    session = find(request, slug)
    if not permissions.may_start_session(request.user, session.room):
        raise PermissionDenied
    start_session(session=session, player=request.user, now=timezone.now())
    return session_out(request, session.room)


@router.post("/rooms/{slug:slug}/session/answer", response=ANSWERS, summary="Answer the statement")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def session_answer(request: HttpRequest, slug: str, data: AnswerIn) -> dict:
    """True or false; the answer is locked once it is given."""
    session = find(request, slug)
    submit_answer(
        session=session, player=request.user, verdict=data.verdict, round_number=data.round,
        now=timezone.now(),
    )  # fmt: skip
    return session_out(request, session.room)


def find(request: HttpRequest, slug: str) -> GameSession:
    room = get_object_or_404(rooms_open_to(request.user).entered_by(request.user), slug=slug)
    session = current_session(room)
    if session is None:
        raise Http404
    session.room = room
    return session


def session_out(request: HttpRequest, room: Room) -> dict:
    """What the viewer may know now: key, explanation and source only after the reveal."""
    panel = panel_for(
        room=room, player=request.user, may_start=permissions.may_start_session(request.user, room)
    )
    session, reveal = panel.session, panel.reveal
    return {
        "uuid": session.uuid,
        "phase": session.phase,
        "topic": session.topic.name,
        "round": session.round_number,
        "rounds": session.rounds_planned,
        "ends_at": session.phase_ends_at,
        "statement": panel.statement,
        "answered": panel.answered,
        "players": len(panel.participants),
        "my_verdict": panel.my_verdict,
        "key": reveal.is_true if reveal else None,
        "explanation": reveal.explanation if reveal else "",
        "source": reveal.source if reveal else "",
    }
