"""A session of 200 players and a tournament of 16, each socket through the real protocol, against a server process.

    python -m bench.sessions [--program forge-embedded] [--players 200] [--rounds 10] [--clients pages]

Every client listens to the room, fetches what it may see when a question opens, answers at once, and fetches the
board when it is shown. Printed: answers a second while a question is open, how long an answer takes, and the time
from the close of a round (its last answer was sent) until a client has the board.
"""

import argparse
import asyncio
import json
import os
import statistics

import picows

from bench.chat.servers import PROGRAMS, Server
from bench.session_clients import CLIENTS, Contestant, Game

PATIENCE_SECONDS = 300
BEAT_SECONDS = 20


async def connect(game: Game, server: Server, made: dict, key: str, clients: str) -> Contestant:
    _, listener = await picows.ws_connect(
        lambda: CLIENTS[clients](game, made, key, server.origin),
        f"ws://127.0.0.1:{server.port}/ws/v1/",
        extra_headers={
            "Cookie": f"{made['cookie']}={key}",
            "Origin": server.origin,
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


async def play(server: Server, made: dict, kind: str) -> Game:
    game = Game()
    clients: list[Contestant] = []
    alive = asyncio.ensure_future(keep_alive(clients))
    for key in made["keys"]:
        clients.append(await connect(game, server, made, key, kind))
    await asyncio.to_thread(server.run, "bench.session_people", "start", made["session"])
    try:
        await asyncio.wait_for(game.ended.wait(), PATIENCE_SECONDS)
    finally:
        alive.cancel()
        for client in clients:
            client.transport.disconnect()
    return game


def run(program: str, port: int, *, size: int, kind: str, rounds: int, clients: str) -> dict:
    with Server(PROGRAMS[program], port) as server:
        made = json.loads(server.run("bench.session_people", "open", str(size), kind, str(rounds)))
        server.start()
        game = asyncio.run(play(server, made, clients))
        server.stop()
        found = json.loads(server.run("bench.session_people", "figures", made["session"]))
    return {"what": f"{kind} of {size}", "clients": clients, "program": program, **found, **summed(game)}


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
    parser.add_argument("--clients", choices=CLIENTS, default="programs")
    parser.add_argument("--port", type=int, default=8970)
    options = parser.parse_args()
    programs = [options.program] if options.program else ["forge-embedded", "forge-production"]
    print(f"load average {os.getloadavg()[0]:.1f}")
    for program in programs:
        for size, kind, rounds in ((options.players, "game", options.rounds), (16, "tournament", 3)):
            found = run(
                program, options.port, size=size, kind=kind, rounds=rounds, clients=options.clients
            )  # fmt: skip
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
