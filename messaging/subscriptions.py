"""One room on one connection: what the client has been sent, and the pull of what it lacks.

The log in the database is the truth. A nudge that carries the next number is passed on as it is; anything
else only raises `head`, and what lies between is told in order: from what was told a moment ago, or from the log.
"""

import asyncio
import logging
from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from django.db import DatabaseError
from django.db.models import QuerySet

from messaging import events, recent, rules
from messaging.actions.openings import Arrival, Opening
from messaging.database import in_database
from messaging.desk import door
from messaging.models import Channel
from messaging.models.channel import GROUP, group_of
from messaging.queries import logged_after
from messaging.queries.taken import Taken
from messaging.refusals import NotMember
from padawanforge.kit import hub
from padawanforge.kit.prepared import LONGEST, prepared

logger = logging.getLogger(__name__)

PAGE = 200
# Signals that nobody gets who hides that he is there himself.
OF_OTHERS = frozenset({"presence", "typing"})

# The highest number that this process has seen of each group with local sockets, for `poll_heads`.
_seen: dict[str, int] = {}
# What the database said at the last poll.
_heads: dict[str, int] = {}


class Listener(Protocol):
    """What a subscription needs of the connection that it belongs to."""

    uuid: UUID
    player_id: int
    player_uuid: UUID
    hidden: frozenset[str]
    is_unseen: bool
    state: str
    window: rules.Window
    subscriptions: dict[UUID, "Subscription"]

    def say(self, op: str, **fields: object) -> None: ...
    def tell(self, text: str, *, may_be_lost: bool = False) -> None: ...
    def tell_event(self, body: str) -> None: ...


class Subscription:
    def __init__(self, connection: Listener, room: UUID) -> None:
        self.connection = connection
        self.room = str(room)
        self.group = group_of(room)
        self.channel: Channel | None = None
        self.sent = self.head = 0
        self.is_open = self.is_suspended = False
        self.taken = Taken()
        # Who moderates hears whispers too; looked at again whenever the rights are.
        self.moderates = False
        self._pulling: asyncio.Task | None = None

    @property
    def may_forward(self) -> bool:
        return self.is_open and not self.is_suspended

    async def open(self, *, epoch: UUID | None, seq: int) -> Opening:
        """Start, or start again: with what is missing after `seq`, or from a snapshot if that is much."""
        self.is_open = False
        await hub.join(self.group, self.receive)
        opening = await door.say(self._arrival(epoch, seq))
        self.channel = opening.channel
        self.moderates, self.taken = opening.moderates, opening.taken
        self.sent = seq if opening.mode == "resumed" else opening.channel.last_seq
        self.head = max(self.head, opening.channel.last_seq)
        note_seen(self.group, self.head)
        return opening

    def _arrival(self, epoch: UUID | None, seq: int) -> Arrival:
        told = self.connection
        return Arrival(told.player_id, told.uuid, told.state, UUID(self.room), epoch, seq)

    def start(self) -> None:
        self.is_open = True
        self.pull()

    async def close(self) -> None:
        self.is_open = False
        await hub.leave(self.group, self.receive)

    def receive(self, message: dict) -> None:
        """Called by the hub on the server's loop; returns at once."""
        if message["kind"] == "event":
            self._hear_event(message)
        elif self.may_forward and not self.connection.window.is_half_full:
            self._hear_signal(message)

    def _hear_signal(self, signal: dict) -> None:
        if self.connection.is_unseen and signal.get("of") in OF_OTHERS:
            return
        about, hidden = signal.get("about", {}), self.connection.hidden
        if hidden.isdisjoint(about):
            self.connection.tell(signal["text"], may_be_lost=True)
            return
        # Of several people those whom the player sees.
        for person, text in about.items():
            if text and person not in hidden:
                self.connection.tell(text, may_be_lost=True)

    def _hear_event(self, nudge: dict) -> None:
        seq = nudge["seq"]
        note_seen(self.group, seq)
        self.head = max(self.head, seq)
        if nudge.get("rewrites"):
            recent.note_change(self.group, nudge["at"], seq)
        is_next = seq == self.sent + 1 and self._pulling is None
        if is_next and self.may_forward and not self.connection.window.is_full:
            self._forward(nudge)
        else:
            recent.keep(self.group, nudge)
            self.pull()

    def pull(self) -> None:
        """Send what is missing, unless that is being done or the client has too much to digest already."""
        if self._pulling is not None:
            return
        while self._is_behind() and (nudges := recent.after(self.group, self.sent, self._takes)):
            self._forward_all(nudges)
        if self._is_behind():
            self._pulling = asyncio.ensure_future(self._pull())

    @property
    def _takes(self) -> int:
        """How many events the client takes at the moment."""
        return min(PAGE, self.connection.window.room)

    def _is_behind(self) -> bool:
        return self.may_forward and self.sent < self.head and not self.connection.window.is_full

    async def _pull(self) -> None:
        try:
            while self._is_behind():
                nudges = recent.after(self.group, self.sent, self._takes)
                nudges = nudges or await in_database(nudges_after)(self.channel, self.sent, self._takes)
                if not nudges:
                    break
                self._forward_all(nudges)
        except DatabaseError as error:
            # The next heartbeat or nudge pulls again.
            logger.warning("A socket could not read the log: %s", error)
        finally:
            self._pulling = None

    def _forward_all(self, nudges: list[dict]) -> None:
        for nudge in nudges:
            # Another `resume` may have moved `sent` while the lines were read.
            if not self._is_behind() or nudge["seq"] != self.sent + 1:
                return
            self._forward(nudge)

    def _forward(self, nudge: dict) -> None:
        self.connection.tell_event(self.body_of(nudge))
        self.sent = nudge["seq"]

    def body_of(self, nudge: dict) -> str:
        author = nudge.get("author", "")
        is_kept = author in self.connection.hidden or not self._may_overhear(nudge)
        if is_kept or self.taken.holds(nudge.get("message", ""), nudge.get("at", 0)):
            return events.hidden_body(self.room, nudge["seq"])
        is_own = nudge.get("owner", author) == self.connection.player_uuid.hex
        return nudge.get("own_body", nudge["body"]) if is_own else nudge["body"]

    def _may_overhear(self, nudge: dict) -> bool:
        between = nudge.get("between")
        return not between or self.moderates or self.connection.player_uuid.hex in between


