"""What people and pages are told of a session, and the story that is kept of it."""

from datetime import datetime, timedelta

from messaging import events
from messaging.actions.messages import post_message, record_event
from players.models import Player
from rooms.models import GameSession, SessionAnswer, SessionEvent, SessionParticipant

# With so many players, not every answer is told, or each would be told to all.
CROWD = 20
QUIET = frozenset({GameSession.Type.PRIVATE, GameSession.Type.TRAINING})


def tell(
    session: GameSession, *, type: str, now: datetime, actor: Player | None = None, **more: object
) -> None:
    """Into the log: phase and times, never a statement or a key. Pages fetch what their viewer may see."""
    ends_at = usual_end(session)
    payload = {
        "session": str(session.uuid),
        "phase": session.phase,
        "round": session.round_number,
        "rounds": session.rounds_planned,
        "ends_at": ends_at.isoformat() if ends_at else None,
    }
    record_event(channel=session.room.channel, type=type, payload=payload, actor=actor)
    note(session, type=type, now=now, actor=actor, round=session.round_number, stage=session.stage, **more)


def usual_end(session: GameSession) -> datetime | None:
    """Of a question, the end of the usual time: that somebody has more is nobody else's business."""
    if session.phase == GameSession.Phase.QUESTION:
        return session.phase_started_at + timedelta(seconds=session.seconds_per_round)
    return session.phase_ends_at


def note(
    session: GameSession, *, type: str, now: datetime, actor: Player | None = None, **payload: object
) -> None:
    """Into the story of the session, which nobody is told."""
    name = type.removeprefix("session.")
    SessionEvent.objects.create(session=session, type=name, actor=actor, payload=payload, created_at=now)


def tell_progress(session: GameSession, *, new: int = 1) -> None:
    """How many have answered, of whom some only now.

    Of a crowd's answers only each twentieth part, and the last one, is told.
    """
    players = session.participants.filter(role=SessionParticipant.Role.PLAYER, left_at=None)
    answers = SessionAnswer.objects.filter(round__session=session, round__number=session.round_number)
    answered, count = answers.count(), players.count()
    is_asking, part = session.phase == GameSession.Phase.QUESTION, max(count // CROWD, 1)
    if is_asking and answered < count and answered // part == (answered - new) // part:
        return
    events.signal(
        session.room.channel, "session.progress", session=str(session.uuid), phase=session.phase,
        answered=answered, players=count, ready=players.filter(is_ready=True).count(),
    )  # fmt: skip


def let_host_say(session: GameSession, line: str) -> None:
    """The character that hosts; of a game among a few, the room hears nothing."""
    if session.host is not None and session.session_type not in QUIET:
        post_message(channel=session.room.channel, npc=session.host, text=line, metadata={"host": True})


def say_in_room(session: GameSession, line: str) -> None:
    """A line of the system, whoever hosts."""
    if session.session_type != GameSession.Type.PRIVATE:
        post_message(channel=session.room.channel, text=line, metadata={"host": True})
