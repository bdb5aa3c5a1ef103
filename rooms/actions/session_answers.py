"""Answers of a session. The server's clock decides, and the first answer counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from learning.actions.answers import Answered, Circumstances, keep_answers
from learning.models import AnswerEvent
from padawanforge.kit.errors import DomainError
from padawanforge.kit.memory import one_reading
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
from rooms.queries.neighbours import RELATED, asked_of, know_sides
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


@dataclass(frozen=True, slots=True)
class Vote:
    """A player's answer, and when the server had it: waiting for its turn makes no answer late."""

    player: Player
    given: Given
    received_at: datetime


Outcome = SessionAnswer | DomainError


def submit_answer(*, session: GameSession, player: Player, given: Given, now: datetime) -> SessionAnswer:
    """Answer the open question. Raises what refuses it."""
    (outcome,) = submit_answers(session=session, votes=[Vote(player, given, now)], now=now)
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


@transaction.atomic
def submit_answers(*, session: GameSession, votes: Sequence[Vote], now: datetime) -> list[Outcome]:
    """The same for several players, of each one answer, in their order; who is refused is refused alone."""
    players = session.participants.filter(role=SessionParticipant.Role.PLAYER)
    found = players.filter(player__in=[vote.player.pk for vote in votes])
    places = {row.player_id: row for row in found}
    if not places:
        return [NotInSession("Join the session first.") for _ in votes]
    # The row's lock holds off the reveal until these answers are stored or refused.
    session = locked(session.pk)
    book = _open_book(session, list(places.values()), votes)
    outcomes: list[Outcome | None] = [
        _checked(session, places.get(vote.player.pk), vote, book) for vote in votes
    ]
    accepted = [
        (places[vote.player.pk], vote)
        for vote, outcome in zip(votes, outcomes, strict=True)
        if outcome is None
    ]
    if not accepted or book.current is None:
        return [outcome for outcome in outcomes if outcome is not None]
    stored = iter(store_answers(session, book.current, accepted, shown_at=session.phase_started_at))
    ids = [participant.pk for participant, _ in accepted]
    SessionParticipant.objects.filter(pk__in=ids).update(seen_at=now, left_at=None)
    tell_progress(session, new=len(accepted))
    _close_if_complete(session, book.current, now)
    return [outcome or next(stored) for outcome in outcomes]


def _close_if_complete(session: GameSession, current: SessionRound, now: datetime) -> None:
    waiting = waiting_for(session, current, now)
    if not waiting.count:
        reveal(session, now)
    elif session.phase_ends_at is None or waiting.until < session.phase_ends_at:
        # Who had more time than the others has answered.
        GameSession.objects.filter(pk=session.pk).update(phase_ends_at=waiting.until)


@dataclass(frozen=True, slots=True)
class _Book:
    """The open question, who has answered it, and answers that were stored under the client ids of these."""

    current: SessionRound | None
    answered: frozenset[int]
    known: dict[tuple[int, UUID | None], SessionAnswer]


def _open_book(session: GameSession, places: Sequence[SessionParticipant], votes: Sequence[Vote]) -> _Book:
    known: dict[tuple[int, UUID | None], SessionAnswer] = {}
    answers = SessionAnswer.objects.filter(participant__in=places)
    if client_ids := [vote.given.client_id for vote in votes if vote.given.client_id is not None]:
        repeated = answers.filter(client_id__in=client_ids).select_related("round", "event")
        known = {(answer.participant_id, answer.client_id): answer for answer in repeated}
    if session.phase != Phase.QUESTION:
        return _Book(None, frozenset(), known)
    current = session.rounds.select_related(*RELATED).get(number=session.round_number)
    answered = answers.filter(round=current).values_list("participant", flat=True)
    return _Book(current, frozenset(answered), known)


