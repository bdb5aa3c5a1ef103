"""A session from its opening to its end. Every step is an update that only one process can win."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from learning.actions.answers import Circumstances, keep_answer
from learning.models import Topic
from learning.queries.statements import pick_statements
from messaging import events
from messaging.actions.messages import post_message, record_event
from npcs.models import Npc
from padawanforge.kit.errors import DomainError
from players.models import Player
from rooms import host, modes
from rooms.actions.results import apply_round, pay_out
from rooms.models import GameSession, Room, RoomNpc, SessionAnswer, SessionParticipant, SessionRound
from rooms.queries.sessions import standings
from rooms.rules import speed_share

Phase = GameSession.Phase
# A question whose time ran out longer ago than this was open while no server was running.
DOWN_FOR = timedelta(seconds=5)
PODIUM = 3


class SessionAlreadyRunning(DomainError):
    pass


class NotEnoughStatements(DomainError):
    pass


class SessionNotInLobby(DomainError):
    pass


class SessionFull(DomainError):
    pass


class NobodyReady(DomainError):
    pass


class NotInSession(DomainError):
    code = "forbidden"


class NoQuestionOpen(DomainError):
    code = "late"


class TooLate(DomainError):
    code = "late"


class AlreadyAnswered(DomainError):
    code = "already_locked"


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody chose for a session."""

    topic: Topic
    difficulty: str = ""
    rounds: int = 10
    seconds: int = 20
    host: Npc | None = None


@transaction.atomic
def open_session(*, room: Room, player: Player, plan: Plan, now: datetime) -> GameSession:
    """Open a session for people to get ready; who opens it takes part."""
    found = pick_statements(
        topic=plan.topic, difficulty=plan.difficulty, count=plan.rounds, rng=Random(0)
    )  # fmt: skip
    if (available := len(found)) < plan.rounds:
        raise NotEnoughStatements(
            f"{plan.topic} has {available} statements of that kind. Choose fewer rounds or all difficulties."
        )
    session = _create_session(room=room, player=player, plan=plan, now=now)
    SessionParticipant.objects.create(session=session, player=player)
    _tell(session, "session.opened", actor=player)
    _let_host_say(
        session,
        host.opening(topic=plan.topic.name, rounds=plan.rounds, seconds=plan.seconds, seed=session.pk),
    )
    return session


def _create_session(*, room: Room, player: Player, plan: Plan, now: datetime) -> GameSession:
    try:
        with transaction.atomic():
            return GameSession.objects.create(
                room=room, topic=plan.topic, difficulty=plan.difficulty, rounds_planned=plan.rounds,
                seconds_per_round=plan.seconds, host=plan.host or _first_host(room), started_by=player,
                phase_started_at=now, max_participants=room.max_players,
            )  # fmt: skip
    except IntegrityError:
        raise SessionAlreadyRunning("A session is already running in this room. Join it!") from None


def _first_host(room: Room) -> Npc | None:
    places = RoomNpc.objects.filter(room=room, is_active=True, npc__is_active=True).select_related("npc")
    place = places.exclude(role=RoomNpc.Role.OBSERVER).order_by("pk").first()
    return place.npc if place else None


@transaction.atomic
def join_session(*, session: GameSession, player: Player) -> SessionParticipant:
    """Take part, from the next answer on; joining twice is joining once."""
    session = _locked(session.pk)
    if session.ended_at is not None:
        raise NotInSession("This session is over.")
    if known := session.participants.filter(player=player).first():
        return known
    if _players_here(session).count() >= session.max_participants:
        raise SessionFull(f"The session is full ({session.max_participants} people). Join the next one.")
    participant = SessionParticipant.objects.create(session=session, player=player)
    _tell_progress(session)
    return participant


@transaction.atomic
def set_ready(*, session: GameSession, player: Player, is_ready: bool) -> SessionParticipant:
    participant = join_session(session=session, player=player)
    SessionParticipant.objects.filter(pk=participant.pk).update(is_ready=is_ready)
    _tell_progress(session)
    return participant


@transaction.atomic
def start_session(*, session: GameSession, player: Player, now: datetime) -> None:
    """Choose the statements and open the first question."""
    if not session.participants.filter(is_ready=True).exists():
        raise NobodyReady("Nobody is ready yet.")
    lobby = GameSession.objects.filter(pk=session.pk, phase=Phase.LOBBY, ended_at=None)
    if not lobby.update(phase=Phase.REVEAL, started_at=now):
        raise SessionNotInLobby("This session has already started.")
    session.refresh_from_db()
    _choose_rounds(session)
    _tell(session, "session.started", actor=player)
    _open_question(session, number=1, now=now)


