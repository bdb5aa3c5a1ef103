"""Who plays in the benchmark of sessions: programs, pages, and pages as they were before they had the socket for it."""

import asyncio
import json
import random
import re
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

import httpx2
import picows

STEP = re.compile(r'data-step="\S+ (\w+) (\d+)"')
OPEN = re.compile(r'data-verdict="true" aria-pressed="false">')


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
    """A program: speaks padawan.v1, greets, listens to the room, answers each question, looks at each board."""

    look = "session"

    def __init__(self, game: Game, made: dict, key: str, url: str) -> None:
        self.game, self.room = game, made["room"]
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
            self._ask(self.look, found["data"]["round"])
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
        elif op == self.look:
            self._look_at(self._state(found), now)

    def _state(self, found: dict) -> dict:
        return found["session"]

    def _look_at(self, state: dict, now: float) -> None:
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


class Page(Contestant):
    """Over the socket; after its own answer it looks once more."""

    look = "panel"

    def _told(self, found: dict) -> None:
        op, number, _ = self.asked.get(found.get("id"), ("", 0, 0.0))
        super()._told(found)
        if op == "verdict" and found["op"] == "ok":
            self._ask(self.look, number)

    def _state(self, found: dict) -> dict:
        phase, number = STEP.search(found["html"]).groups()
        return {"phase": phase, "round": int(number), "is_playing": bool(OPEN.search(found["html"]))}


class UnwiredPage(Page):
    """Hears of the game over its socket, and looks and answers by HTTP; the answer's own answer is the panel."""

    def __init__(self, game: Game, made: dict, key: str, url: str) -> None:
        super().__init__(game, made, key, url)
        token = uuid.uuid4().hex
        self.http = httpx2.AsyncClient(
            base_url=f"{url}/rooms/{made['slug']}/session/",
            headers={"HX-Request": "true", "X-CSRFToken": token, "Origin": url},
            cookies={made["cookie"]: key, made["csrf_cookie"]: token},
            timeout=120,
            verify=False,
        )
        self.asking: set[asyncio.Task] = set()

    def _ask(self, op: str, number: int, **given: object) -> None:
        task = asyncio.ensure_future(self._fetch(op, number, given))
        self.asking.add(task)
        task.add_done_callback(self.asking.discard)

    async def _fetch(self, op: str, number: int, given: dict) -> None:
        key, sent = uuid.uuid4().hex, time.monotonic()
        if op == "panel":
            answer = await self.http.get("")
        else:
            answer = await self.http.post("answer/", data={**given, "verdict": str(given["verdict"]).lower()})
        self.asked[key] = (op, number, sent)
        told = {"op": "ok", "html": answer.text} if answer.is_success else {"op": "err", "code": "http"}
        Contestant._told(self, {**told, "id": key})


CLIENTS = {"programs": Contestant, "pages": Page, "pages-by-http": UnwiredPage}
