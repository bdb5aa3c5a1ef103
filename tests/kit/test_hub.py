import asyncio
import os

import pytest
from channels.layers import get_channel_layer
from django.test import override_settings

from padawanforge.kit import hub
from padawanforge.kit.census import ROUNDS

REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9")


class Silent:
    """A layer whose broker is away."""

    def __init__(self, **config):
        pass

    async def new_channel(self):
        raise ConnectionRefusedError

    group_add = group_discard = group_send = receive = new_channel


def layer(backend, **config):
    return override_settings(CHANNEL_LAYERS={"default": {"BACKEND": backend, "CONFIG": config}})


@pytest.fixture
def redis_layer():
    host = {"address": REDIS, "socket_timeout": 30, "socket_connect_timeout": 2}
    with layer("channels_redis.pubsub.RedisPubSubChannelLayer", hosts=[host]):
        yield


class Recording:
    """A layer that keeps what it is told to send; `arrive` is what another process sends."""

    sent: list[dict] = []
    asked: list[tuple[str, str]] = []
    arriving: asyncio.Queue

    def __init__(self, **config):
        type(self).sent = []
        type(self).asked = []
        type(self).arriving = asyncio.Queue()

    async def new_channel(self):
        return "here"

    async def group_add(self, group, channel):
        self.asked.append(("add", group))
        await asyncio.sleep(0.01)

    async def group_discard(self, group, channel):
        self.asked.append(("discard", group))

    async def group_send(self, group, envelope):
        self.sent.append(envelope)
        self.asked.append(("send", group))

    async def receive(self, channel):
        return await self.arriving.get()


async def until(condition, seconds=2.0):
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        await asyncio.sleep(0.01)


async def test_a_message_reaches_the_members_of_its_group_only():
    hub.capture_loop()
    here, there = [], []
    await hub.join("room.a", here.append)
    await hub.join("room.b", there.append)

    await asyncio.to_thread(hub.send, "room.a", {"kind": "event"})
    await until(lambda: here)

    assert (here, there) == ([{"kind": "event"}], [])
    assert (hub.members("room.a"), {"room.a", "room.b"} <= hub.groups()) == (1, True)
    await hub.leave("room.a", here.append)
    await hub.leave("room.b", there.append)


async def test_an_empty_group_is_forgotten():
    hub.capture_loop()
    heard = []
    await hub.join("room.a", heard.append)

    await hub.leave("room.a", heard.append)
    hub.deliver("room.a", {"kind": "event"})

    assert (heard, hub.members("room.a"), "room.a" in hub.groups()) == ([], 0, False)


async def test_a_receiver_that_fails_keeps_nothing_from_the_others(caplog):
    hub.capture_loop()
    heard = []

    def fail(message):
        raise ZeroDivisionError

    for receiver in (fail, heard.append):
        await hub.join("room.a", receiver)

    hub.deliver("room.a", {"kind": "event"})

    assert heard == [{"kind": "event"}]
    assert "A receiver of room.a failed." in caplog.text
    for receiver in (fail, heard.append):
        await hub.leave("room.a", receiver)


def test_sending_without_a_server_is_harmless():
    hub.send("room.a", {"kind": "event"})

    assert hub.members("room.a") == 0


async def test_a_layer_that_is_away_slows_nobody_down_and_keeps_nothing_from_who_is_here(caplog):
    with layer("tests.kit.test_hub.Silent"):
        hub.capture_loop()
        heard = []
        await asyncio.wait_for(hub.join("room.a", heard.append), 1)
        for _ in range(5):
            hub.send("room.a", {"kind": "event"})
        await asyncio.sleep(0.05)
        await hub.leave("room.a", heard.append)

    assert "The channel layer is away" in caplog.text
    assert heard == [{"kind": "event"}] * 5
    hub.reset_breaker()


async def test_what_other_processes_send_is_heard_and_what_we_sent_only_once(redis_layer):
    hub.capture_loop()
    heard = []
    await hub.join("room.echo", heard.append)

    hub.send("room.echo", {"kind": "ours"})
    theirs = {"type": "hub", "origin": "another", "group": "room.echo", "message": {"kind": "theirs"}}
    earlier = {"type": "hub", "group": "room.echo", "message": {"kind": "of an earlier version"}}
    # After ours on the same connection, so that ours has come back before it.
    await asyncio.sleep(0.05)
    for envelope in (earlier, theirs):
        await get_channel_layer().group_send("room.echo", envelope)
    await until(lambda: {"kind": "theirs"} in heard)

    assert heard == [{"kind": "ours"}, {"kind": "of an earlier version"}, {"kind": "theirs"}]
    await hub.leave("room.echo", heard.append)


async def test_who_joins_at_once_with_others_hears_as_well(redis_layer):
    hub.capture_loop()
    heard = []
    groups = [f"room.rush{number}" for number in range(20)]
    await asyncio.gather(*(hub.join(group, heard.append) for group in groups))

    for group in groups:
        hub.send(group, {"kind": group})
    await until(lambda: len(heard) == len(groups))

    assert sorted(message["kind"] for message in heard) == sorted(groups)
    for group in groups:
        await hub.leave(group, heard.append)


