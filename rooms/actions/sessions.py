"""A session is opened and begins. What follows is in the modules beside, named after what people do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.db import IntegrityError, transaction

from learning.models import Topic
from learning.queries.statements import pick_statements
from npcs.models import Npc
from players.models import Player
from rooms import host, modes
from rooms.actions.session_refusals import (
    NobodyReady,
    NotEnoughPlayers,
    NotEnoughStatements,
    OddPlan,
    SessionAlreadyRunning,
    SessionNotInLobby,
)
from rooms.actions.session_rounds import prepare
from rooms.actions.session_steps import begin, locked
from rooms.actions.session_told import let_host_say, note, say_in_room, tell
from rooms.models import GameSession, Room, RoomNpc, SessionParticipant
from rooms.queries.session_people import players_of
from rooms.queries.time_factors import time_factor_of

Phase, Type = GameSession.Phase, GameSession.Type


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody chose for a session. `rounds` of a tournament are those of one of its rounds."""

    topic: Topic
    difficulty: str = ""
    rounds: int = 10
    seconds: int = 20
    host: Npc | None = None
    kind: str = Type.GAME
    mode: str = "quiz"
    format: str = ""
    # Whoever opens it hosts it himself and doesn't play.
    leads: bool = False
    # Every second player gets the other side of a fact, where it has one.
    apart: bool = False
    # Of a private game: who may take part, besides the one who opens it.
    players: Sequence[Player] = ()


@transaction.atomic
def open_session(*, room: Room, player: Player, plan: Plan, now: datetime) -> GameSession:
    """Open a session for people to get ready; who opens it takes part, or leads it."""
    check_plan(plan)
    found = pick_statements(
        topic=plan.topic, difficulty=plan.difficulty, count=plan.rounds, rng=Random(0)
    )  # fmt: skip
    if (available := len(found)) < plan.rounds:
        raise NotEnoughStatements(
            f"{plan.topic} has {available} statements of that kind. Choose fewer rounds or all difficulties."
        )
    session = _create_session(room=room, player=player, plan=plan, now=now)
    _seat(session, player, plan, now)
    tell(session, type="session.opened", now=now, actor=player)
    if session.host is not None:
        line = host.opening(topic=plan.topic.name, rounds=plan.rounds, seconds=plan.seconds, seed=session.pk)
        let_host_say(session, line)
    else:
        say_in_room(session, f"A quiz on {plan.topic.name} is open. Say when you are ready.")
    return session


def check_plan(plan: Plan) -> None:
    if plan.kind not in Type.values:
        raise OddPlan("There is no such kind of session.")
    if not modes.is_known(plan.mode) or plan.kind not in modes.get(plan.mode).kinds:
        raise OddPlan("This kind of session is not played like that.")
    if (plan.kind == Type.TOURNAMENT) != bool(plan.format):
        raise OddPlan("A tournament is a knock-out or a Swiss one; nothing else has a format.")
    if plan.kind == Type.TOURNAMENT and plan.apart:
        raise OddPlan("In a tournament everybody answers the same statements.")
    if plan.kind == Type.PRIVATE and not plan.players:
        raise OddPlan("Choose with whom you want to play.")


def _create_session(*, room: Room, player: Player, plan: Plan, now: datetime) -> GameSession:
    try:
        with transaction.atomic():
            return GameSession.objects.create(
                room=room, topic=plan.topic, difficulty=plan.difficulty, rounds_planned=plan.rounds,
                seconds_per_round=plan.seconds, host=None if plan.leads else plan.host or _first_host(room),
                host_player=player if plan.leads else None, session_type=plan.kind, mode=plan.mode,
                format=plan.format, started_by=player, phase_started_at=now, are_neighbours_apart=plan.apart,
                max_participants=min(room.max_players, modes.get(plan.mode).max_players),
            )  # fmt: skip
    except IntegrityError:
        raise SessionAlreadyRunning("A session is already running in this room. Join it!") from None


def _first_host(room: Room) -> Npc | None:
    places = RoomNpc.objects.filter(room=room, is_active=True, npc__is_active=True).select_related("npc")
    place = places.exclude(role=RoomNpc.Role.OBSERVER).order_by("pk").first()
    return place.npc if place else None


def _seat(session: GameSession, player: Player, plan: Plan, now: datetime) -> None:
    role = SessionParticipant.Role.SPECTATOR if plan.leads else SessionParticipant.Role.PLAYER
    asked = {one.pk: one for one in plan.players if one.pk != player.pk}
    seats = [(player, role), *((one, SessionParticipant.Role.PLAYER) for one in asked.values())]
    SessionParticipant.objects.bulk_create(
        SessionParticipant(
            session=session, player=one, role=role, seen_at=now, time_factor=time_factor_of(one)
        )
        for one, role in seats
    )  # fmt: skip
    note(session, type="seated", now=now, actor=player, people=len(seats))


@transaction.atomic
def start_session(*, session: GameSession, player: Player, now: datetime) -> None:
    """Choose the statements and open the first question."""
    session = locked(session.pk)
    if session.phase != Phase.LOBBY or session.ended_at is not None:
        raise SessionNotInLobby("This session has already started.")
    ready = players_of(session).filter(is_ready=True).count()
    if not ready:
        raise NobodyReady("Nobody is ready yet.")
    if ready < (least := modes.get(session.mode).min_players):
        raise NotEnoughPlayers(f"This needs {least} players who are ready.")
    prepare(session)
    tell(session, type="session.started", now=now, actor=player)
    begin(session, now)