def _checked(
    session: GameSession, participant: SessionParticipant | None, vote: Vote, book: _Book
) -> Outcome | None:
    """What is known already, or what refuses it; None for an answer that is to be stored."""
    if participant is None:
        return NotInSession("Join the session first.")
    participant.player = vote.player
    try:
        if known := same_answer(book.known.get((participant.pk, vote.given.client_id)), vote.given):
            return known
        _check(session, participant, vote, book)
    except DomainError as refusal:
        return refusal
    return None


def known_answer(participant: SessionParticipant, given: Given) -> SessionAnswer | None:
    """The answer that was stored under this client id; the same once more is the same answer."""
    if given.client_id is None:
        return None
    answers = participant.answers.filter(client_id=given.client_id)
    return same_answer(answers.select_related("round", "event").first(), given)


def same_answer(known: SessionAnswer | None, given: Given) -> SessionAnswer | None:
    if known is not None and (known.round.number, known.verdict) != (given.round_number, given.verdict):
        raise AlreadyAnswered("This was another answer before; the first one counts.")
    return known


def _check(session: GameSession, participant: SessionParticipant, vote: Vote, book: _Book) -> None:
    if book.current is None or session.round_number != vote.given.round_number:
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
    if vote.received_at >= until:
        raise TooLate("Too late: the time for this statement is over.")
    if participant.pk in book.answered:
        raise AlreadyAnswered("You have already answered this statement; the first answer counts.")


def store_answers(
    session: GameSession,
    current: SessionRound,
    accepted: Sequence[tuple[SessionParticipant, Vote]],
    *,
    shown_at: datetime,
    is_hinted: bool = False,
) -> list[SessionAnswer]:
    """Write them down with what each is worth; a pass is worth nothing."""
    events = keep_answers(_answered(session, current, accepted, shown_at, is_hinted))
    runs = _runs_before(current, accepted) if modes.get(session.mode).counts_streaks else {}
    return SessionAnswer.objects.bulk_create(
        SessionAnswer(
            round=current, participant=participant, verdict=vote.given.verdict, confidence=event.confidence,
            is_correct=event.correct, event=event, client_id=vote.given.client_id, received_at=vote.received_at,
            points=_points(session, participant, event, streak=runs.get(participant.pk, 0)),
        )
        for (participant, vote), event in zip(accepted, events, strict=True)
    )  # fmt: skip


def _answered(
    session: GameSession,
    current: SessionRound,
    accepted: Sequence[tuple[SessionParticipant, Vote]],
    shown_at: datetime,
    is_hinted: bool,
) -> list[Answered]:
    with one_reading():
        if current.other is not None:
            know_sides(session)
        return [
            Answered(
                vote.player, asked_of(current, participant), vote.given.verdict,
                Circumstances(
                    shown_at, vote.received_at, session.uuid, session.mode, vote.given.confidence,
                    hinted=is_hinted or current.is_hinted(vote.received_at),
                ),
                idempotency_key=f"session:{session.uuid}:{current.number}:{vote.player.pk}",
            )
            for participant, vote in accepted
        ]  # fmt: skip


def _points(session: GameSession, participant: SessionParticipant, event: AnswerEvent, *, streak: int) -> int:
    if event.answer is None:
        return 0
    elapsed = (event.received_at - event.shown_at - credit(participant.rtt_ms)).total_seconds()
    allowed = seconds_for(seconds=session.seconds_per_round, factor=participant.time_factor)
    return modes.get(session.mode).score(
        is_correct=event.correct,
        confidence=event.confidence,
        speed=speed_share(elapsed=max(elapsed, 0.0), allowed=allowed),
        streak=streak,
    )


def _runs_before(
    current: SessionRound, accepted: Sequence[tuple[SessionParticipant, Vote]]
) -> dict[int, int]:
    """By participant, how many statements in a row were right just before this one."""
    answers = SessionAnswer.objects.filter(participant__in=[participant for participant, _ in accepted])
    right = set(answers.filter(is_correct=True).values_list("participant", "round__number"))
    runs: dict[int, int] = {}
    for participant, _ in accepted:
        run = 0
        while (participant.pk, current.number - run - 1) in right:
            run += 1
        runs[participant.pk] = run
    return runs
