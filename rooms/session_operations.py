"""What a client may ask of the session in a room; the same actions as the page and the interface for programs."""

from typing import Annotated
from uuid import UUID

from django.core import signing
from django.utils import timezone
from msgspec import Meta, Struct

from messaging import permissions as channel_permissions
from messaging.connections import Connection
from messaging.database import in_database
from messaging.operations import operation
from messaging.queries.ahead import know_members
from padawanforge.kit.memory import one_reading
from players.models import Player
from rooms.actions.session_answers import Given, submit_answer
from rooms.actions.session_people import note_round_trip
from rooms.actions.session_refusals import NotInSession
from rooms.models import GameSession, Room
from rooms.permissions import may_start_session
from rooms.queries.session_state import state_of
from rooms.queries.sessions import current_session, panel_for
from rooms.queries.settings import room_of

PROBE_SALT = "rooms.probe"
# A probe that comes back later measures nothing but that somebody kept it.
PROBE_SECONDS = 30


class SessionFrame(Struct):
    room: UUID


class VerdictFrame(Struct):
    """No verdict: pass. The same `cid` once more is the same answer."""

    room: UUID
    round: Annotated[int, Meta(ge=0, le=32_000)]
    verdict: bool | None
    confidence: Annotated[int, Meta(ge=1, le=3)] | None = None
    cid: UUID | None = None


class ProbeFrame(Struct):
    """First without `t`; the answer's `t` at once back again: between both lies the round trip."""

    room: UUID
    t: Annotated[str, Meta(max_length=100)] = ""


@operation("session", frame=SessionFrame, access="reader of the channel")
async def session(connection: Connection, frame: SessionFrame) -> dict:
    """What runs in the room, as this player may see it: after a lost connection, the question, the time, the answer."""
    return await in_database(_session)(connection.player_id, frame)


@operation("verdict", frame=VerdictFrame, access="member who may write in the channel")
async def verdict(connection: Connection, frame: VerdictFrame) -> dict:
    return await in_database(_verdict)(connection.player_id, frame)


@operation("probe", frame=ProbeFrame, access="reader of the channel")
async def probe(connection: Connection, frame: ProbeFrame) -> dict:
    """The server's own clock measures the way; a client can only make it look longer, which gains little."""
    return await in_database(_probe)(connection.player_id, frame)


def _session(player_id: int, frame: SessionFrame) -> dict:
    now = timezone.now()
    # Two hundred ask at the same moment, when a question opens.
    with one_reading():
        know_members([player_id], [frame.room], now)
        player, _, room = _found(channel_permissions.reading(player_id, frame.room))
        may_start = may_start_session(player, room)
        panel = panel_for(room=room, player=player, may_start=may_start, now=now, is_brief=True)
        return {"session": state_of(panel), "server_time": now}


def _verdict(player_id: int, frame: VerdictFrame) -> dict:
    now = timezone.now()
    with one_reading():
        know_members([player_id], [frame.room], now)
        player, running, _ = _found(channel_permissions.posting(player_id, frame.room))
    given = Given(frame.verdict, frame.round, frame.confidence, frame.cid)
    stored = submit_answer(session=running, player=player, given=given, now=now)
    return {"round": stored.round.number, "verdict": stored.verdict, "received_at": stored.received_at}


def _probe(player_id: int, frame: ProbeFrame) -> dict:
    now = timezone.now()
    player, running, _ = _found(channel_permissions.reading(player_id, frame.room))
    ms = round(now.timestamp() * 1000)
    signer = signing.Signer(salt=f"{PROBE_SALT}.{player.pk}")
    if not frame.t:
        return {"t": signer.sign(str(ms))}
    try:
        sent = int(signer.unsign(frame.t))
    except signing.BadSignature:
        raise NotInSession("This is not a probe of ours.") from None
    rtt_ms = min(max(ms - sent, 0), PROBE_SECONDS * 1000)
    note_round_trip(session=running, player=player, rtt_ms=rtt_ms, now=now)
    return {"rtt_ms": rtt_ms}


def _found(grant: channel_permissions.Grant) -> tuple[Player, GameSession, Room]:
    room = room_of(grant.channel)
    running = current_session(room) if room else None
    if room is None or running is None:
        raise NotInSession("Nothing is played here.")
    room.channel = grant.channel
    running.room = room
    return grant.player, running, room
