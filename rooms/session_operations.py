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
from rooms.actions.session_answers import Given
from rooms.actions.session_people import note_round_trip
from rooms.actions.session_refusals import NotInSession
from rooms.actions.session_together import Ballot, Look, seat_of
from rooms.desk import ballot_box, scoreboard, screen

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
    return await scoreboard.say(Look(connection.player_id, frame.room))


@operation("panel", frame=SessionFrame, access="reader of the channel")
async def panel(connection: Connection, frame: SessionFrame) -> dict:
    """The session panel of the page, as a piece of HTML; its forms are sent with the token of the page."""
    return {"html": await screen.say(Look(connection.player_id, frame.room))}


@operation("verdict", frame=VerdictFrame, access="member who may write in the channel")
async def verdict(connection: Connection, frame: VerdictFrame) -> dict:
    given = Given(frame.verdict, frame.round, frame.confidence, frame.cid)
    stored = await ballot_box.say(Ballot(connection.player_id, frame.room, given, timezone.now()))
    return {"round": stored.round.number, "verdict": stored.verdict, "received_at": stored.received_at}


@operation("probe", frame=ProbeFrame, access="reader of the channel")
async def probe(connection: Connection, frame: ProbeFrame) -> dict:
    """The server's own clock measures the way; a client can only make it look longer, which gains little."""
    return await in_database(_probe)(connection.player_id, frame)


def _probe(player_id: int, frame: ProbeFrame) -> dict:
    now = timezone.now()
    seat = seat_of(channel_permissions.reading(player_id, frame.room))
    ms = round(now.timestamp() * 1000)
    signer = signing.Signer(salt=f"{PROBE_SALT}.{seat.player.pk}")
    if not frame.t:
        return {"t": signer.sign(str(ms))}
    try:
        sent = int(signer.unsign(frame.t))
    except signing.BadSignature:
        raise NotInSession("This is not a probe of ours.") from None
    rtt_ms = min(max(ms - sent, 0), PROBE_SECONDS * 1000)
    note_round_trip(session=seat.session, player=seat.player, rtt_ms=rtt_ms, now=now)
    return {"rtt_ms": rtt_ms}