def nudges_after(channel: Channel, seq: int, limit: int) -> list[dict]:
    return [events.nudge(channel, line) for line in logged_after(channel.pk, seq, limit)]


async def subscribe(connection: Listener, room: UUID, *, epoch: UUID | None, seq: int) -> None:
    """Answer with `sub`, then send what follows; the same for a new room and for a gap in a known one."""
    subscription = connection.subscriptions.get(room)
    if subscription is None:
        subscription = connection.subscriptions[room] = Subscription(connection, room)
    was_open = subscription.is_open
    try:
        opening = await subscription.open(epoch=epoch, seq=seq)
        if connection.subscriptions.get(room) is not subscription:
            raise NotMember("You are not in this room.")
    except DatabaseError:
        if was_open:
            # It hears on as before, and pulls what it lacks when the database is back.
            subscription.start()
        else:
            await drop(connection, room)
        raise
    except BaseException:
        await drop(connection, room)
        raise
    connection.say("sub", room=subscription.room, mode=opening.mode, **opening.fields)
    subscription.start()


async def drop(connection: Listener, room: UUID) -> None:
    subscription = connection.subscriptions.pop(room, None)
    if subscription is not None:
        await subscription.close()


def note_seen(group: str, seq: int) -> None:
    _seen[group] = max(seq, _seen.get(group, 0))


def poll_heads() -> int:
    """Find what was logged without a nudge (by a command in another process, or while the broker was away).

    One short query for each few dozen channels when nothing happened. What is new since the last time may be on
    its way; only what is missing for the second time is read, once for all sockets of this process.
    """
    listening = hub.groups()
    for group in set(_seen) - listening:
        _seen.pop(group, None)
    rooms = {UUID(group.removeprefix(GROUP)): group for group in _seen}
    asked = list(rooms)
    some = (asked[start : start + LONGEST] for start in range(0, len(asked), LONGEST))
    heads = {rooms[uuid]: head for uuids in some for uuid, head in _heads_of(uuids)}
    expected = {group: _heads.get(group, 0) for group in heads}
    _heads.clear()
    _heads.update(heads)
    late = [uuid for uuid, group in rooms.items() if _is_late(group, expected.get(group, 0))]
    behind = Channel.objects.filter(uuid__in=late) if late else ()
    for channel in behind:
        for nudge in nudges_after(channel, _seen.get(channel.group, channel.last_seq), PAGE):
            hub.send_locally(channel.group, {"kind": "event", **nudge})
    return len(late)


def _is_late(group: str, expected: int) -> bool:
    return expected > _seen.get(group, expected)


@prepared
def _heads_of(rooms: Collection[UUID]) -> QuerySet[Channel, tuple[UUID, int]]:
    return Channel.objects.filter(uuid__in=rooms).values_list("uuid", "last_seq")
