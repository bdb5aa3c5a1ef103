"""Characters that speak: what the forge adds to the time until the first word, against a real model server.

    python -m bench.npcs_speaking --turns 50 --rounds 3

A talk of so many turns, then a room of five characters and ten players who ask in turn, so many times. Two processes of its own:
the model server and the forge on its embedded default (SQLite, in-memory layer, background work inside).
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from functools import partial
from pathlib import Path

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from bench.chat.servers import PROGRAMS, Server

PORTS = (8941, 8942)
# Ten answers a minute are a player's limit.
LIMIT_SECONDS = 6.1
# Nobody asks in the moment in which an answer ends; somebody else may.
READING_SECONDS = 1.0


async def direct(url: str) -> float:
    """Milliseconds until the first word, without the forge between."""
    body = {"model": "bench", "messages": [{"role": "user", "content": "Hello"}], "stream": True}
    async with httpx2.AsyncClient() as http:
        began = time.monotonic()
        async with http.stream("POST", f"{url}/chat/completions", json=body) as answer:
            async for line in answer.aiter_lines():
                if "word0" in line:
                    return (time.monotonic() - began) * 1000
    raise RuntimeError("The model server said nothing.")


class Tab:
    """One page of one player, listening to one channel."""

    def __init__(self, socket: ClientConnection, room: str) -> None:
        self.socket, self.room = socket, room
        self.me = ""

    @classmethod
    async def open(cls, server: Server, people: dict, room: str, session: str) -> "Tab":
        socket = await connect(
            server.origin.replace("http", "ws") + "/ws/v1/",
            subprotocols=["padawan.v1"],
            origin=server.origin,
            additional_headers={"Cookie": f"{people['cookie']}={session}"},
        )
        tab = cls(socket, room)
        await tab.say(op="hello", client=str(uuid.uuid4()))
        tab.me = (await tab.until(lambda frame: frame["op"] == "ready"))["me"]["uuid"]
        await tab.say(op="sub", id="s", room=room)
        await tab.until(lambda frame: frame["op"] == "sub")
        return tab

    async def say(self, **frame: object) -> None:
        await self.socket.send(json.dumps(frame))

    async def until(self, wanted: object) -> dict:
        while True:
            frame = json.loads(await asyncio.wait_for(self.socket.recv(), 30))
            if frame["op"] == "ev":
                await self.say(op="ack", n=frame["n"])
            if wanted(frame):  # type: ignore[operator]
                return frame

    async def ask(self, text: str) -> float:
        """Milliseconds from sending the question to the first word of the answer; waits until it is complete."""
        began = time.monotonic()
        await self.say(op="send", id="q", room=self.room, cid=str(uuid.uuid4()), body=text)
        first = await self.until(self._is_mine)
        took = (time.monotonic() - began) * 1000
        draft = first["data"]["draft"]
        await self.until(
            lambda frame: frame["op"] == "ev" and frame["data"].get("message", {}).get("draft") == draft
        )
        return took

    def _is_mine(self, frame: dict) -> bool:
        """Not the end of an answer that another player asked for."""
        return frame["op"] == "sig" and frame["type"] == "npc.delta" and frame["data"]["asker"] == self.me


async def talk(server: Server, people: dict, turns: int) -> list[float]:
    tab = await Tab.open(server, people, people["talk"]["room"], people["talk"]["session"])
    times = []
    for number in range(turns):
        began = time.monotonic()
        times.append(await tab.ask(f"Question {number}: what is the colour of a star, and why?"))
        await asyncio.sleep(max(0.0, LIMIT_SECONDS - (time.monotonic() - began)))
    await tab.socket.close()
    return times


async def room(server: Server, people: dict, rounds: int, *, pause: float = READING_SECONDS) -> list[float]:
    """Ten pages listen; their players ask one after the other, each another character."""
    where = people["room"]
    tabs = [await Tab.open(server, people, where["room"], session) for session in where["sessions"]]
    names, times = people["names"], []
    for number in range(rounds):
        for at, tab in enumerate(tabs):
            name = names[(at + number) % len(names)]
            times.append(await tab.ask(f"@{name} round {number}: what do you know about comets?"))
            await asyncio.sleep(pause)
    for tab in tabs:
        await tab.socket.close()
    return times


def memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def worked(pid: int) -> float:
    """Milliseconds of processor time: what others do on the machine does not count."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def line(name: str, times: list[float], base: float, spent: float = 0.0) -> None:
    ordered = sorted(times)
    middle, late = statistics.median(ordered), ordered[int(len(ordered) * 0.95) - 1]
    print(
        f"| {name} | {len(times)} | {middle:.0f} | {late:.0f} | {middle - base:.0f} | {spent / len(times):.0f} |"
    )


async def measure(server: Server, url: str, *, turns: int, rounds: int) -> None:
    people = json.loads(server.run("bench.npcs_speaking.people", url))
    server.start()
    before = memory(server.process.pid)
    base = [await direct(url) for _ in range(30)]
    middle = statistics.median(base)
    print("| what | answers | first word, median ms | 95 % | added, median ms | processor ms each |")
    print("|---|--:|--:|--:|--:|--:|")
    line("model server, called directly", base, middle)
    usual: list[float] = []
    for name, measured, times_over in (
        ("a talk", talk, turns),
        ("a room of five characters and ten players", room, rounds),
        ("the same, asked at the end of each answer", partial(room, pause=0.0), rounds),
    ):
        began = worked(server.process.pid)
        times = await measured(server, people, times_over)
        line(name, times, middle, worked(server.process.pid) - began)
        if measured in (talk, room):
            usual += times
    line("the talk and the room together", usual, middle)
    after = memory(server.process.pid)
    built = float(server.run("bench.npcs_speaking.prompts"))
    print(
        f"\nPrompts built a second: {built:.0f}. Memory of the process: {before:.0f} MB, then {after:.0f} MB."
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    port, forge_port = PORTS
    url = f"http://127.0.0.1:{port}/v1"
    model = subprocess.Popen([sys.executable, "-m", "bench.npcs_speaking.model_server", str(port)])
    try:
        with Server(PROGRAMS["forge-embedded"], forge_port) as server:
            asyncio.run(measure(server, url, turns=chosen.turns, rounds=chosen.rounds))
    finally:
        model.terminate()
        model.wait()


if __name__ == "__main__":
    main()
