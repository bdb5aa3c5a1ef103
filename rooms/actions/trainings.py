"""A training: the same statements for everybody, each at his own pace, until a deadline if there is one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from learning.rules.hints import is_hinted
from messaging.models import ChannelMember
from players.models import Player
from rooms.actions.news import tell as tell_player
from rooms.actions.results import apply_round, pay
from rooms.actions.session_answers import Given, Vote, known_answer, store_answers
from rooms.actions.session_people import join_session
from rooms.actions.session_refusals import (
    AlreadyAnswered,
    NoQuestionOpen,
    NotInSession,
    NotRunning,
    OddPlan,
    TooLate,
)
from rooms.actions.session_rounds import choose_rounds
from rooms.actions.session_steps import finish, locked
from rooms.actions.session_told import note, say_in_room, tell
from rooms.actions.sessions import Plan, check_plan
from rooms.models import GameSession, Room, SessionAnswer, SessionParticipant, SessionRound, TrainingStep

Type, Phase = GameSession.Type, GameSession.Phase
MAX_OPEN = 20
LONGEST = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Shown:
    """The statement that is before somebody, and since when."""

    round: SessionRound
    shown_at: datetime


@transaction.atomic
def assign_training(
    *, room: Room, player: Player, plan: Plan, until: datetime | None, now: datetime
) -> GameSession:
    """Give the members of the room something to practise; they are told."""
    check_plan(plan)
    if until is not None and not now < until <= now + LONGEST:
        raise OddPlan("The deadline lies in the next year, and not in the past.")
    # The room's row, so that two who assign at once don't get over the limit.
    Room.objects.select_for_update().get(pk=room.pk)
    if GameSession.objects.trainings().running().filter(room=room).count() >= MAX_OPEN:
        raise OddPlan(f"There are {MAX_OPEN} trainings open in this room. Close one of them first.")
    session = GameSession.objects.create(
        room=room, session_type=Type.TRAINING, topic=plan.topic, difficulty=plan.difficulty, mode=plan.mode,
        rounds_planned=plan.rounds, seconds_per_round=plan.seconds, phase=Phase.OPEN, phase_started_at=now,
        phase_ends_at=until, started_by=player, started_at=now, max_participants=room.max_players,
    )  # fmt: skip
    choose_rounds(session)
    tell(session, type="session.assigned", now=now, actor=player)
    say_in_room(
        session,
        f"There is a training on {plan.topic.name}: {session.rounds_planned} statements.",
    )
    _tell_members(session, player, now)
    return session


def _tell_members(session: GameSession, by: Player, now: datetime) -> None:
    members = ChannelMember.objects.filter(channel=session.room.channel_id).exclude(player=by)
    for member in members.select_related("player").order_by("pk"):
        tell_player(
            member.player, room=session.room, now=now, expires_at=session.phase_ends_at,
            title=f"A training on {session.topic.name} waits for you in {session.room.name}",
            key=f"room.training.{session.uuid.hex[:12]}", about=by,
        )  # fmt: skip


@transaction.atomic
def show_next(*, session: GameSession, player: Player, now: datetime) -> Shown | None:
    """The next statement for this player, shown from now on; another look doesn't start its time anew.

    None when he has answered all of them.
    """
    participant = _place(session, player, now)
    current = _next_round(session, participant)
    if current is None:
        return None
    step, _ = TrainingStep.objects.get_or_create(
        participant=participant, round=current, defaults={"shown_at": now}
    )
    # Who comes back another day hasn't thought about it all the time.
    if now - step.shown_at > timedelta(hours=1):
        step.shown_at = now
        step.save(update_fields=["shown_at"])
    return Shown(current, step.shown_at)


@transaction.atomic
def answer_training(*, session: GameSession, player: Player, given: Given, now: datetime) -> SessionAnswer:
    """Answer the statement that is shown; it counts at once, and the last one ends the training."""
    session = locked(session.pk)
    participant = _place(session, player, now)
    if known := known_answer(participant, given):
        return known
    current = _next_round(session, participant)
    if current is None or current.number != given.round_number:
        if participant.answers.filter(round__number=given.round_number).exists():
            raise AlreadyAnswered("You have already answered this statement; the first answer counts.")
        raise NoQuestionOpen("This statement isn't before you.")
    step = TrainingStep.objects.filter(participant=participant, round=current).first()
    if step is None:
        raise NoQuestionOpen("Look at the statement first.")
    if session.phase_ends_at is not None and now >= session.phase_ends_at:
        raise TooLate("The deadline of this training is over.")
    vote = Vote(player, given, now)
    (answer,) = store_answers(
        session, current, [(participant, vote)], shown_at=step.shown_at, is_hinted=is_hinted(step.hints)
    )
    # Each sees the key behind his own answer; for figures over all, the round is open to all from now on.
    SessionRound.objects.filter(pk=current.pk, revealed_at=None).update(revealed_at=now)
    apply_round([answer])
    SessionParticipant.objects.filter(pk=participant.pk).update(seen_at=now)
    if _next_round(session, participant) is None:
        _end_for(session, participant, now)
    return answer


def _end_for(session: GameSession, participant: SessionParticipant, now: datetime) -> None:
    """All are answered: the experience is paid at once, however long the others take."""
    pay(session, now=now, only={participant.player_id})
    SessionParticipant.objects.filter(pk=participant.pk).update(finished_at=now)
    note(session, type="trained", now=now, actor=participant.player)


@transaction.atomic
def close_training(*, session: GameSession, player: Player, now: datetime) -> None:
    """Before its deadline, or when it has none."""
    session = locked(session.pk)
    if not session.is_training or session.ended_at is not None:
        raise NotRunning("This training is over.")
    session.ended_by = player
    session.save(update_fields=["ended_by", "updated_at"])
    finish(session, now)


def _place(session: GameSession, player: Player, now: datetime) -> SessionParticipant:
    if not session.is_training:
        raise NotInSession("This is not a training.")
    if session.ended_at is not None:
        raise TooLate("This training is over.")
    return join_session(session=session, player=player, now=now)


def _next_round(session: GameSession, participant: SessionParticipant) -> SessionRound | None:
    rounds = session.rounds.filter(annulled_at=None).exclude(answers__participant=participant)
    rounds = rounds.filter(statement__lifecycle="approved")
    return rounds.select_related("statement").order_by("number").first()
