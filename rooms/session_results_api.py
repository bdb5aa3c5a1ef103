"""Opening sessions, what they leave, and trainings, for programs."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from learning.models import Topic
from npcs.choices import Difficulty
from padawanforge.kit import access
from players.models import Player
from rooms import permissions
from rooms.actions.session_answers import Given
from rooms.actions.sessions import Plan, open_session
from rooms.actions.trainings import answer_training, assign_training, show_next
from rooms.models import GameSession, Room
from rooms.queries.rooms import rooms_entered_by
from rooms.queries.session_results import earlier_sessions, export_of, sessions_seen_by
from rooms.queries.tournaments import Match, round_page
from rooms.queries.trainings import training_for
from rooms.schemas import SessionAnswerIn

router = Router(tags=["sessions"])
Type = GameSession.Type


class OpenIn(Schema):
    """Of a tournament, `rounds` are the statements of each of its rounds."""

    kind: Type = Type.GAME
    mode: str = Field("quiz", max_length=20)
    format: GameSession.Format | None = None
    topic: str = Field(max_length=100, description="The topic's short name.")
    difficulty: Difficulty | None = None
    rounds: int = Field(10, ge=1, le=50)
    seconds: int = Field(20, ge=10, le=120)
    leads: bool = Field(False, description="I host it and don't play.")
    players: list[str] = Field([], max_length=200, description="Usernames: with whom, in a private game.")
    apart: bool = Field(False, description="Neighbours are asked different sides of a fact.")
    until: datetime | None = Field(None, description="The deadline of a training.")


class OpenedSession(Schema):
    uuid: UUID
    kind: str
    phase: str
    topic: str
    rounds: int
    ends_at: datetime | None


class PlayedOut(Schema):
    uuid: UUID
    kind: str
    topic: str
    ended_at: datetime | None
    players: int
    accuracy: float | None


class PlayedPage(Schema):
    sessions: list[PlayedOut]
    after: str


class ResultsOut(Schema):
    """Everybody's answers for who leads, else the own."""

    session: dict
    standings: list[dict]
    answers: list[dict]


class SideOut(Schema):
    """Without a name the place is empty, or not drawn yet."""

    name: str
    points: int | None
    is_winner: bool
    is_me: bool


class MatchOut(Schema):
    number: int
    sides: list[SideOut]
    reason: str
    is_bye: bool
    is_decided: bool


class MatchPage(Schema):
    round: int
    rounds: int
    matches: list[MatchOut]
    after: str


class TrainingOut(Schema):
    """`statement` is what is before the player now; none when all are answered."""

    answered: int
    total: int
    right: int
    round: int | None
    statement: str
    last_correct: bool | None
    last_key: bool | None
    explanation: str
    source: str


@router.post("/rooms/{slug:slug}/sessions", response={200: OpenedSession}, summary="Open a session")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def session_open(request: HttpRequest, slug: str, data: OpenIn) -> dict:
    """Who may start one here; a training is assigned at once."""
    room = find_room(request, slug)
    if not permissions.may_start_session(request.user, room):
        raise PermissionDenied
    chosen = data.dict(exclude={"topic", "until", "difficulty", "format", "players"})
    plan = Plan(
        topic=get_object_or_404(Topic, slug=data.topic), difficulty=data.difficulty or "",
        format=data.format or "", players=named_in(room, data.players), **chosen,
    )  # fmt: skip
    now = timezone.now()
    if data.kind == Type.TRAINING:
        return opened_out(
            assign_training(room=room, player=request.user, plan=plan, until=aware(data.until), now=now)
        )
    return opened_out(open_session(room=room, player=request.user, plan=plan, now=now))


def named_in(room: Room, names: list[str]) -> tuple[Player, ...]:
    """Members of the room by their usernames; a name of nobody there is refused."""
    found = Player.objects.filter(username__in=names, channel_memberships__channel=room.channel_id)
    if missing := sorted(set(names) - {player.username for player in found}):
        raise ValidationError({"players": [f"Not in this room: {', '.join(missing)}."]})
    return tuple(found)


@router.get("/rooms/{slug:slug}/sessions", response={200: PlayedPage}, summary="Earlier sessions")
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def session_list(request: HttpRequest, slug: str, after: str = Query("", max_length=400)) -> dict:
    page = earlier_sessions(request.user, find_room(request, slug), after=after)
    return {"sessions": [played_out(row) for row in page.rows], "after": page.after}


