"""What who leads a session can do: pause, go on, resume, call it off."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from players.models import Player
from rooms import host
from rooms.actions.session_refusals import NotRunning, SessionPaused
from rooms.actions.session_steps import locked, take_step
from rooms.actions.session_told import say_in_room, tell
from rooms.models import GameSession

Phase = GameSession.Phase
REASON_LENGTH = 200


@transaction.atomic
def pause_session(*, session: GameSession, player: Player, reason: str, now: datetime) -> bool:
    """Stop the clock; the question is put away with the time that is left. False when it was paused."""
    session = locked(session.pk)
    if not session.is_playing or session.ended_at is not None:
        raise NotRunning("Nothing is running that could be paused.")
    if session.paused_at is not None:
        return False
    session.paused_at, session.pause_reason = now, " ".join(reason.split())[:REASON_LENGTH]
    session.save(update_fields=["paused_at", "pause_reason", "updated_at"])
    tell(session, type="session.paused", now=now, actor=player, reason=session.pause_reason)
    because = f": {host.plain(session.pause_reason)}" if session.pause_reason else "."
    say_in_room(session, f"The game is paused{because}")
    return True


@transaction.atomic
def resume_session(*, session: GameSession, player: Player, now: datetime) -> bool:
    """Everybody goes on with the time that was left. False when it was not paused."""
    session = locked(session.pk)
    if session.ended_at is not None:
        raise NotRunning("This session is over.")
    if session.paused_at is None:
        return False
    stood_still = now - session.paused_at
    session.phase_started_at += stood_still
    if session.phase_ends_at is not None:
        session.phase_ends_at += stood_still
    session.paused_seconds += round(stood_still.total_seconds())
    session.paused_at, session.pause_reason = None, ""
    session.save(update_fields=[
        "phase_started_at", "phase_ends_at", "paused_seconds", "paused_at", "pause_reason", "updated_at",
    ])  # fmt: skip
    # Nobody could give a sign of life meanwhile.
    session.participants.filter(left_at=None).update(seen_at=F("seen_at") + stood_still)
    tell(session, type="session.resumed", now=now, actor=player)
    say_in_room(session, "The game goes on.")
    return True


@transaction.atomic
def go_on(*, session: GameSession, player: Player, now: datetime) -> None:
    """Whoever leads doesn't wait for the clock: close the question, or ask the next one."""
    session = locked(session.pk)
    if session.paused_at is not None:
        raise SessionPaused("The game is paused. Let it go on first.")
    if not session.is_playing or session.ended_at is not None:
        raise NotRunning("There is nothing to go on with.")
    # A question that is closed by hand was not missed.
    session.phase_ends_at = now
    take_step(session, now)


@transaction.atomic
def cancel_session(*, session: GameSession, player: Player | None, now: datetime) -> bool:
    """End without a result; what was answered stays in the learners' history. False when it was over."""
    running = GameSession.objects.running().filter(pk=session.pk)
    cancelled = running.update(
        phase=Phase.CANCELLED, ended_at=now, ended_by=player, phase_ends_at=None, paused_at=None,
        pause_reason="", leased_by="", lease_until=None,
    )  # fmt: skip
    if cancelled:
        session.refresh_from_db()
        tell(session, type="session.cancelled", now=now, actor=player)
    return bool(cancelled)
