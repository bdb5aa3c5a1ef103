"""What is tried: rooms of three sizes, many small rooms, as many deliveries as can be, joins, idle sockets, history."""

import asyncio
import contextlib
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle

from bench.chat.clients import BEAT_SECONDS, ForgeSocket, Load, PlainSocket, connect
from bench.chat.meters import Meter, Spent
from bench.chat.servers import Server

AT_ONCE = 20
DRAIN_SECONDS = 20
PRESENT_SECONDS = 22
# Of a second, what a server spends that nobody uses.
AT_REST = 0.05
# More than this is no conversation any more.
PATIENCE_MS = 250
RAMP = 1.3


@dataclass
class Stage:
    """A running server with its people, and the sockets' way of speaking."""

    server: Server
    cookie: str
    rooms: list[dict]

    @property
    def kind(self) -> type[ForgeSocket]:
        return ForgeSocket if self.server.program.settings.startswith("padawanforge") else PlainSocket

    def of_size(self, size: int) -> list[dict]:
        return [room for room in self.rooms if room["size"] == size]


@dataclass
class Flow:
    """Messages that went through rooms for a while."""

    sent: int
    acknowledged: int
    refused: dict[str, int]
    expected: int
    got: int
    seconds: float
    spent: Spent
    latencies: list[float] = field(repr=False)
    answers: list[float] = field(repr=False)

    @property
    def us_per_delivery(self) -> float:
        return self.spent.total / self.got * 1e6 if self.got else float("nan")

    @property
    def ms_per_message(self) -> float:
        return self.spent.total / self.acknowledged * 1e3 if self.acknowledged else float("nan")

    @property
    def is_whole(self) -> bool:
        return self.got == self.expected and not self.refused

    def percentile(self, share: float) -> float:
        return percentile(self.latencies, share)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


@asynccontextmanager
async def seated(stage: Stage, rooms: list[dict], load: Load) -> AsyncIterator[list[list[ForgeSocket]]]:
    """Everybody of these rooms with a socket, room by room, kept alive by heartbeats."""
    door = asyncio.Semaphore(AT_ONCE)

    async def come(room: dict, session: str) -> ForgeSocket:
        async with door:
            return await connect(
                stage.kind,
                load,
                port=stage.server.port,
                room=room["room"],
                cookie=stage.cookie,
                session=session,
            )

    sockets = [await asyncio.gather(*(come(room, s) for s in room["sessions"])) for room in rooms]
    everybody = [socket for room in sockets for socket in room]
    beating = asyncio.ensure_future(_beat(everybody))
    try:
        yield sockets
    finally:
        beating.cancel()
        for socket in everybody:
            with contextlib.suppress(Exception):
                socket.transport.disconnect()
        await _rest(stage)


async def _rest(stage: Stage) -> None:
    """Until the server has done with those who left: what they leave behind is no cost of whoever comes next."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < deadline:
        meter = Meter(stage.server.process.pid)
        await asyncio.sleep(1)
        if meter.spent().total < AT_REST:
            return


async def _beat(sockets: list[ForgeSocket]) -> None:
    """Spread over the whole interval, as with real clients."""
    while True:
        for socket in sockets:
            socket.beat()
            await asyncio.sleep(BEAT_SECONDS / len(sockets))


async def flow(
    stage: Stage, sockets: list[list[ForgeSocket]], load: Load, *, rate: float, seconds: float
) -> Flow:
    """`rate` messages a second over all rooms, everybody taking turns."""
    load.forget()
    meter = Meter(stage.server.process.pid)
    began = time.monotonic()
    sent = expected = 0
    for speaker, room in _turns(sockets):
        due = began + sent / rate
        if due - began >= seconds:
            break
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        speaker.send()
        sent += 1
        expected += len(room)
    deadline = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < deadline and (
        load.got < expected or load.acknowledged + sum(load.refused.values()) < sent
    ):
        await asyncio.sleep(0.05)
    return Flow(
        sent, load.acknowledged, dict(load.refused), expected, load.got, time.monotonic() - began, meter.spent(),
        list(load.latencies), list(load.answers),
    )  # fmt: skip


def _turns(sockets: list[list[ForgeSocket]]) -> Iterator[tuple[ForgeSocket, list[ForgeSocket]]]:
    speakers = [cycle(room) for room in sockets]
    for number in cycle(range(len(sockets))):
        yield next(speakers[number]), sockets[number]


async def in_room(stage: Stage, size: int, *, rate: float, seconds: float) -> Flow:
    load = Load()
    async with seated(stage, stage.of_size(size)[:1], load) as sockets:
        await flow(stage, sockets, load, rate=rate, seconds=2)
        return await flow(stage, sockets, load, rate=rate, seconds=seconds)


async def in_many_rooms(stage: Stage, *, rate: float, seconds: float) -> Flow:
    load = Load()
    async with seated(stage, stage.of_size(10), load) as sockets:
        await flow(stage, sockets, load, rate=rate, seconds=2)
        return await flow(stage, sockets, load, rate=rate, seconds=seconds)


async def most_deliveries(stage: Stage, size: int, *, start: float, seconds: float) -> Flow | None:
    """The fastest flow in a room of that size whose p99 stays under PATIENCE_MS; None when none did."""
    load = Load()
    best = None
    async with seated(stage, stage.of_size(size)[:1], load) as sockets:
        rate = start
        while True:
            found = await flow(stage, sockets, load, rate=rate, seconds=seconds)
            if not found.is_whole or found.percentile(0.99) > PATIENCE_MS:
                return best
            best, rate = found, rate * RAMP


async def joins(stage: Stage, size: int) -> float:
    """Processor milliseconds of one who comes: handshake, sign-in, greeting, snapshot of a room of that size."""
    load = Load()
    # Those who left before are missed ten seconds later, and looked for every ten seconds.
    await asyncio.sleep(PRESENT_SECONDS)
    meter = Meter(stage.server.process.pid)
    async with seated(stage, stage.of_size(size)[:1], load):
        return meter.spent().total / size * 1e3


async def idle_memory(stage: Stage, size: int) -> float:
    """KiB of the server's memory for each socket that only beats."""
    load = Load()
    meter = Meter(stage.server.process.pid)
    before = meter.memory_kib()
    async with seated(stage, stage.of_size(size)[:1], load):
        await asyncio.sleep(BEAT_SECONDS + 5)
        return (meter.memory_kib() - before) / size


def history(stage: Stage, size: int, times: int = 200) -> tuple[float, float]:
    """Processor and clock milliseconds of the last fifty messages over HTTP, as a client gets them.

    Nobody begins with it: a page was loaded before, so each session has been here already.
    """
    room = stage.of_size(size)[0]
    path = (
        f"/api/v1/rooms/{room['slug']}/messages" if stage.kind is ForgeSocket else f"/history/{room['room']}/"
    )
    asked = [
        urllib.request.Request(stage.server.origin + path, headers={"Cookie": f"{stage.cookie}={session}"})
        for session in room["sessions"][:times]
    ]
    for request in asked:
        urllib.request.urlopen(request).read()
    meter = Meter(stage.server.process.pid)
    for request in asked:
        urllib.request.urlopen(request).read()
    spent, times = meter.spent(), len(asked)
    return spent.total / times * 1e3, spent.clock / times * 1e3