@router.get(
    "/rooms/{slug:slug}/sessions/{uuid:uuid}",
    response={200: ResultsOut},
    summary="What a session left",
)
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def session_result(request: HttpRequest, slug: str, uuid: UUID) -> dict:
    session = find(request, slug, uuid)
    if session.phase != GameSession.Phase.FINISHED:
        raise Http404
    everybody = permissions.may_lead_session(request.user, session)
    return export_of(session, viewer=request.user, everybody=everybody)


@router.get(
    "/rooms/{slug:slug}/sessions/{uuid:uuid}/matches",
    response={200: MatchPage},
    summary="The matches of a tournament's round",
)
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def session_matches(
    request: HttpRequest,
    slug: str,
    uuid: UUID,
    round: int | None = Query(None, ge=1, le=100, description="The present one, when it is left out."),
    after: str = Query("", max_length=400),
) -> dict:
    session = find(request, slug, uuid)
    if not session.is_tournament:
        raise Http404
    stage = round or session.stage
    page = round_page(session, stage=stage, viewer=request.user, after=after)
    matches = [match_out(one) for one in page.matches]
    return {"round": stage, "rounds": session.stages_planned, "matches": matches, "after": page.after}


@router.post(
    "/rooms/{slug:slug}/trainings/{uuid:uuid}/next", response={200: TrainingOut},
    summary="Show the next statement of a training",
)  # fmt: skip
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def training_next(request: HttpRequest, slug: str, uuid: UUID) -> dict:
    """From now on its time counts."""
    return training_out(request, find_training(request, slug, uuid), is_shown=True)


@router.post(
    "/rooms/{slug:slug}/trainings/{uuid:uuid}/answer", response={200: TrainingOut},
    summary="Answer the statement of a training",
)  # fmt: skip
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def training_answer(request: HttpRequest, slug: str, uuid: UUID, data: SessionAnswerIn) -> dict:
    """The key and the reason come with the answer."""
    session = find_training(request, slug, uuid)
    given = Given(data.verdict, data.round, data.confidence, data.client_id)
    answer_training(session=session, player=request.user, given=given, now=timezone.now())
    return training_out(request, session)


def find_room(request: HttpRequest, slug: str) -> Room:
    return get_object_or_404(rooms_entered_by(request.user), slug=slug)


def find(request: HttpRequest, slug: str, uuid: UUID) -> GameSession:
    room = find_room(request, slug)
    sessions = sessions_seen_by(request.user, room).select_related("topic")
    session = get_object_or_404(sessions, uuid=uuid)
    session.room = room
    return session


def find_training(request: HttpRequest, slug: str, uuid: UUID) -> GameSession:
    session = find(request, slug, uuid)
    if not session.is_training:
        raise Http404
    return session


def aware(moment: datetime | None) -> datetime | None:
    """A moment without a zone is meant in the player's own."""
    return timezone.make_aware(moment) if moment is not None and timezone.is_naive(moment) else moment


def opened_out(session: GameSession) -> dict:
    return {
        "uuid": session.uuid,
        "kind": session.session_type,
        "phase": session.phase,
        "topic": session.topic.name,
        "rounds": session.rounds_planned,
        "ends_at": session.phase_ends_at,
    }


def played_out(session: GameSession) -> dict:
    figures = getattr(session, "analytics", None)
    return {
        "uuid": session.uuid,
        "kind": session.session_type,
        "topic": session.topic.name,
        "ended_at": session.ended_at,
        "players": figures.players if figures else 0,
        "accuracy": figures.accuracy if figures else None,
    }


def match_out(match: Match) -> dict:
    return {
        "number": match.number,
        "sides": [asdict(side) for side in match.sides],
        "reason": match.reason,
        "is_bye": match.is_bye,
        "is_decided": match.is_decided,
    }


def training_out(request: HttpRequest, session: GameSession, *, is_shown: bool = False) -> dict:
    shown = show_next(session=session, player=request.user, now=timezone.now()) if is_shown else None
    found = training_for(session, request.user)
    last = found.last
    return {
        "answered": found.answered,
        "total": found.total,
        "right": found.right,
        "round": shown.round.number if shown else None,
        "statement": shown.round.statement.text if shown else "",
        "last_correct": last.is_correct if last and last.verdict is not None else None,
        "last_key": last.round.statement.answer if last else None,
        "explanation": last.round.statement.explanation if last else "",
        "source": last.round.statement.source_reference if last else "",
    }