def _choose_rounds(session: GameSession) -> None:
    """Since the opening, statements may have been taken out of play: then the session is shorter."""
    everybody = session.participants.select_related("player")
    chosen = pick_statements(
        topic=session.topic,
        difficulty=session.difficulty,
        count=session.rounds_planned,
        rng=Random(session.uuid.int),
        avoid_recent_for=[participant.player for participant in everybody],
    )
    if not chosen:
        raise NotEnoughStatements(f"{session.topic} has no statements of that kind any more.")
    SessionRound.objects.bulk_create(
        SessionRound(session=session, number=number, statement=statement)
        for number, statement in enumerate(chosen, start=1)
    )
    session.rounds_planned = len(chosen)
    session.save(update_fields=["rounds_planned", "updated_at"])


@transaction.atomic
def submit_answer(
    *, session: GameSession, player: Player, verdict: bool, round_number: int, now: datetime
) -> SessionAnswer:
    """Answer the open question. The server's clock decides, and the first answer counts."""
    participant = session.participants.filter(player=player, role=SessionParticipant.Role.PLAYER).first()
    if participant is None:
        raise NotInSession("Join the session first.")
    # The row's lock holds off the reveal until this answer is stored or refused.
    session = _locked(session.pk)
    if session.phase != Phase.QUESTION or session.round_number != round_number:
        raise NoQuestionOpen("The time for this statement is over.")
    if session.phase_ends_at is None or now >= session.phase_ends_at:
        raise TooLate("Too late: the time for this statement is over.")
    current = session.rounds.select_related("statement").get(number=round_number)
    if current.answers.filter(participant=participant).exists():
        raise AlreadyAnswered("You have already answered this statement; the first answer counts.")
    answer = _store_answer(session, current, participant, verdict=verdict, now=now)
    _tell_progress(session)
    if not _is_waited_for(session, current):
        _reveal(session, now)
    return answer


def _store_answer(
    session: GameSession,
    current: SessionRound,
    participant: SessionParticipant,
    *,
    verdict: bool,
    now: datetime,
) -> SessionAnswer:
    event = keep_answer(
        player=participant.player,
        statement=current.statement,
        verdict=verdict,
        at=Circumstances(session.phase_started_at, now, session.uuid, session.mode),
        idempotency_key=f"session:{session.uuid}:{current.number}:{participant.player_id}",
    )
    elapsed = (now - session.phase_started_at).total_seconds()
    points = modes.get(session.mode).score(
        is_correct=event.correct,
        speed=speed_share(elapsed=elapsed, allowed=session.seconds_per_round),
        streak=_run_before(participant, current.number),
    )
    return SessionAnswer.objects.create(
        round=current, participant=participant, verdict=verdict, is_correct=event.correct, points=points,
        event=event, received_at=now,
    )  # fmt: skip


def _run_before(participant: SessionParticipant, number: int) -> int:
    """How many statements in a row were right just before this one."""
    right = dict(participant.answers.values_list("round__number", "is_correct"))
    run = 0
    while right.get(number - run - 1):
        run += 1
    return run


@transaction.atomic
def advance(*, pk: int, now: datetime) -> bool:
    """Take the next step of a session whose phase is over; False when another process took it."""
    due = GameSession.objects.due(now).filter(pk=pk)
    # Who waited here for another process finds a phase that has just begun.
    session = due.select_related("room__channel", "host").select_for_update(of=("self",)).first()
    if session is None:
        return False
    if session.phase == Phase.QUESTION:
        step = _ask_again if _was_missed(session, now) else _reveal
        step(session, now)
    elif session.round_number < session.rounds_planned:
        _open_question(session, number=session.round_number + 1, now=now)
    else:
        _finish(session, now)
    return True


def _was_missed(session: GameSession, now: datetime) -> bool:
    """Whether the question ran out unseen, because no server was there to take the answers.

    Then it gets its full time again, for a learner must not lose a round to a restart. Only once, or a
    server that is always late would ask the same for ever; and only if there is still somebody to ask.
    """
    if session.phase_ends_at is None or now - session.phase_ends_at <= DOWN_FOR:
        return False
    current = session.rounds.get(number=session.round_number)
    return current.opened_at == session.phase_started_at and _is_waited_for(session, current)


