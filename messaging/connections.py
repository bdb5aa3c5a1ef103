"""One socket of one tab: its outbox, its window, and the rooms it listens to.

Nothing here is known to the connection alone except what it listens to and how far it has been told.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import DatabaseError

from messaging import frames, permissions, rules
from messaging.actions.beats import Beaten, look_again, sight_of
from messaging.actions.greetings import Greeting
from messaging.database import in_database
from messaging.desk import welcome
from messaging.events import EVERYBODY, player_group
from messaging.models import LiveConnection
from messaging.outbox import CLOSE, Outbox, Send
from messaging.queries.ahead import Beat
from messaging.queries.blocks import rooms_with
from messaging.subscriptions import Subscription, drop, subscribe
from padawanforge.kit import hub, near
from padawanforge.kit.errors import DomainError

logger = logging.getLogger(__name__)

OUTBOX_FRAMES = 256
AWAY = "The forge is out of breath. Try again."
CLOSE_PROTOCOL, CLOSE_SIGNED_OUT, CLOSE_FORBIDDEN, CLOSE_SLOW = 4400, 4401, 4403, 4408
CLOSE_VERSION, CLOSE_FLOOD, CLOSE_RESTART = 4410, 4429, 4503


class Connection:
    def __init__(
        self, *, player_id: int, player_uuid: UUID, session_key: str, places: Sequence[str] = ()
    ) -> None:
        self.player_id, self.player_uuid, self.session_key = player_id, player_uuid, session_key
        # What it takes up of how many there may be.
        self.places = places
        # Our own id, not the client's: nobody shall name another tab's connection.
        self.uuid = uuid4()
        self.state: str = LiveConnection.State.ACTIVE
        self.clock = time.monotonic
        self.window = rules.Window()
        self.bucket = rules.Bucket(self.clock())
        self.invalid, self.floods = rules.Strikes(rules.STRIKES), rules.Strikes(rules.FLOOD)
        self.typing = rules.TypingPace()
        self.subscriptions: dict[UUID, Subscription] = {}
        self.is_greeted = self.is_closing = False
        # When it began to wait for the next frame; None while one is being answered.
        self.waits_since: float | None = None
        self.outbox = Outbox()
        self.is_flushed = asyncio.Event()
        # Whom the player doesn't see, by hex uuid, and whether he hides that he is there and so doesn't see others.
        self.hidden: frozenset[str] = frozenset()
        self.is_unseen = False
        self.sight_lock, self.blocks_heard = asyncio.Lock(), 0
        self._tasks: set[asyncio.Task] = set()
        self.beats = 0

    @property
    def group(self) -> str:
        return player_group(self.player_uuid)

    def say(self, op: str, **fields: object) -> None:
        self.tell(frames.encode(op, **fields))

    def tell(self, text: str, *, may_be_lost: bool = False) -> None:
        """Send a frame; a client that does not take its answers is let go."""
        if self.is_closing:
            return
        if len(self.outbox) < OUTBOX_FRAMES:
            self.outbox.put({"type": "websocket.send", "text": text})
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
            frame = {"type": CLOSE, "code": code}
            self.outbox.put({**frame, "reason": reason} if reason else frame)

    async def write(self, send: Send) -> None:
        """Empty the outbox until the socket is closed."""
        await self.outbox.run(send)
        self.is_flushed.set()

    def hear(self, message: dict) -> None:
        """What is told to the player, on every connection; called by the hub, returns at once."""
        if message["kind"] == "access":
            self.hear_access(message)
        elif message["kind"] == "block":
            # From this moment; whether it was a block or its end is read from the database.
            self.hidden |= {message["other"]}
            self.blocks_heard += 1
            self.soon(show_anew(self, UUID(message["other"])))
        elif message["kind"] == "taken":
            take_away(self, message)
        elif not self.window.is_half_full:
            self.tell(message["text"], may_be_lost=True)

    def hear_access(self, message: dict) -> None:
        """The player's rights changed: nothing more goes out until they have been looked at again."""
        room = UUID(message["room"]) if message["room"] else None
        for subscription in self.subscriptions.values():
            if room is None or subscription.room == message["room"]:
                subscription.is_suspended = True
        self.soon(self._recheck(message["reason"]))

    def soon(self, doing: Coroutine) -> asyncio.Task:
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def load_hidden(self) -> None:
        """One at a time: the last to read knows the newest."""
        async with self.sight_lock:
            self.hidden, self.is_unseen = await in_database(sight_of)(self.player_id)

    async def _recheck(self, reason: str) -> None:
        """Close when the player is signed out or shut out; leave the rooms that he may no longer read."""
        try:
            beat = beat_of(self)
            async with self.sight_lock:
                heard = self.blocks_heard
                found = await in_database(look_again)(beat)
                self.take_sight(found, heard)
            await obey(self, found.standing, beat.rooms, reason)
        except DatabaseError as error:
            # What is suspended stays so until a heartbeat could look.
            logger.warning("The rights of a socket could not be read: %s", error)

    def take_sight(self, found: Beaten, heard: int) -> None:
        """Whom he sees is looked at with his rights, for what is told of it may get lost; under the lock.

        A block that came since `heard` may not have been read; whoever it woke waits for the lock.
        """
        if found.sight is not None and heard == self.blocks_heard:
            self.hidden, self.is_unseen = found.sight

    async def revoke(self, room: UUID, reason: str, until: datetime | None = None) -> None:
        if room in self.subscriptions:
            self.subscriptions[room].is_suspended = True
            ends = {"until": until.isoformat()} if until else {}
            self.say("revoked", room=str(room), reason=reason, **ends)
            await drop(self, room)

    async def enter(self) -> None:
        await near.listen()
        for group in (self.group, EVERYBODY):
            await hub.join(group, self.hear)

    async def leave(self) -> None:
        """The socket is gone; only its row's expiry decides that the player is."""
        self.is_closing = True
        for task in self._tasks:
            task.cancel()
        for room in list(self.subscriptions):
            await drop(self, room)
        for group in (self.group, EVERYBODY):
            await hub.leave(group, self.hear)