async def test_groups_that_could_not_be_joined_are_joined_later(redis_layer):
    heard = []
    with layer("tests.kit.test_hub.Silent"):
        hub.capture_loop()
        await hub.join("room.late", heard.append)
    hub.reset_breaker()

    await hub.renew()
    hub.send("room.late", {"kind": "event"})
    await until(lambda: heard)

    assert heard == [{"kind": "event"}]
    await hub.leave("room.late", heard.append)


SENDER = """
import django; django.setup()
from padawanforge.kit import hub
hub.send("room.far", {"kind": "event", "seq": 1})
"""


async def send_from_another_process():
    process = await asyncio.create_subprocess_exec(
        os.sys.executable, "-c", SENDER,
        env={**os.environ, "REDIS_URL": REDIS, "DJANGO_SETTINGS_MODULE": "padawanforge.settings"},
    )  # fmt: skip
    assert await process.wait() == 0


async def test_a_message_crosses_processes_by_redis(redis_layer):
    hub.capture_loop()
    heard = []
    await hub.join("room.far", heard.append)

    await send_from_another_process()
    await until(lambda: heard)

    assert heard == [{"kind": "event", "seq": 1}]
    await hub.leave("room.far", heard.append)


@pytest.mark.slow
async def test_a_subscription_that_was_idle_for_seven_seconds_still_hears(redis_layer):
    hub.capture_loop()
    heard = []
    await hub.join("room.idle", heard.append)

    await asyncio.sleep(7)
    hub.send("room.idle", {"kind": "event"})
    await until(lambda: heard)

    assert heard == [{"kind": "event"}]
    await hub.leave("room.idle", heard.append)


async def test_a_process_that_is_alone_tells_nobody_and_begins_as_soon_as_another_speaks():
    with layer("tests.kit.test_hub.Recording"):
        hub.reset_breaker()
        hub.capture_loop()
        heard = []
        await hub.join("room.a", heard.append)
        origin = hub._side.origin
        for _ in range(ROUNDS):
            hub._side.census.speak()
            Recording.arriving.put_nowait({"origin": origin, "group": hub.CENSUS, "message": {}})
            await asyncio.sleep(0)
            await until(lambda: not hub._side.census._is_awaited)

        hub.send("room.a", {"kind": "alone"})
        await until(lambda: heard)
        Recording.arriving.put_nowait({"origin": "another", "group": hub.CENSUS, "message": {}})
        await until(lambda: not hub._side.census.is_alone)
        hub.send("room.a", {"kind": "together"})
        await until(lambda: len(heard) == 2)

        said = [sent["message"]["kind"] for sent in Recording.sent if sent["group"] == "room.a"]
        assert ([message["kind"] for message in heard], said) == (["alone", "together"], ["together"])
        await hub.leave("room.a", heard.append)


async def test_processes_on_redis_hear_of_each_other(redis_layer):
    hub.reset_breaker()
    hub.capture_loop()
    heard = []
    await hub.join("room.a", heard.append)
    census = hub._side.census

    await until(lambda: census._rounds == 1)
    alone = census._rounds
    await get_channel_layer().group_send(
        hub.CENSUS, {"type": "hub", "origin": "another", "group": hub.CENSUS, "message": {}}
    )
    await until(lambda: census._rounds == 0)

    assert (alone, census._rounds) == (1, 0)
    await hub.leave("room.a", heard.append)


@pytest.fixture
def recording():
    with layer("tests.kit.test_hub.Recording"):
        hub.reset_breaker()
        yield


async def test_groups_of_one_kind_are_one_group_of_the_layer(recording):
    hub.capture_loop()
    ada, bob = [], []
    await asyncio.gather(hub.join("player:ada", ada.append), hub.join("player:bob", bob.append))

    hub.send("player:ada", {"kind": "here"})
    await until(lambda: ada)
    there = {"origin": "another", "group": "player:bob", "message": {"kind": "there"}}
    Recording.arriving.put_nowait(there)
    await until(lambda: bob)
    await hub.leave("player:ada", ada.append)
    await hub.leave("player:bob", bob.append)

    asked = [(verb, group) for verb, group in Recording.asked if group != hub.CENSUS]
    assert (ada, bob) == ([{"kind": "here"}], [{"kind": "there"}])
    assert asked == [("add", "player"), ("send", "player"), ("discard", "player")]


async def test_whoever_comes_while_the_last_one_leaves_hears(recording):
    hub.capture_loop()
    heard = []
    for _ in range(3):
        joining = asyncio.ensure_future(hub.join("room.a", heard.append))
        await asyncio.sleep(0)
        leaving = asyncio.ensure_future(hub.leave("room.a", heard.append))
        await asyncio.sleep(0)
        await asyncio.gather(joining, leaving, hub.join("room.a", heard.append))

        assert "room.a" in hub._side.joined
        await hub.leave("room.a", heard.append)
        assert ("room.a" in hub._side.joined, hub._side.settling) == (False, {})


async def test_who_gives_up_joining_stops_nobody_else(recording):
    hub.capture_loop()
    heard = []
    impatient = asyncio.ensure_future(hub.join("room.a", print))
    await asyncio.sleep(0)
    patient = asyncio.ensure_future(hub.join("room.a", heard.append))
    await asyncio.sleep(0)

    impatient.cancel()
    await patient

    assert "room.a" in hub._side.joined
    for receiver in (print, heard.append):
        await hub.leave("room.a", receiver)
