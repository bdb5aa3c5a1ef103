"""Answers of a session. The server's clock decides, and the first answer counts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from learning.actions.answers import Circumstances, keep_answer
from players.models import Player
from rooms import modes
from rooms.actions.session_refusals import (
    AlreadyAnswered,
    NoQuestionOpen,
    NotInSession,
    SessionPaused,
    TooLate,
)
from rooms.actions.session_steps import locked, reveal
from rooms.actions.session_told import tell_progress
from rooms.models import GameSession, SessionAnswer, SessionParticipant, SessionRound
from rooms.queries.neighbours import RELATED, asked_of
from rooms.queries.session_people import waiting_for
from rooms.rules.points import speed_share
from rooms.rules.times import credit, deadline, seconds_for

Phase = GameSession.Phase


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answers to which question; no verdict: he passes. `client_id` makes a repetition harmless."""

    verdict: bool | None
    round_number: int
    confidence: int | None = None
    client_id: UUID | None = None


@transaction.atomic
def submit_answer(*, session: GameSession, player: Player, given: Given, now: datetime) -> SessionAnswer:
    """Answer the open question."""
    participant = session.participants.filter(player=player, role=SessionParticipant.Role.PLAYER).first()
    if participant is None:
        raise NotInSession("Join the session first.")
    participant.player = player
    # The row's lock holds off the reveal until this answer is stored or refused.
    session = locked(session.pk)
    if known := known_answer(participant, given):
        return known
    current = _open_round(session, participant, given, now)
    answer = store_answer(
        session, current, participant, given=given, shown_at=session.phase_started_at, now=now
    )
    SessionParticipant.objects.filter(pk=participant.pk).update(seen_at=now, left_at=None)
    tell_progress(session)
    waiting = waiting_for(session, current, now)
    if not waiting.count:
        reveal(session, now)
    elif session.phase_ends_at is None or waiting.until < session.phase_ends_at:
        # Who had more time than the others has answered.
        GameSession.objects.filter(pk=session.pk).update(phase_ends_at=waiting.until)
    return answer


def known_answer(participant: SessionParticipant, given: Given) -> SessionAnswer | None:
    """The answer that was stored under this client id; the same once more is the same answer."""
    if given.client_id is None:
        return None
    known = participant.answers.filter(client_id=given.client_id).select_related("round", "event").first()
    if known is None:
        return None
    if (known.round.number, known.verdict) != (given.round_number, given.verdict):
        raise AlreadyAnswered("This was another answer before; the first one counts.")
    return known


def _open_round(
    session: GameSession, participant: SessionParticipant, given: Given, now: datetime
) -> SessionRound:
    if session.phase != Phase.QUESTION or session.round_number != given.round_number:
        raise NoQuestionOpen("The time for this statement is over.")
    if session.paused_at is not None:
        raise SessionPaused("The game is paused. The question comes back with the time that was left.")
    if participant.eliminated_in is not None:
        raise NotInSession("You are out of this knock-out. Watch how it goes on.")
    until = deadline(
        opened_at=session.phase_started_at,
        seconds=session.seconds_per_round,
        factor=participant.time_factor,
        rtt_ms=participant.rtt_ms,
    )
    if now >= until:
        raise TooLate("Too late: the time for this statement is over.")
    current = session.rounds.select_related(*RELATED).get(number=given.round_number)
    if participant.answers.filter(round=current).exists():
        raise AlreadyAnswered("You have already answered this statement; the first answer counts.")
    return current


def store_answer(
    session: GameSession,
    current: SessionRound,
    participant: SessionParticipant,
    *,
    given: Given,
    shown_at: datetime,
    now: datetime,
) -> SessionAnswer:
    """Write it down with what it is worth; a pass is worth nothing."""
    event = keep_answer(
        player=participant.player,
        statement=asked_of(current, participant),
        verdict=given.verdict,
        at=Circumstances(shown_at, now, session.uuid, session.mode, given.confidence),
        idempotency_key=f"session:{session.uuid}:{current.number}:{participant.player_id}",
    )
    mode = modes.get(session.mode)
    elapsed = (now - shown_at - credit(participant.rtt_ms)).total_seconds()
    allowed = seconds_for(seconds=session.seconds_per_round, factor=participant.time_factor)
    points = 0
    if given.verdict is not None:
        points = mode.score(
            is_correct=event.correct,
            confidence=given.confidence,
            speed=speed_share(elapsed=max(elapsed, 0.0), allowed=allowed),
            streak=_run_before(participant, current.number) if mode.counts_streaks else 0,
        )
    return SessionAnswer.objects.create(
        round=current, participant=participant, verdict=given.verdict, confidence=given.confidence if given.verdict is not None else None,
        is_correct=event.correct, points=points, event=event,
        client_id=given.client_id, received_at=now,
    )  # fmt: skip


def _run_before(participant: SessionParticipant, number: int) -> int:
    """How many statements in a row were right just before this one."""
    right = dict(participant.answers.values_list("round__number", "is_correct"))
    run = 0
    while right.get(number - run - 1):
        run += 1
    return run
