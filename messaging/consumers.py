"""The door for sockets: reads frames one after another and answers each request once."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from weakref import WeakSet

from django.conf import settings
from django.db import DatabaseError

from messaging import connections, frames, slots
from messaging.actions.greetings import Ticket
from messaging.actions.partings import Parting
from messaging.connections import Connection
from messaging.desk import gate, way_out
from messaging.operations import Operation, registry
from messaging.outbox import CLOSE, Send
from padawanforge.kit.errors import DomainError
from padawanforge.kit.session_store import is_key

logger = logging.getLogger(__name__)

HELLO_WITHIN_SECONDS = 5
SILENT_FOR_SECONDS = 60
FLUSH_SECONDS = 1
BYE_WITHIN_MS = 5000
CROWDED = "The game is open in too many windows. Close one of them."

Receive = Callable[[], Awaitable[dict]]

_operations = registry()
_open: WeakSet[Connection] = WeakSet()


async def socket(scope: dict, receive: Receive, send: Send) -> None:
    """One connection, from the handshake to the end; the user was found by the session cookie."""
    await receive()
    is_known = frames.VERSION in scope["subprotocols"]
    ticket = Ticket(_session_key(scope), slots.address_of(scope))
    admitted = await gate.say(ticket) if is_known and ticket.session_key else None
    # Accepted even if refused: a browser sees the code of a closed socket, not of a failed handshake.
    await send({"type": "websocket.accept", "subprotocol": frames.VERSION if is_known else None})
    if admitted is None:
        code = connections.CLOSE_SIGNED_OUT if is_known else connections.CLOSE_VERSION
        await send({"type": CLOSE, "code": code})
        return
    if admitted.places is None:
        refusal = frames.encode("err", id=None, code="crowded", message=CROWDED)
        await send({"type": "websocket.send", "text": refusal})
        await send({"type": CLOSE, "code": connections.CLOSE_FLOOD})
        return
    player = admitted.player
    connection = Connection(
        player_id=player.pk, player_uuid=player.uuid, session_key=ticket.session_key, places=admitted.places
    )
    await serve(connection, receive, send)


def _session_key(scope: dict) -> str:
    key = scope["cookies"].get(settings.SESSION_COOKIE_NAME, "")
    return key if is_key(key) else ""


async def serve(connection: Connection, receive: Receive, send: Send) -> None:
    _open.add(connection)
    writer = asyncio.ensure_future(connection.write(send))
    reader = asyncio.ensure_future(read(connection, receive))
    patience = Patience(connection, reader)
    try:
        await connection.enter()
        await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        if connection.is_closing:
            await asyncio.wait({writer}, timeout=FLUSH_SECONDS)
    finally:
        _open.discard(connection)
        patience.end()
        reader.cancel()
        writer.cancel()
        await connection.leave()
        await asyncio.gather(reader, writer, return_exceptions=True)
        await way_out.say(Parting(connection.uuid, connection.places))


async def read(connection: Connection, receive: Receive) -> None:
    """Frames until the client leaves or is let go."""
    while not connection.is_closing:
        connection.waits_since = connection.clock()
        message = await receive()
        connection.waits_since = None
        if message["type"] == "websocket.disconnect":
            return
        await handle(connection, message.get("text"))


class Patience:
    """Lets go whoever is silent for too long, or is closing and no longer takes what he is told.

    One timer, which looks how long the silence is when it goes off: to set one for each frame, or to wrap each
    in a task that can be given up, costs as much as reading it.
    """

    def __init__(self, connection: Connection, reader: asyncio.Task) -> None:
        self._connection, self._reader = connection, reader
        self._timer = asyncio.get_running_loop().call_later(HELLO_WITHIN_SECONDS, self._look)

    def end(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        connection = self._connection
        patience = SILENT_FOR_SECONDS if connection.is_greeted else HELLO_WITHIN_SECONDS
        silent_for = 0.0 if connection.waits_since is None else connection.clock() - connection.waits_since
        if silent_for < patience and not connection.is_closing:
            self._timer = asyncio.get_running_loop().call_later(patience - silent_for, self._look)
            return
        connection.close(connections.CLOSE_SLOW if connection.is_greeted else connections.CLOSE_PROTOCOL)
        self._reader.cancel()


async def handle(connection: Connection, text: str | None) -> None:
    """One frame in; every refusal is an `err`, never the end of the socket."""
    id = None
    try:
        envelope, raw = frames.open_envelope(text)
        id = envelope.id
        operation = find(connection, envelope)
        if wait_ms := connection.bucket.take(operation.cost, now=connection.clock()):
            refuse_flood(connection, id, wait_ms)
            return
        answer = await operation.run(connection, frames.decode(raw, operation.frame, id=id))
    except frames.BadFrame as error:
        refuse(connection, error.id if error.id is not None else id, code="invalid", message=str(error))
    except DomainError as error:
        refuse(connection, id, code=error.code, message=str(error), **getattr(error, "told", {}))
    except DatabaseError as error:
        # A line each: every page asks again meanwhile, and writing whole stacks would keep the loop busy.
        logger.error("A frame met a database that is away: %s", error)
        refuse(connection, id, code="unavailable", message=connections.AWAY)
    except Exception:
        # One frame that nobody expected must not end the socket of a player.
        logger.exception("A frame failed.")
        refuse(connection, id, code="unavailable", message="Something broke. It has been noted.")
    else:
        if id is not None:
            connection.say("ok", id=id, **(answer or {}))


def find(connection: Connection, envelope: frames.Envelope) -> Operation:
    if envelope.op not in _operations:
        raise frames.BadFrame("There is no such operation.", id=envelope.id)
    if not connection.is_greeted and envelope.op != "hello":
        raise frames.BadFrame("Say hello first.", id=envelope.id)
    return _operations[envelope.op]


def refuse(connection: Connection, id: str | int | None, *, code: str, message: str, **told: object) -> None:
    connection.say("err", id=id, code=code, message=message, **told)
    if code == "invalid" and connection.invalid.add(connection.clock()):
        connection.close(connections.CLOSE_PROTOCOL)


def refuse_flood(connection: Connection, id: str | int | None, wait_ms: int) -> None:
    connection.say("err", id=id, code="rate", message="Slow down a little.", retry_ms=wait_ms)
    if connection.floods.add(connection.clock()):
        connection.close(connections.CLOSE_FLOOD)


async def say_bye() -> None:
    """The server goes down: tell every client when to come back."""
    leaving = list(_open)
    for connection in leaving:
        # Everybody at another moment, or all would come back in the same one.
        connection.say("bye", retry_ms=random.randrange(BYE_WITHIN_MS))
        connection.close(connections.CLOSE_RESTART)
    await asyncio.gather(*(connection.is_flushed.wait() for connection in leaving))
