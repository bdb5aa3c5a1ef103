"""The heartbeats of sockets: nobody waits for their answers, so all of a while are looked at in one step.

A page that only listens costs what its heartbeats cost.
"""

import asyncio
import logging

from django.db import DatabaseError
from django.utils import timezone

from messaging.connections import AWAY, Connection
from messaging.desk import pulse

logger = logging.getLogger(__name__)

# How long one may wait for others. A client gives up after ten seconds without an answer.
TOGETHER_SECONDS = 2.0


def beat_soon(connection: Connection, state: str) -> None:
    """The rights are looked at, and the player is there for another minute; one that is under way is enough."""
    connection.state = state
    connection.beats += 1
    if connection.beating is None or connection.beating.done():
        connection.beating = connection.soon(_beat(connection))


async def _beat(connection: Connection) -> None:
    await asyncio.sleep(-asyncio.get_running_loop().time() % TOGETHER_SECONDS)
    try:
        found = await connection.look(pulse.say, "access_changed")
    except DatabaseError as error:
        logger.error("A heartbeat met a database that is away: %s", error)
        connection.say("err", id=None, code="unavailable", message=AWAY)
        return
    if connection.is_closing:
        return
    for subscription in connection.subscriptions.values():
        subscription.head = max(subscription.head, found.heads.get(subscription.room, 0))
        subscription.pull()
    connection.say("pong", heads=found.heads, t=timezone.now())
