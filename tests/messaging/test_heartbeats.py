"""Who is still there: heartbeats that are looked at together, and whoever falls silent."""

import asyncio
from uuid import uuid4

import pytest

from messaging import connections, consumers, heartbeats
from messaging.actions.beats import beat_together
from messaging.connections import Connection
from messaging.database import in_database
from tests.factories.messaging import ChannelMemberFactory
from tests.messaging.sockets import Tab, cookie_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def looked_at(monkeypatch):
    """How many were looked at in each step."""
    counts = []

    async def look(beats):
        counts.append(len(beats))
        return await in_database(beat_together)(beats)

    monkeypatch.setattr(heartbeats, "_beat_together", look)
    return counts


async def test_who_never_says_hello_is_let_go(player, monkeypatch):
    monkeypatch.setattr(consumers, "HELLO_WITHIN_SECONDS", 0.05)
    tab = Tab(await in_database(cookie_of)(player))
    await tab.open()

    assert await tab.close_code() == connections.CLOSE_PROTOCOL


async def test_who_falls_silent_is_let_go_and_whoever_says_something_stays(player, monkeypatch):
    monkeypatch.setattr(consumers, "HELLO_WITHIN_SECONDS", 0.2)
    monkeypatch.setattr(consumers, "SILENT_FOR_SECONDS", 1.0)
    tab = await Tab.of(player)
    for _ in range(4):
        await asyncio.sleep(0.4)
        await tab.tell("ack", n=0)
        assert tab.heard == []

    assert await tab.close_code() == connections.CLOSE_SLOW


async def test_who_is_let_go_and_no_longer_reads_ends_all_the_same(monkeypatch):
    monkeypatch.setattr(consumers, "HELLO_WITHIN_SECONDS", 0.05)
    monkeypatch.setattr(consumers, "FLUSH_SECONDS", 0.05)
    connection = Connection(player_id=1, player_uuid=uuid4(), session_key="")
    connection.say("ready")

    async def never(*_):
        await asyncio.Event().wait()

    await asyncio.wait_for(consumers.serve(connection, never, never), 10)

    assert connection.is_closing


async def test_those_who_beat_at_the_same_time_are_looked_at_in_one_step(channel, player, looked_at):
    other = (await in_database(ChannelMemberFactory)(channel=channel)).player
    tabs = [await Tab.of(player, channel), await Tab.of(other, channel)]

    await asyncio.gather(*(tab.tell("ping", state="active") for tab in tabs))
    pongs = [await tab.next("pong") for tab in tabs]

    assert [pong["heads"] for pong in pongs] == [{str(channel.uuid): 0}] * 2
    assert sum(looked_at) == 2
    for tab in tabs:
        await tab.leave()


async def test_more_than_a_step_takes_are_looked_at_in_several(channel, player, looked_at, monkeypatch):
    monkeypatch.setattr(heartbeats, "MOST", 2)
    monkeypatch.setattr(heartbeats, "TOGETHER_SECONDS", 0.5)
    tabs = [await Tab.of(player, channel) for _ in range(3)]

    await asyncio.gather(*(tab.tell("ping", state="active") for tab in tabs))
    for tab in tabs:
        await tab.next("pong")

    assert max(looked_at) <= 2
    for tab in tabs:
        await tab.leave()


async def test_who_is_looked_at_just_now_has_his_turn_in_the_next_round(channel, player, looked_at):
    tab = await Tab.of(player, channel)
    (connection,) = consumers._open
    async with connection.sight_lock:
        await tab.tell("ping", state="active")
        await tab.silent()
        assert looked_at == []

    assert await tab.next("pong")
    await tab.leave()


async def test_a_step_that_fails_is_told_and_the_next_beat_comes(channel, player, monkeypatch):
    async def away(_):
        raise heartbeats.DatabaseError("away")

    tab = await Tab.of(player, channel)
    with monkeypatch.context() as patch:
        patch.setattr(heartbeats, "_beat_together", away)
        await tab.tell("ping", state="active")
        assert (await tab.next("err"))["code"] == "unavailable"

    await tab.tell("ping", state="active")

    assert await tab.next("pong")
    await tab.leave()
