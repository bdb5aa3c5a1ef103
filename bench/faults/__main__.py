"""What is lost when something breaks: `python -m bench.faults` breaks it under load and looks.

Two server processes on PostgreSQL and Redis, both behind doors that can be shut; people who write, read, and do
what the protocol asks of a client. Afterwards the database is compared with what was acknowledged and what was
seen. Ends with 1 when a message was lost, doubled or out of order.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.chat.__main__ import free_port
from bench.chat.clients import ForgeSocket, Load, connect
from bench.chat.meters import Meter
from bench.chat.scenarios import percentile
from bench.chat.servers import LIMITS, POSTGRESQL, PROGRAMS, REDIS, Server
from bench.faults.gate import Gate
from bench.faults.people import Person

SIZES = [20, 20]
IDLE = 2000
FAULT_SECONDS = 20
CALM_SECONDS = 8
SETTLE_SECONDS = 60


@dataclass
class Town:
    """Two servers on one database, the doors to the engines, and the people."""

    servers: list[Server]
    database: Gate
    broker: Gate
    rooms: list[dict]
    cookie: str
    people: list[Person] = field(default_factory=list)

    @property
    def ports(self) -> list[int]:
        return [server.port for server in self.servers]


async def kill(town: Town) -> str:
    """kill -9 of one of the servers; whoever looks after it starts it again five seconds later."""
    town.servers[0].stop(signal.SIGKILL)
    await asyncio.sleep(5)
    await asyncio.to_thread(town.servers[0].start)
    await asyncio.sleep(FAULT_SECONDS - 5)
    return ""


async def no_broker(town: Town) -> str:
    await town.broker.shut()
    await asyncio.sleep(FAULT_SECONDS)
    await town.broker.open()
    return ""


async def no_database(town: Town) -> str:
    await town.database.shut()
    await asyncio.sleep(FAULT_SECONDS)
    await town.database.open()
    return ""


async def deaf_client(town: Town) -> str:
    """One who reads nothing any more: the server neither waits for him nor keeps what he doesn't get."""
    before = [Meter(server.process.pid).memory_kib() for server in town.servers]
    load = Load()
    room = town.rooms[0]
    deaf = await connect(
        ForgeSocket,
        load,
        port=town.ports[0],
        room=room["room"],
        cookie=town.cookie,
        session=room["sessions"][0],
    )
    deaf.on_ws_frame = lambda *frame: None
    deaf.transport.underlying_transport.pause_reading()
    quick = [person for person in town.people if person.room == room["room"]]
    for person in quick:
        person.seconds_between = 0.7
    await asyncio.sleep(FAULT_SECONDS * 3)
    for person in quick:
        person.seconds_between = 2.0
    deaf.transport.underlying_transport.resume_reading()
    await asyncio.sleep(2)
    grown = [
        Meter(server.process.pid).memory_kib() - kib for server, kib in zip(town.servers, before, strict=True)
    ]
    with suppress(Exception):
        deaf.transport.disconnect()
    return f"the servers grew by {max(grown) / 1024:.1f} MiB"


async def many_idle(town: Town) -> str:
    """Two thousand who only listen to another room."""
    load = Load()
    room = town.rooms[2]
    before = sum(Meter(server.process.pid).memory_kib() for server in town.servers)
    door = asyncio.Semaphore(20)

    async def come(number: int, session: str) -> ForgeSocket:
        async with door:
            port = town.ports[number % len(town.ports)]
            return await connect(
                ForgeSocket, load, port=port, room=room["room"], cookie=town.cookie, session=session
            )

    began = time.monotonic()
    idle = await asyncio.gather(*(come(n, session) for n, session in enumerate(room["sessions"])))
    took = time.monotonic() - began
    await asyncio.sleep(FAULT_SECONDS)
    grown = sum(Meter(server.process.pid).memory_kib() for server in town.servers) - before
    for socket in idle:
        socket.transport.disconnect()
    return f"{len(idle)} came in {took:.0f} s, {grown / len(idle):.0f} KiB each, {sum(load.closed.values())} let go"