@transaction.atomic
def cancel_session(*, session: GameSession, player: Player | None, now: datetime) -> bool:
    """End without a result; what was answered stays in the learners' history. False when it was over."""
    running = GameSession.objects.running().filter(pk=session.pk)
    cancelled = running.update(phase=Phase.CANCELLED, ended_at=now, ended_by=player, phase_ends_at=None)
    if cancelled:
        session.refresh_from_db()
        _tell(session, "session.cancelled", actor=player)
    return bool(cancelled)


def _open_question(session: GameSession, *, number: int, now: datetime) -> None:
    session.round_number = number
    session.rounds.filter(number=number).update(opened_at=now)
    _give_time(session, now)
    _let_host_say(session, host.question(number=number, rounds=session.rounds_planned, seed=session.pk))


def _ask_again(session: GameSession, now: datetime) -> None:
    _give_time(session, now)
    _let_host_say(session, host.question_again(number=session.round_number))


def _give_time(session: GameSession, now: datetime) -> None:
    """The question's full time, from now."""
    ends_at = now + timedelta(seconds=session.seconds_per_round)
    session.phase, session.phase_started_at, session.phase_ends_at = Phase.QUESTION, now, ends_at
    session.save(update_fields=["phase", "round_number", "phase_started_at", "phase_ends_at", "updated_at"])
    session.rounds.filter(number=session.round_number).update(closes_at=ends_at)
    _tell(session, "session.question")


def _reveal(session: GameSession, now: datetime) -> None:
    current = session.rounds.select_related("statement").get(number=session.round_number)
    session.rounds.filter(pk=current.pk).update(revealed_at=now)
    session.phase, session.phase_started_at = Phase.REVEAL, now
    session.phase_ends_at = now + timedelta(seconds=session.seconds_for_reveal)
    session.save(update_fields=["phase", "phase_started_at", "phase_ends_at", "updated_at"])
    answers = list(
        current.answers.select_related("participant__player__profile", "event").order_by("received_at", "pk")
    )
    apply_round(answers)
    _tell(session, "session.reveal")
    right = [answer for answer in answers if answer.is_correct]
    _let_host_say(session, host.reveal(
        is_true=current.statement.answer, answers=len(answers), right=len(right),
        fastest=right[0].participant.player.name if right else "", seed=current.pk,
    ))  # fmt: skip


def _finish(session: GameSession, now: datetime) -> None:
    session.phase, session.ended_at, session.phase_ends_at = Phase.FINISHED, now, None
    session.save(update_fields=["phase", "ended_at", "phase_ends_at", "updated_at"])
    pay_out(session, now=now)
    _tell(session, "session.ended")
    podium = [(entry.player.name, entry.points) for entry in standings(session)[:PODIUM] if entry.points]
    _let_host_say(session, host.farewell(podium=podium))


def _tell(session: GameSession, type: str, actor: Player | None = None) -> None:
    """Into the log: phase and times, never a statement or a key. Pages fetch what their viewer may see."""
    payload = {
        "session": str(session.uuid),
        "phase": session.phase,
        "round": session.round_number,
        "rounds": session.rounds_planned,
        "ends_at": session.phase_ends_at.isoformat() if session.phase_ends_at else None,
    }
    record_event(channel=session.room.channel, type=type, payload=payload, actor=actor)


def _tell_progress(session: GameSession) -> None:
    players = session.participants.filter(role=SessionParticipant.Role.PLAYER)
    answers = SessionAnswer.objects.filter(round__session=session, round__number=session.round_number)
    events.signal(
        session.room.channel, "session.progress", session=str(session.uuid), phase=session.phase,
        answered=answers.count(), players=players.count(), ready=players.filter(is_ready=True).count(),
    )  # fmt: skip


def _let_host_say(session: GameSession, line: str) -> None:
    if session.host is not None:
        post_message(channel=session.room.channel, npc=session.host, text=line, metadata={"host": True})


def _locked(pk: int) -> GameSession:
    """The session as it is now; until the end of the transaction nobody else takes a step in it."""
    sessions = GameSession.objects.select_related("room__channel", "host")
    return sessions.select_for_update(of=("self",)).get(pk=pk)


def _players_here(session: GameSession) -> QuerySet[SessionParticipant]:
    """Who takes part and has not left the room."""
    players = session.participants.filter(role=SessionParticipant.Role.PLAYER)
    return players.filter(player__channel_memberships__channel=session.room.channel_id)


def _is_waited_for(session: GameSession, current: SessionRound) -> bool:
    """Whether somebody can still answer; nobody waits for a clock when everybody has."""
    return _players_here(session).exclude(answers__round=current).exists()
