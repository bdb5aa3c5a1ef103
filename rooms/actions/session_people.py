"""Who takes part in a session, who watches, who is ready."""

from datetime import datetime, timedelta

from django.db import transaction

from players.models import Player
from rooms.actions.session_refusals import NotInSession, SessionFull, SessionNotInLobby
from rooms.actions.session_steps import locked
from rooms.actions.session_told import note, say_in_room, tell, tell_progress
from rooms.models import GameSession, SessionParticipant
from rooms.queries.session_people import players_of
from rooms.queries.time_factors import time_factor_of

Phase, Role, Type = GameSession.Phase, SessionParticipant.Role, GameSession.Type
# When everybody in a lobby is ready it begins by itself, after so long.
COUNTDOWN = timedelta(seconds=10)
LOBBY_FROM = 2


@transaction.atomic
def join_session(*, session: GameSession, player: Player, now: datetime) -> SessionParticipant:
    """Take part, from the next question on; joining twice is joining once."""
    session = locked(session.pk)
    if session.ended_at is not None:
        raise NotInSession("This session is over.")
    known = session.participants.filter(player=player).first()
    if known is not None and known.role == Role.PLAYER:
        return _back(session, known, now)
    if known is None and session.session_type == Type.PRIVATE:
        raise NotInSession("This game is for those who were asked.")
    if not _may_still_play(session):
        raise SessionFull("The tournament has begun; you can watch it.")
    if players_of(session).count() >= session.max_participants:
        raise SessionFull(f"The session is full ({session.max_participants} people). Join the next one.")
    participant = known or SessionParticipant(session=session, player=player)
    participant.role, participant.left_at, participant.seen_at = Role.PLAYER, None, now
    participant.time_factor = time_factor_of(player)
    participant.first_round = _first_round(session)
    if session.is_tournament and session.stage and session.phase != Phase.LOBBY:
        participant.seed = 1 + session.participants.count()
    participant.save()
    note(session, type="joined", now=now, actor=player, first_round=participant.first_round)
    _stop_countdown(session)
    tell_progress(session)
    return participant


def _back(session: GameSession, known: SessionParticipant, now: datetime) -> SessionParticipant:
    """Somebody who had gone comes back to what he left; his answers are still there."""
    if known.left_at is not None:
        note(session, type="came_back", now=now, actor=known.player)
    SessionParticipant.objects.filter(pk=known.pk).update(left_at=None, seen_at=now)
    known.left_at, known.seen_at = None, now
    return known


def _may_still_play(session: GameSession) -> bool:
    """Into a knock-out nobody comes late; in a Swiss tournament one can still be paired next time."""
    is_drawn = session.is_tournament and session.phase != Phase.LOBBY
    return not is_drawn or (
        session.format == GameSession.Format.SWISS and session.stage < session.stages_planned
    )


def _first_round(session: GameSession) -> int:
    """The next one. Of a tournament, the first of the next stage."""
    if session.is_training or session.phase == Phase.LOBBY:
        return 1
    if session.is_tournament:
        later = session.rounds.filter(stage__gt=session.stage).order_by("number").first()
        return later.number if later else session.rounds_planned + 1
    return session.round_number + 1


@transaction.atomic
def watch_session(*, session: GameSession, player: Player, now: datetime) -> SessionParticipant:
    """Look on without playing; who played stops and keeps his points."""
    session = locked(session.pk)
    if session.ended_at is not None:
        raise NotInSession("This session is over.")
    if session.session_type == Type.PRIVATE and not session.participants.filter(player=player).exists():
        raise NotInSession("This game is for those who were asked.")
    known = session.participants.filter(player=player).first()
    if known is not None and session.phase != Phase.LOBBY and known.role == Role.PLAYER:
        # He stays on the board: a place that others have earned must not move because somebody goes.
        SessionParticipant.objects.filter(pk=known.pk).update(left_at=now, is_ready=False)
        known.left_at = now
        note(session, type="stopped", now=now, actor=player)
    elif known is not None:
        SessionParticipant.objects.filter(pk=known.pk).update(role=Role.SPECTATOR, is_ready=False)
        known.role = Role.SPECTATOR
    else:
        known = SessionParticipant.objects.create(
            session=session, player=player, role=Role.SPECTATOR, seen_at=now
        )
        note(session, type="watching", now=now, actor=player)
    tell_progress(session)
    return known


@transaction.atomic
def set_ready(*, session: GameSession, player: Player, is_ready: bool, now: datetime) -> SessionParticipant:
    """Say so, or take it back. A lobby in which all are ready begins by itself."""
    participant = join_session(session=session, player=player, now=now)
    session = locked(session.pk)
    if session.phase != Phase.LOBBY:
        raise SessionNotInLobby("It has begun already.")
    SessionParticipant.objects.filter(pk=participant.pk).update(is_ready=is_ready, seen_at=now)
    participant.is_ready = is_ready
    if session.session_type == Type.LOBBY:
        _count_down(session, now)
    tell_progress(session)
    return participant


def _count_down(session: GameSession, now: datetime) -> None:
    here = players_of(session)
    all_ready = here.count() >= LOBBY_FROM and not here.filter(is_ready=False).exists()
    if not all_ready:
        _stop_countdown(session)
    elif session.phase_ends_at is None:
        session.phase_ends_at = now + COUNTDOWN
        session.save(update_fields=["phase_ends_at", "updated_at"])
        say_in_room(session, f"All are ready. It begins in {COUNTDOWN.seconds} seconds.")
        tell(session, type="session.countdown", now=now)


def _stop_countdown(session: GameSession) -> None:
    if session.phase == Phase.LOBBY and session.phase_ends_at is not None:
        session.phase_ends_at = None
        session.save(update_fields=["phase_ends_at", "updated_at"])


def note_round_trip(*, session: GameSession, player: Player, rtt_ms: int, now: datetime) -> None:
    """How long the way to this player is, as the server has measured it."""
    mine = session.participants.filter(player=player)
    mine.update(rtt_ms=min(max(rtt_ms, 0), 60_000), seen_at=now)