FAULTS: dict[str, tuple[str, Callable[[Town], Awaitable[str]]]] = {
    "kill": ("kill -9 of a server", kill),
    "redis": ("Redis away for 20 s", no_broker),
    "postgresql": ("PostgreSQL away for 20 s", no_database),
    "deaf": ("a client that stops reading", deaf_client),
    "idle": ("2,000 idle sockets", many_idle),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("faults", nargs="*", help=f"of {', '.join(FAULTS)}; all when none is named")
    chosen = parser.parse_args().faults or list(FAULTS)
    if unknown := set(chosen) - set(FAULTS):
        parser.error(f"There is no {', '.join(sorted(unknown))}.")
    sys.exit(asyncio.run(run(chosen)))


async def run(chosen: list[str]) -> int:
    print(
        f"| {'fault':<28} | acknowledged | lost | doubled | out of order | longest wait | back after | notes |"
    )
    print("|---" * 8 + "|")
    flawless = True
    for name in chosen:
        title, fault = FAULTS[name]
        flawless &= await trial(title, fault, [*SIZES, IDLE if name == "idle" else 2])
    return 0 if flawless else 1


async def trial(title: str, fault: Callable[[Town], Awaitable[str]], sizes: list[int]) -> bool:
    database, broker = Gate(POSTGRESQL, 5432), Gate(REDIS, 6379)
    await database.open()
    await broker.open()
    first = Server(PROGRAMS["forge-production"], port=free_port())
    await asyncio.to_thread(first.__enter__)
    try:
        people = await asyncio.to_thread(first.people, sizes)
        through = urlunsplit(urlsplit(database.url)._replace(path=f"/{first.database}"))
        ports = [first.port, free_port()]
        origins = ",".join(f"http://127.0.0.1:{port}" for port in ports)
        extra = {"DATABASE_URL": through, "REDIS_URL": broker.url, "PUBLIC_URLS": origins, **LIMITS}
        servers = [
            Server(first.program, port=port, extra=extra, database=first.database, folder=first.folder)
            for port in ports
        ]
        for server in servers:
            await asyncio.to_thread(server.start)
        town = Town(servers, database, broker, people["rooms"], people["cookie"])
        try:
            return await _under_load(title, fault, town, first.database)
        finally:
            for server in servers:
                server.stop(signal.SIGKILL)
    finally:
        await database.shut()
        await broker.shut()
        first.__exit__()


async def _under_load(title: str, fault: Callable[[Town], Awaitable[str]], town: Town, database: str) -> bool:
    for room in town.rooms[: len(SIZES)]:
        for number, session in enumerate(room["sessions"]):
            ports = town.ports if number % 2 else town.ports[::-1]
            headers = {"Cookie": f"{town.cookie}={session}"}
            town.people.append(Person(f"{room['slug']}-{number}", room["room"], headers, ports))
    lives = [
        asyncio.ensure_future(work) for person in town.people for work in (person.live(), person.write())
    ]
    await asyncio.sleep(CALM_SECONDS)
    note = await fault(town)
    back = await _until_all_are_back(town)
    await asyncio.sleep(CALM_SECONDS)
    for person in town.people:
        person.is_writing = False
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline and any(person.waiting for person in town.people):
        await asyncio.sleep(0.5)
    await asyncio.sleep(7)
    for person in town.people:
        person.is_leaving = True
    for life in lives:
        life.cancel()
    await asyncio.gather(*lives, return_exceptions=True)
    return report(title, town, database, back, note)


async def _until_all_are_back(town: Town) -> float:
    began = time.monotonic()
    while any(person.is_away for person in town.people) and time.monotonic() - began < SETTLE_SECONDS:
        await asyncio.sleep(0.1)
    return time.monotonic() - began


def report(title: str, town: Town, database: str, back: float, note: str) -> bool:
    """Compare what was acknowledged and what was seen with what is stored; true when nothing is wrong."""
    stored, heads = _stored(database)
    acknowledged = {cid: seq for person in town.people for cid, seq in person.acknowledged.items()}
    lost = [cid for cid in acknowledged if cid not in stored]
    doubled = [cid for cid, seqs in stored.items() if len(seqs) > 1]
    wrong = [cid for cid, seq in acknowledged.items() if cid in stored and seq not in stored[cid]]
    flaws = [flaw for person in town.people for flaw in person.flaws]
    unseen = [person.name for person in town.people if person.seq != heads[person.room]]
    waits = [wait for person in town.people for wait in person.waits]
    refused = sum((person.refused for person in town.people), Counter())
    waiting = sum(len(person.waiting) for person in town.people)
    notes = [note] if note else []
    notes += [f"{waiting} never answered"] if waiting else []
    notes += [f"{len(unseen)} people without the end of the log"] if unseen else []
    notes += [f"refused meanwhile: {dict(refused)}"] if refused else []
    closed = sum((person.closed for person in town.people), Counter())
    notes += [f"closed: {dict(closed)}"] if closed else []
    resets = sum(person.resets for person in town.people)
    notes += [f"{resets} snapshots"] if resets else []
    print(
        f"| {title:<28} | {len(acknowledged):>12} | {len(lost) + len(unseen):>4} | {len(doubled):>7} "
        f"| {len(wrong) + len(flaws):>12} | {percentile(waits, 1.0):>10.1f} s | {back:>8.1f} s | {'; '.join(notes)} |",
        flush=True,
    )
    return not (lost or doubled or wrong or flaws or unseen or waiting)


def _stored(database: str) -> tuple[dict[str, list[int]], dict[str, int]]:
    """Where each client id is stored, and how far each room's log goes."""
    url = POSTGRESQL.rsplit("/", 1)[0] + f"/{database}"
    stored: dict[str, list[int]] = {}
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT client_id, seq FROM messaging_message WHERE client_id IS NOT NULL")
        for cid, seq in rows:
            stored.setdefault(str(cid), []).append(seq)
        heads = connection.execute("SELECT uuid, last_seq FROM messaging_channel").fetchall()
    return stored, {str(room): seq for room, seq in heads}


if __name__ == "__main__":
    main()
