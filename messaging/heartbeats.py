"""The heartbeats of sockets: nobody waits for their answers, so all of a while are looked at in one step.

A page that only listens costs what its heartbeats cost.
"""

import asyncio
import logging
from collections.abc import Sequence

from django.db import DatabaseError
from django.utils import timezone

from messaging.actions.beats import Beaten, beat_together
from messaging.connections import AWAY, Connection, beat_of, obey
from messaging.database import for_arrivals
from messaging.queries.ahead import Beat
from padawanforge.kit.prepared import LONGEST

logger = logging.getLogger(__name__)

# How long one may wait for others. A client gives up after ten seconds without an answer.
TOGETHER_SECONDS = 2.0
MOST = LONGEST

_beat_together = for_arrivals(beat_together)


class _Pulse:
    """Those who have beaten since the last round, and the task that begins the next one."""

    def __init__(self) -> None:
        self._waiting: dict[Connection, None] = {}
        self._round: asyncio.Task | None = None

    def add(self, connection: Connection) -> None:
        self._waiting[connection] = None
        if self._round is None or self._round.get_loop() is not asyncio.get_running_loop():
            self._round = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(-asyncio.get_running_loop().time() % TOGETHER_SECONDS)
                here = [connection for connection in self._waiting if not connection.is_closing]
                self._waiting.clear()
                for start in range(0, len(here), MOST):
                    await self._beat(here[start : start + MOST])
        finally:
            self._round = None

    async def _beat(self, connections: Sequence[Connection]) -> None:
        # Who is being looked at just now has his turn in the next round: the last to read knows the newest.
        free = [connection for connection in connections if not connection.sight_lock.locked()]
        self._waiting |= dict.fromkeys(set(connections).difference(free))
        if not free:
            return
        try:
            found = await _look_at(free)
        except DatabaseError as error:
            logger.error("Heartbeats met a database that is away: %s", error)
            for connection in free:
                connection.say("err", id=None, code="unavailable", message=AWAY)
        except Exception:
            # The next beat comes all the same.
            logger.exception("Heartbeats failed.")
        else:
            for connection, (beat, beaten) in zip(free, found, strict=True):
                await obey(connection, beaten.standing, beat.rooms, "access_changed")
                _answer(connection, beaten)


_pulse = _Pulse()


def beat_soon(connection: Connection, state: str) -> None:
    """The rights are looked at, and the player is there for another minute; one that is under way is enough."""
    connection.state = state
    connection.beats += 1
    _pulse.add(connection)


async def _look_at(connections: Sequence[Connection]) -> list[tuple[Beat, Beaten]]:
    for connection in connections:
        await connection.sight_lock.acquire()
    try:
        heard = [connection.blocks_heard for connection in connections]
        beats = [beat_of(connection) for connection in connections]
        found = await _beat_together(beats)
        for connection, beaten, before in zip(connections, found, heard, strict=True):
            connection.take_sight(beaten, before)
        return list(zip(beats, found, strict=True))
    finally:
        for connection in connections:
            connection.sight_lock.release()


def _answer(connection: Connection, found: Beaten) -> None:
    if connection.is_closing:
        return
    for subscription in connection.subscriptions.values():
        subscription.head = max(subscription.head, found.heads.get(subscription.room, 0))
        subscription.pull()
    connection.say("pong", heads=found.heads, t=timezone.now())
