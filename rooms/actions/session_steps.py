"""From one phase of a session to the next. Every step is taken under the row's lock, by one process."""

from datetime import datetime, timedelta

from django.db import transaction

from learning.models import Statement
from rooms import host, modes
from rooms.actions import tournaments
from rooms.actions.annulments import annul_suspended
from rooms.actions.results import apply_round, pay_out
from rooms.actions.session_records import keep_figures
from rooms.actions.session_rounds import prepare
from rooms.actions.session_told import let_host_say, say_in_room, tell
from rooms.models import GameSession, SessionRound
from rooms.queries.neighbours import RELATED
from rooms.queries.session_people import live_connections, waiting_for
from rooms.queries.standings import standings

Phase = GameSession.Phase
# A question whose time ran out longer ago than this was open while no server was running.
DOWN_FOR = timedelta(seconds=5)
# A person who hosts says when it goes on; who has fallen asleep doesn't hold the game up for ever.
HOST_PATIENCE = timedelta(seconds=120)
BREAK_SECONDS = 15
PODIUM = 3
TIMES = ("phase", "stage", "round_number", "phase_started_at", "phase_ends_at", "updated_at")


@transaction.atomic
def advance(*, pk: int, now: datetime) -> bool:
    """Take the next step of a session whose phase is over; False when another process took it."""
    due = GameSession.objects.due(now).filter(pk=pk)
    # Who waited here for another process finds a phase that has just begun.
    session = due.select_related("room__channel", "host").select_for_update(of=("self",)).first()
    if session is None:
        return False
    take_step(session, now)
    GameSession.objects.filter(pk=pk).update(leased_by="", lease_until=None)
    return True


def take_step(session: GameSession, now: datetime) -> None:
    """Whatever follows the phase; the caller holds the session's lock."""
    annul_suspended(session, now)
    if session.phase == Phase.LOBBY:
        begin_by_itself(session, now)
    elif session.phase == Phase.QUESTION:
        step = _ask_again if _was_missed(session, now) else reveal
        step(session, now)
    elif session.phase == Phase.REVEAL:
        _after_reveal(session, now)
    elif session.phase == Phase.BREAK:
        _next_stage(session, now)
    else:
        finish(session, now)


def begin_by_itself(session: GameSession, now: datetime) -> None:
    """A lobby whose countdown is over begins, if all are still ready."""
    from_lobby = session.participants.filter(role="player", left_at=None)
    if from_lobby.filter(is_ready=False).exists() or not from_lobby.exists():
        session.phase_ends_at = None
        session.save(update_fields=["phase_ends_at", "updated_at"])
        return
    prepare(session)
    tell(session, type="session.started", now=now)
    begin(session, now)


def begin(session: GameSession, now: datetime) -> None:
    """The first question; the rounds have been chosen."""
    session.started_at = now
    session.save(update_fields=["started_at", "updated_at"])
    open_question(session, number=1, now=now)


def open_question(session: GameSession, *, number: int, now: datetime) -> None:
    """The first that is still in play, from this number on."""
    rounds = session.rounds.filter(number__gte=number, stage=session.stage, annulled_at=None)
    playable = rounds.filter(statement__lifecycle=Statement.Lifecycle.APPROVED)
    current = playable.select_related(*RELATED).order_by("number").first()
    if current is None:
        _stage_is_over(session, now)
        return
    session.round_number = current.number
    if current.other is not None and current.other.lifecycle != Statement.Lifecycle.APPROVED:
        current.other = None
    session.rounds.filter(pk=current.pk).update(opened_at=now, other=current.other)
    _give_time(session, current, now)
    line = host.question(number=current.number, rounds=session.rounds_planned, seed=session.pk)
    let_host_say(session, line)


def _ask_again(session: GameSession, now: datetime) -> None:
    _give_time(session, _current(session), now)
    let_host_say(session, host.question_again(number=session.round_number))


def _give_time(session: GameSession, current: SessionRound, now: datetime) -> None:
    """The question's full time, from now; to everybody as much as he needs."""
    note_signs_of_life(session, now)
    session.phase, session.phase_started_at = Phase.QUESTION, now
    session.phase_ends_at = waiting_for(session, current, now).until
    session.save(update_fields=TIMES)
    times = {"closes_at": session.phase_ends_at, "times_asked": current.times_asked + 1}
    session.rounds.filter(pk=current.pk).update(**times)
    tell(session, type="session.question", now=now)


