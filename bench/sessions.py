"""A session of 200 players and a tournament of 16, each socket through the real protocol, against a server process.

    python -m bench.sessions [--program forge-embedded] [--players 200] [--rounds 10]

Every client listens to the room, fetches what it may see when a question opens, answers at once, and fetches the
board when it is shown. Printed: answers a second while a question is open, how long an answer takes, and the time
from the close of a round (its last answer was sent) until a client has the board.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

import picows

from bench.chat.servers import PROGRAMS, Server

PATIENCE_SECONDS = 300
BEAT_SECONDS = 20


@dataclass
class Round:
    """One question, by the clock of the clients."""

    first_sent: float = 0.0
    last_sent: float = 0.0
    last_known: float = 0.0
    answers: list[float] = field(default_factory=list)
    boards: list[float] = field(default_factory=list)


class Game:
    """What all clients together have seen."""

    def __init__(self) -> None:
        self.rounds: dict[int, Round] = {}
        self.refused: Counter[str] = Counter()
        self.ended = asyncio.Event()

    def round(self, number: int) -> Round:
        return self.rounds.setdefault(number, Round())


class Contestant(picows.WSListener):
    """Speaks padawan.v1: greets, listens to the room, answers each question, looks at each board."""

    def __init__(self, game: Game, room: str) -> None:
        self.game, self.room = game, room
        self.n = 0
        self.asked: dict[str, tuple[str, int, float]] = {}
        self.done: set[int] = set()
        self.shown: set[int] = set()
        self.is_in = asyncio.get_running_loop().create_future()
        self.transport: picows.WSTransport | None = None

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self.transport = transport
        self._say({"op": "hello", "client": str(uuid.uuid4())})
        self._say({"op": "sub", "id": "s", "room": self.room})

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.CLOSE:
            transport.send_close()
            transport.disconnect()
            return
        found = json.loads(frame.get_payload_as_bytes())
        if found["op"] == "ev":
            self._event(found)
        elif found["op"] == "sub" and not self.is_in.done():
            self.is_in.set_result(None)
        elif found["op"] in {"ok", "err"}:
            self._told(found)

    def beat(self) -> None:
        self._say({"op": "ping", "id": None, "state": "active"})

    def _event(self, found: dict) -> None:
        self.n += 1
        if self.n % 16 == 0:
            self._say({"op": "ack", "n": self.n})
        if found["type"] in {"session.question", "session.reveal"}:
            self._ask("session", found["data"]["round"])
        elif found["type"] == "session.ended":
            self.game.ended.set()

    def _told(self, found: dict) -> None:
        op, number, sent = self.asked.pop(found.get("id"), ("", 0, 0.0))
        now = time.monotonic()
        if found["op"] == "err":
            self.game.refused[found["code"]] += bool(op)
            return
        played = self.game.round(number)
        if op == "verdict":
            played.answers.append((now - sent) * 1000)
            played.last_known = max(played.last_known, now)
        elif op == "session":
            self._look(found["session"], now)

    def _look(self, state: dict, now: float) -> None:
        number = state["round"]
        played = self.game.round(number)
        if state["phase"] == "question" and state["is_playing"] and number not in self.done:
            self.done.add(number)
            played.first_sent = played.first_sent or now
            played.last_sent = now
            self._ask(
                "verdict",
                number,
                round=number,
                verdict=random.random() < 0.5,
                confidence=random.randint(1, 3),
            )
        elif state["phase"] in {"reveal", "break"} and number not in self.shown and played.last_sent:
            self.shown.add(number)
            played.boards.append((now - played.last_sent) * 1000)

    def _ask(self, op: str, number: int, **fields: object) -> None:
        key = uuid.uuid4().hex
        self.asked[key] = (op, number, time.monotonic())
        cid = {"cid": str(uuid.uuid4())} if op == "verdict" else {}
        self._say({"op": op, "id": key, "room": self.room, **fields, **cid})

    def _say(self, frame: dict) -> None:
        self.transport.send(picows.WSMsgType.TEXT, json.dumps(frame).encode())


async def connect(game: Game, *, port: int, room: str, cookie: str, key: str) -> Contestant:
    _, listener = await picows.ws_connect(
        lambda: Contestant(game, room),
        f"ws://127.0.0.1:{port}/ws/v1/",
        extra_headers={
            "Cookie": f"{cookie}={key}",
            "Origin": f"http://127.0.0.1:{port}",
            "Sec-WebSocket-Protocol": "padawan.v1",
        },
        websocket_handshake_timeout=60,
    )
    await asyncio.wait_for(listener.is_in, 60)
    return listener


async def keep_alive(clients: list[Contestant]) -> None:
    """A socket that says nothing for a minute is closed, and a crowd needs longer than that to come in."""
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        for client in clients:
            client.beat()


async def play(server: Server, made: dict) -> Game:
    game = Game()
    clients: list[Contestant] = []
    alive = asyncio.ensure_future(keep_alive(clients))
    for key in made["keys"]:
        clients.append(
            await connect(game, port=server.port, room=made["room"], cookie=made["cookie"], key=key)
        )
    await asyncio.to_thread(server.run, "bench.session_people", "start", made["session"])
    try:
        await asyncio.wait_for(game.ended.wait(), PATIENCE_SECONDS)
    finally:
        alive.cancel()
        for client in clients:
            client.transport.disconnect()
    return game


def run(program: str, port: int, *, size: int, kind: str, rounds: int) -> dict:
    with Server(PROGRAMS[program], port) as server:
        made = json.loads(server.run("bench.session_people", "open", str(size), kind, str(rounds)))
        server.start()
        game = asyncio.run(play(server, made))
        server.stop()
        found = json.loads(server.run("bench.session_people", "figures", made["session"]))
    return {"what": f"{kind} of {size}", "program": program, **found, **summed(game)}


def summed(game: Game) -> dict:
    full = [one for one in game.rounds.values() if one.answers and one.boards]
    rates = [len(one.answers) / max(one.last_known - one.first_sent, 1e-3) for one in full]
    answers = sorted(ms for one in full for ms in one.answers)
    boards = sorted(ms for one in full for ms in one.boards)
    return {
        "answers_a_second": round(statistics.median(rates)),
        "answer_ms": _spread(answers),
        "board_ms": _spread(boards),
        "refused": dict(game.refused),
    }


def _spread(values: list[float]) -> dict[str, int]:
    return {
        "median": round(statistics.median(values)),
        "p95": round(values[int(0.95 * (len(values) - 1))]),
        "worst": round(values[-1]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", choices=[name for name in PROGRAMS if name.startswith("forge")])
    parser.add_argument("--players", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--port", type=int, default=8970)
    options = parser.parse_args()
    programs = [options.program] if options.program else ["forge-embedded", "forge-production"]
    print(f"load average {os.getloadavg()[0]:.1f}")
    for program in programs:
        for size, kind, rounds in ((options.players, "game", options.rounds), (16, "tournament", 3)):
            print(json.dumps(run(program, options.port, size=size, kind=kind, rounds=rounds)), flush=True)


if __name__ == "__main__":
    main()
