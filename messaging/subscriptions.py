"""One room on one connection: what the client has been sent, and the pull of what it lacks.

The log in the database is the truth. A nudge that carries the next number is passed on as it is; anything
else only raises `head`, and the lines between are read from the log in order.
"""

import asyncio
import logging
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import DatabaseError
from django.utils import timezone

from messaging import events, kinds, permissions, rules
from messaging.actions.presence import note_presence
from messaging.actions.receipts import note_delivered
from messaging.models import Channel
from messaging.models.channel import PERSONAL
from messaging.queries import logged_after, message_seen_by, messages_before, own_reactions, person_data
from messaging.queries.ahead import know_members
from messaging.queries.keeping import drafts_in
from messaging.queries.membership import membership
from messaging.queries.newest import newest_in
from messaging.queries.personal import own_state
from messaging.queries.polls import own_votes_in
from messaging.queries.presence import seen_by
from messaging.queries.taken import Taken, taken_by
from messaging.queries.threads import thread_summaries
from messaging.refusals import NotMember
from messaging.rules.direct import DIRECT
from padawanforge.kit import hub
from padawanforge.kit.memory import one_reading
from players.models import Player
from players.queries.relationships import hidden_from

logger = logging.getLogger(__name__)

PAGE = 200
# Signals that nobody gets who hides that he is there himself.
OF_OTHERS = frozenset({"presence", "typing"})
MAX_RESUME = 1000

# Not the one thread that asgiref gives to a process: a slow query would hold up every socket.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sockets")
in_database = partial(database_sync_to_async, thread_sensitive=False, executor=_threads)

# The highest number that this process has seen of each group with local sockets, for `poll_heads`.
_seen: dict[str, int] = {}
# What the database said at the last poll.
_heads: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Opening:
    """What the answer to `sub` says; read after the group was joined, so that nothing falls in between."""

    channel: Channel
    mode: str
    fields: dict
    moderates: bool
    taken: Taken = field(default_factory=Taken)


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
        self.group = f"channel.{room.hex}"
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
        opening = await in_database(open_room)(self.connection, UUID(self.room), epoch, seq)
        self.channel = opening.channel
        self.moderates, self.taken = opening.moderates, opening.taken
        self.sent = seq if opening.mode == "resumed" else opening.channel.last_seq
        self.head = max(self.head, opening.channel.last_seq)
        note_seen(self.group, self.head)
        return opening

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
        elif self._may_hear(message) and not self.connection.window.is_half_full:
            self.connection.tell(message["text"], may_be_lost=True)

    def _may_hear(self, signal: dict) -> bool:
        if self.connection.is_unseen and signal.get("of") in OF_OTHERS:
            return False
        return self.may_forward and signal.get("about") not in self.connection.hidden

    def _hear_event(self, nudge: dict) -> None:
        seq = nudge["seq"]
        note_seen(self.group, seq)
        self.head = max(self.head, seq)
        is_next = seq == self.sent + 1 and self._pulling is None
        if is_next and self.may_forward and not self.connection.window.is_full:
            self._forward(nudge)
        else:
            self.pull()

    def pull(self) -> None:
        """Read what is missing, unless that is being done or the client has too much to digest already."""
        if self._is_behind() and self._pulling is None:
            self._pulling = asyncio.ensure_future(self._pull())

    def _is_behind(self) -> bool:
        return self.may_forward and self.sent < self.head and not self.connection.window.is_full

    async def _pull(self) -> None:
        try:
            while self._is_behind():
                limit = min(PAGE, self.connection.window.room)
                nudges = await in_database(nudges_after)(self.channel, self.sent, limit)
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


@one_reading()
def open_room(connection: Listener, room: UUID, epoch: UUID | None, seq: int) -> Opening:
    """Check the access, note the presence, and read what the client needs to begin."""
    know_members([connection.player_id], [room], timezone.now())
    grant = permissions.reading(connection.player_id, room)
    channel, player = grant.channel, grant.player
    is_resumable = epoch == channel.log_epoch and 0 <= channel.last_seq - seq <= MAX_RESUME
    mode = "resumed" if is_resumable else "reset"
    begin = {"head": channel.last_seq, "epoch": str(channel.log_epoch)}
    if channel.kind == PERSONAL:
        return Opening(channel, mode, {**begin, **own_state(player)}, moderates=False)
    note_presence(
        channels=[channel], player=player, connection=connection.uuid, state=connection.state,
        now=timezone.now(),
    )  # fmt: skip
    hidden = hidden_from(player)
    member = membership(player, channel)
    moderates = permissions.may_moderate(player, channel)
    seen = seen_by(player, channel, hidden=hidden)
    fields: dict = {
        **begin,
        "viewer": person_data(player),
        "me": {
            "role": member.role if member else "",
            "read_seq": member.read_seq if member else 0,
            "may_post": permissions.may_post(player, channel),
        },
        "own_reactions": own_reactions(channel, player),
        "own_votes": own_votes_in(channel, player),
        "drafts": drafts_in(channel, player),
        "present": seen.count,
        "people": [events.presence_data(entry) for entry in seen.people],
        "speaking": kinds.get(channel.kind).speaking(channel),
    }
    if channel.kind == DIRECT:
        # What a page gets with this answer has come to the player, read or not.
        note_delivered(channel=channel, player=player, seq=channel.last_seq)
    if not is_resumable:
        fields |= snapshot(player, channel, hidden, moderates=moderates)
    return Opening(channel, mode, fields, moderates, taken_by(player, channel))


def snapshot(
    player: Player, channel: Channel, hidden: Collection[int], *, moderates: bool
) -> dict[str, object]:
    """What was said last, and what stands under it."""
    if newest := newest_in(channel, hidden=hidden):
        return {"messages": newest.for_player(player), "threads": newest.threads(player, hidden=hidden)}
    shown = messages_before(channel, channel.last_seq + 1, hidden=hidden, viewer=player, moderates=moderates)
    return {
        "messages": [message_seen_by(message, player) for message in shown],
        "threads": thread_summaries(player, shown, hidden=hidden),
    }


async def subscribe(connection: Listener, room: UUID, *, epoch: UUID | None, seq: int) -> None:
    """Answer with `sub`, then send what follows; the same for a new room and for a gap in a known one."""
    subscription = connection.subscriptions.get(room)
    if subscription is None:
        subscription = connection.subscriptions[room] = Subscription(connection, room)
    try:
        opening = await subscription.open(epoch=epoch, seq=seq)
        if connection.subscriptions.get(room) is not subscription:
            raise NotMember("You are not in this room.")
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

    One query when nothing happened. What is new since the last time may be on its way; only what is missing for
    the second time is read, once for all sockets of this process.
    """
    listening = hub.groups()
    for group in set(_seen) - listening:
        _seen.pop(group, None)
    rooms = [group.removeprefix("channel.") for group in _seen]
    channels = list(Channel.objects.filter(uuid__in=rooms).order_by("pk"))
    expected = {channel.group: _heads.get(channel.group, 0) for channel in channels}
    _heads.clear()
    _heads.update({channel.group: channel.last_seq for channel in channels})
    behind = [
        (channel, _seen.get(channel.group, channel.last_seq))
        for channel in channels
        if expected[channel.group] > _seen.get(channel.group, channel.last_seq)
    ]
    for channel, seq in behind:
        for nudge in nudges_after(channel, seq, PAGE):
            hub.send_locally(channel.group, {"kind": "event", **nudge})
    return len(behind)
