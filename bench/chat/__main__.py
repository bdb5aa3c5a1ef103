"""What chat costs here: `python -m bench.chat` starts its own servers, loads them and prints the table.

Needs PostgreSQL and Redis for the production engine (BENCH_DATABASE_URL, BENCH_REDIS_URL; default: loopback),
two cores and a quiet machine: the servers get one core, the load the other. Figures move by 5-15 % between runs.
"""

import argparse
import asyncio
import os
import socket
from collections.abc import Awaitable, Callable

from bench.chat.scenarios import (
    Flow,
    Stage,
    history,
    idle_memory,
    in_many_rooms,
    in_room,
    joins,
    most_deliveries,
)
from bench.chat.servers import CLIENT_CORE, PROGRAMS, Server

ROOMS = (20, 200, 1000)
SMALL_ROOMS = 100
# Messages a second in each room: a lively talk, far from what a server can do.
RATES = {20: 30, 200: 20, 1000: 5}
# In each of the small ones: while people think, and while they talk.
SMALL_RATES = (0.5, 2.0)
# So many sockets that only listen; their memory is measured.
IDLE = 1000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("programs", nargs="*", help=f"of {', '.join(PROGRAMS)}; all when none is named")
    parser.add_argument("--seconds", type=float, default=15, help="of each flow")
    parser.add_argument("--quick", action="store_true", help="short flows, no room of 1000, no ramp")
    chosen = parser.parse_args()
    if unknown := set(chosen.programs) - set(PROGRAMS):
        parser.error(f"There is no {', '.join(sorted(unknown))}.")
    os.sched_setaffinity(0, {CLIENT_CORE})
    columns = {
        name: measured(name, seconds=5 if chosen.quick else chosen.seconds, is_quick=chosen.quick)
        for name in chosen.programs or PROGRAMS
    }
    show(columns)


def measured(name: str, *, seconds: float, is_quick: bool) -> dict[str, str]:
    sizes = [size for size in ROOMS if size < IDLE or not is_quick]
    print(f"# {PROGRAMS[name].name}", flush=True)
    with Server(PROGRAMS[name], port=free_port()) as server:
        people = server.people([*sizes, *[10] * (10 if is_quick else SMALL_ROOMS)])
        server.start()
        stage = Stage(server, people["cookie"], people["rooms"])
        return asyncio.run(figures(stage, sizes, seconds=seconds, is_quick=is_quick))


async def figures(stage: Stage, sizes: list[int], *, seconds: float, is_quick: bool) -> dict[str, str]:
    found: dict[str, str] = {}

    async def note(title: str, figure: Callable[[], Awaitable[str]]) -> None:
        try:
            found[title] = await figure()
        except (OSError, TimeoutError) as error:
            found[title] = f"failed ({type(error).__name__})"
        print(f"{title}: {found[title]}", flush=True)

    async def in_one(size: int) -> str:
        return in_words(await in_room(stage, size, rate=RATES[size], seconds=seconds))

    # First, while the process is as it started: what sockets leave behind would count as theirs.
    await note(f"KiB per idle socket (of {sizes[-1]})", lambda: plain(idle_memory(stage, sizes[-1])))
    for size in sizes:
        await note(f"room of {size}: µs per delivery / p50 / p99 ms", lambda size=size: in_one(size))
    small = len(stage.of_size(10))
    for rate in SMALL_RATES:
        all_of_them = rate * small
        await note(
            f"{small} rooms of 10, {all_of_them:.0f} messages a second: ms per message / p50 / p99 ms",
            lambda rate=all_of_them: spread(in_many_rooms(stage, rate=rate, seconds=seconds)),
        )
    await note("ms per join, room of 200", lambda: plain(joins(stage, 200)))
    await note("last 50 messages: CPU ms / clock ms", lambda: read_back(stage))
    if not is_quick:
        await note("deliveries a second, room of 200, p99 < 250 ms", lambda: most(stage))
    return found


def in_words(found: Flow) -> str:
    flaw = "" if found.is_whole else f" ({found.got} of {found.expected} delivered; refused: {found.refused})"
    return (
        f"{found.us_per_delivery:.0f} / {found.percentile(0.5):.1f} / {found.percentile(0.99):.1f}"
        f" [{found.spent.server / found.spent.total:.0%} server]{flaw}"
    )


async def plain(figure: Awaitable[float]) -> str:
    return f"{await figure:.2f}"


async def spread(figure: Awaitable[Flow]) -> str:
    found = await figure
    flaw = "" if found.is_whole else f" ({found.got} of {found.expected} delivered; refused: {found.refused})"
    return f"{found.ms_per_message:.2f} / {found.percentile(0.5):.1f} / {found.percentile(0.99):.1f}{flaw}"


async def read_back(stage: Stage) -> str:
    cpu, clock = await asyncio.to_thread(history, stage, 200)
    return f"{cpu:.2f} / {clock:.2f}"


async def most(stage: Stage) -> str:
    best = await most_deliveries(stage, 200, start=25, seconds=6)
    return f"{best.got / best.seconds:,.0f} (p99 {best.percentile(0.99):.0f} ms)" if best else "none"


def show(columns: dict[str, dict[str, str]]) -> None:
    titles = list(dict.fromkeys(title for column in columns.values() for title in column))
    print("\n| figure | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for title in titles:
        print(f"| {title} | " + " | ".join(column.get(title, "-") for column in columns.values()) + " |")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