async def greet(connection: Connection, *, keeps_log: bool) -> dict | None:
    """What the player is told of himself; None when he was shut out meanwhile, and the socket closes."""
    # As with a heartbeat: the last to read knows the newest.
    async with connection.sight_lock:
        greeted = await welcome.say(Greeting(connection.uuid, connection.player_id, keeps_log))
        if greeted is None:
            connection.close(CLOSE_FORBIDDEN)
            return None
        connection.hidden, connection.is_unseen = greeted.sight
    return greeted.me


def beat_of(connection: Connection) -> Beat:
    rooms = connection.subscriptions.items()
    return Beat(
        connection=connection.uuid,
        player_id=connection.player_id,
        session_key=connection.session_key,
        state=connection.state,
        rooms=tuple(room for room, _ in rooms),
        overheard=tuple(room for room, known in rooms if known.moderates),
        shown=tuple(room for room, known in rooms if known.channel is not None),
        # They last for three heartbeats.
        slots=connection.places if connection.beats % 2 else (),
    )


async def obey(
    connection: Connection, standing: permissions.Standing, rooms: Sequence[UUID], reason: str
) -> None:
    """Take the rights as they were found, for the rooms that were asked about."""
    if not standing.is_active:
        connection.close(CLOSE_FORBIDDEN, standing.reason)
    elif not standing.is_signed_in:
        connection.close(CLOSE_SIGNED_OUT, "signed_out")
    for room in rooms:
        if room not in standing.readable:
            await connection.revoke(room, reason, standing.shut_until.get(room))
        elif subscription := connection.subscriptions.get(room):
            subscription.moderates &= room in standing.moderated
            subscription.is_suspended = False
            subscription.pull()


def take_away(connection: Connection, message: dict) -> None:
    """The player took something away for himself on one of his pages: none of them is told of it again."""
    subscription = connection.subscriptions.get(UUID(message["room"]))
    if subscription is not None:
        subscription.taken.add(message=message["message"], up_to=message["up_to"])
    connection.tell(message["text"])


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
