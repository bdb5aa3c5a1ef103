"""One socket of one tab: its outbox, its window, and the rooms it listens to.

Nothing here is known to the connection alone except what it listens to and how far it has been told.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from uuid import UUID, uuid4

from django.db import DatabaseError

from messaging import frames, permissions, rules
from messaging.models import LiveConnection
from messaging.queries.blocks import hidden_names, rooms_with
from messaging.subscriptions import Subscription, drop, in_database, subscribe
from padawanforge.kit import hub
from padawanforge.kit.errors import DomainError

logger = logging.getLogger(__name__)

OUTBOX_FRAMES = 256
BYE_WITHIN_MS = 5000
CLOSE_PROTOCOL, CLOSE_SIGNED_OUT, CLOSE_FORBIDDEN, CLOSE_SLOW = 4400, 4401, 4403, 4408
CLOSE_VERSION, CLOSE_FLOOD, CLOSE_RESTART = 4410, 4429, 4503


class Connection:
    def __init__(self, *, player_id: int, player_uuid: UUID, session_key: str) -> None:
        self.player_id, self.player_uuid, self.session_key = player_id, player_uuid, session_key
        # Our own id, not the client's: nobody shall name another tab's connection.
        self.uuid = uuid4()
        self.state: str = LiveConnection.State.ACTIVE
        self.clock = time.monotonic
        self.window = rules.Window()
        self.bucket = rules.Bucket(self.clock())
        self.invalid = rules.Strikes(rules.STRIKES)
        self.floods = rules.Strikes(rules.FLOOD)
        self.subscriptions: dict[UUID, Subscription] = {}
        self.is_greeted = self.is_closing = False
        self.outbox: asyncio.Queue[dict] = asyncio.Queue()
        self.is_flushed = asyncio.Event()
        # Whom the player doesn't see, by hex uuid: asked once, and again when a block changes.
        self.hidden: frozenset[str] = frozenset()
        self._hidden_lock = asyncio.Lock()
        self._tasks: set[asyncio.Task] = set()

    @property
    def group(self) -> str:
        return f"player.{self.player_uuid.hex}"

    def say(self, op: str, **fields: object) -> None:
        self.tell(frames.encode(op, **fields))

    def tell(self, text: str, *, may_be_lost: bool = False) -> None:
        """Put a frame in the outbox; a client that does not take its answers is let go."""
        if self.is_closing:
            return
        if self.outbox.qsize() < OUTBOX_FRAMES:
            self.outbox.put_nowait({"type": "websocket.send", "text": text})
        elif not may_be_lost:
            self.close(CLOSE_SLOW)

    def tell_event(self, body: str) -> None:
        was_full = self.window.is_full
        n = self.window.next(len(body), now=self.clock())
        self.tell(frames.numbered(n, body))
        if self.window.is_full and not was_full:
            asyncio.get_running_loop().call_later(rules.FULL_FOR_SECONDS, self.close_if_stuck)

    def acknowledge(self, n: int) -> None:
        self.window.acknowledge(n)
        for subscription in self.subscriptions.values():
            subscription.pull()

    def close_if_stuck(self) -> None:
        if self.window.is_stuck(self.clock()):
            self.close(CLOSE_SLOW)

    def close(self, code: int, reason: str = "") -> None:
        """The last frame; what is already in the outbox goes first."""
        if not self.is_closing:
            self.is_closing = True
            frame = {"type": "websocket.close", "code": code}
            self.outbox.put_nowait({**frame, "reason": reason} if reason else frame)

    def say_bye(self) -> None:
        # Everybody at another moment, or all would come back in the same one.
        self.say("bye", retry_ms=random.randrange(BYE_WITHIN_MS))
        self.close(CLOSE_RESTART)

    async def write(self, send: Callable[[dict], Awaitable[None]]) -> None:
        """Empty the outbox until the socket is closed."""
        while True:
            message = await self.outbox.get()
            await send(message)
            if message["type"] == "websocket.close":
                self.is_flushed.set()
                return

    def hear(self, message: dict) -> None:
        """What is told to the player, on every connection; called by the hub, returns at once."""
        if message["kind"] == "access":
            self.hear_access(message)
        elif message["kind"] == "block":
            # From this moment; whether it was a block or its end is read from the database.
            self.hidden |= {message["other"]}
            self._soon(show_anew(self, UUID(message["other"])))
        elif not self.window.is_half_full:
            self.tell(message["text"], may_be_lost=True)

    def hear_access(self, message: dict) -> None:
        """The player's rights changed: nothing more goes out until they have been looked at again."""
        room = UUID(message["room"]) if message["room"] else None
        for subscription in self.subscriptions.values():
            if room is None or subscription.room == message["room"]:
                subscription.is_suspended = True
        self._soon(self._recheck_soon(message["reason"]))

    def _soon(self, doing: Coroutine) -> None:
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def load_hidden(self) -> None:
        """One at a time: the last to read knows the newest."""
        async with self._hidden_lock:
            self.hidden = await in_database(hidden_names)(self.player_id)

    async def _recheck_soon(self, reason: str) -> None:
        try:
            await self.recheck(reason=reason)
        except DatabaseError as error:
            # What is suspended stays so until a heartbeat could look.
            logger.warning("The rights of a socket could not be read: %s", error)

    async def recheck(self, *, reason: str = "access_changed") -> None:
        """Close when the player is signed out or shut out; leave the rooms that he may no longer read."""
        rooms = list(self.subscriptions)
        standing = await in_database(permissions.standing)(self.player_id, self.session_key, rooms)
        if not standing.is_active:
            self.close(CLOSE_FORBIDDEN, standing.reason)
        elif not standing.is_signed_in:
            self.close(CLOSE_SIGNED_OUT, "signed_out")
        for room in rooms:
            if room not in standing.readable:
                await self.revoke(room, reason)
            elif room in self.subscriptions:
                self.subscriptions[room].is_suspended = False
                self.subscriptions[room].pull()

    async def revoke(self, room: UUID, reason: str) -> None:
        if room in self.subscriptions:
            self.subscriptions[room].is_suspended = True
            self.say("revoked", room=str(room), reason=reason)
            await drop(self, room)

    async def enter(self) -> None:
        await hub.join(self.group, self.hear)

    async def leave(self) -> None:
        """The socket is gone; only its row's expiry decides that the player is."""
        self.is_closing = True
        for task in self._tasks:
            task.cancel()
        for room in list(self.subscriptions):
            await drop(self, room)
        await hub.leave(self.group, self.hear)


async def show_anew(connection: Connection, other: UUID) -> None:
    """Send the rooms where the other is or was once more, with or without what the other wrote."""
    try:
        await connection.load_hidden()
        for room in await in_database(rooms_with)(other, list(connection.subscriptions)):
            if room in connection.subscriptions:
                await subscribe(connection, room, epoch=None, seq=0)
    except (DatabaseError, DomainError) as error:
        # What came to be hidden stays so; pages that are loaded again show the truth.
        logger.warning("The blocks of a socket could not be read: %s", error)