def note_signs_of_life(session: GameSession, now: datetime) -> None:
    """Whose page is open is there, also when he has only read."""
    session.participants.filter(live_connections(session, now)).update(seen_at=now)


def _was_missed(session: GameSession, now: datetime) -> bool:
    """Whether the question ran out unseen, because no server was there to take the answers.

    Then it gets its full time again, for a learner must not lose a round to a restart. Only once, or a
    server that is always late would ask the same for ever; and only if there is still somebody to ask.
    """
    if session.phase_ends_at is None or now - session.phase_ends_at <= DOWN_FOR:
        return False
    current = _current(session)
    if current.annulled_at or current.times_asked > 1:
        return False
    # While nobody could be reached, nobody could give a sign of life either.
    return waiting_for(session, current, session.phase_started_at).count > 0


def reveal(session: GameSession, now: datetime) -> None:
    """Show the key; from now on the answers count."""
    current = _current(session)
    session.rounds.filter(pk=current.pk).update(revealed_at=now)
    note_signs_of_life(session, now)
    session.phase, session.phase_started_at = Phase.REVEAL, now
    session.phase_ends_at = now + _time_to_read(session)
    session.save(update_fields=TIMES)
    answers = list(
        current.answers.select_related("participant__player__profile", "participant__player__preferences", "event")
        .order_by("received_at", "pk")
    )  # fmt: skip
    if current.annulled_at is None:
        apply_round(answers)
    tell(session, type="session.reveal", now=now)
    given = [answer for answer in answers if answer.verdict is not None]
    right = [answer for answer in given if answer.is_correct]
    fastest = next((one.participant.player for one in right), None)
    shown = fastest is not None and fastest.preferences.privacy_level != "maximum"
    let_host_say(session, host.reveal(
        is_true=None if current.other else current.statement.answer, answers=len(given), right=len(right),
        fastest=fastest.name if fastest and shown else "", seed=current.pk,
    ))  # fmt: skip


def _time_to_read(session: GameSession) -> timedelta:
    return HOST_PATIENCE if session.host_player_id else timedelta(seconds=session.seconds_for_reveal)


def _after_reveal(session: GameSession, now: datetime) -> None:
    if modes.get(session.mode).is_over(session, now=now):
        finish(session, now)
    else:
        open_question(session, number=session.round_number + 1, now=now)


def _stage_is_over(session: GameSession, now: datetime) -> None:
    """No question is left in it: of a tournament the matches are decided, everything else is over."""
    if not session.is_tournament:
        finish(session, now)
        return
    goes_on = tournaments.close_stage(session, now)
    if not goes_on:
        finish(session, now)
        return
    wait = HOST_PATIENCE if session.host_player_id else timedelta(seconds=BREAK_SECONDS)
    session.phase, session.phase_started_at, session.phase_ends_at = Phase.BREAK, now, now + wait
    session.save(update_fields=TIMES)
    tell(session, type="session.break", now=now)
    say_in_room(
        session,
        f"Round {session.stage} of the tournament is over. The pairs of round {session.stage + 1} are up.",
    )


def _next_stage(session: GameSession, now: datetime) -> None:
    session.stage += 1
    first = session.rounds.filter(stage=session.stage).order_by("number").first()
    open_question(session, number=first.number if first else 0, now=now)


def finish(session: GameSession, now: datetime) -> None:
    """The end: places, experience, figures; and what the mode promises."""
    was_training = session.phase == Phase.OPEN
    session.phase, session.ended_at, session.phase_ends_at = Phase.FINISHED, now, None
    session.save(update_fields=["phase", "ended_at", "phase_ends_at", "updated_at"])
    board = standings(session)
    pay_out(session, now=now)
    keep_figures(session, now)
    modes.get(session.mode).end(session, now=now)
    tell(session, type="session.ended", now=now)
    if was_training:
        return
    podium = [(one.player.name, one.points) for one in board if one.place and one.points][:PODIUM]
    let_host_say(session, host.farewell(podium=podium))
    if session.host is None:
        say_in_room(session, host.farewell(podium=podium))


def _current(session: GameSession) -> SessionRound:
    return session.rounds.select_related(*RELATED).get(number=session.round_number)


def locked(pk: int) -> GameSession:
    """The session as it is now; until the end of the transaction nobody else takes a step in it."""
    sessions = GameSession.objects.select_related("room__channel", "host")
    return sessions.select_for_update(of=("self",)).get(pk=pk)
