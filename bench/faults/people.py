"""Somebody who writes and reads through everything that happens, and keeps book of it."""

import asyncio
import json
import random
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

BACK_OFF_SECONDS = (0.2, 3.0)
RETRY_SECONDS = 2.0
BEAT_SECONDS = 5.0
ACK_EVERY = 8
AWAY = (OSError, WebSocketException, InvalidHandshake, TimeoutError, asyncio.TimeoutError)


@dataclass
class Person:
    """A client of padawan.v1 that does what the protocol asks: resumes, repeats with the same id, acknowledges."""

    name: str
    room: str
    headers: dict[str, str]
    ports: list[int]
    seconds_between: float = 2.0
    sent: dict[str, float] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    closed: Counter[int] = field(default_factory=Counter)
    seen: list[int] = field(default_factory=list)
    resets: int = 0
    flaws: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    is_writing: bool = True
    is_leaving: bool = False
    is_away: bool = True
    epoch: str | None = None
    seq: int = 0
    socket: ClientConnection | None = None
    connections: int = 0

    async def live(self) -> None:
        while not self.is_leaving:
            try:
                await self._connect()
            except AWAY as error:
                code = getattr(getattr(error, "rcvd", None), "code", 0)
                self.closed[code] += 1
            self.is_away = True
            if not self.is_leaving:
                await asyncio.sleep(random.uniform(*BACK_OFF_SECONDS))

    async def write(self) -> None:
        while not self.is_leaving:
            await asyncio.sleep(random.uniform(0.5, 1.5) * self.seconds_between)
            if self.is_writing:
                cid = str(uuid.uuid4())
                self.sent[cid] = time.monotonic()
                self.waiting[cid] = f"{self.name} says {len(self.sent)}: {cid}"
                await self._send(cid)

    async def _connect(self) -> None:
        self.connections += 1
        port = self.ports[self.connections % len(self.ports)]
        async with connect(
            f"ws://127.0.0.1:{port}/ws/v1/",
            subprotocols=["padawan.v1"],
            additional_headers={**self.headers, "Origin": f"http://127.0.0.1:{self.ports[0]}"},
            compression=None,
            open_timeout=10,
            close_timeout=1,
            ping_interval=None,
        ) as socket:
            self.socket = socket
            await self._say(op="hello", v="padawan.v1", client=str(uuid.uuid4()))
            await self._subscribe()
            beating = asyncio.ensure_future(self._beat())
            try:
                n = 0
                async for text in socket:
                    n += await self._hear(json.loads(text), n)
            finally:
                beating.cancel()
                self.socket = None

    async def _subscribe(self) -> None:
        known = {"epoch": self.epoch, "seq": self.seq} if self.epoch else {}
        await self._say(op="sub", id="sub", room=self.room, **known)

    async def _hear(self, frame: dict, n: int) -> int:
        """1 for a durable frame."""
        op = frame["op"]
        if op == "ev":
            await self._event(frame)
            if (n + 1) % ACK_EVERY == 0:
                await self._say(op="ack", n=n + 1)
            return 1
        if op == "sub":
            await self._opened(frame)
        elif op == "pong":
            await self._compare(frame["heads"])
        elif op == "ok" and frame["id"] in self.waiting:
            self._done(frame["id"], frame["seq"])
        elif op == "err":
            self._refusal(frame)
        return 0

    async def _compare(self, heads: dict[str, int]) -> None:
        """What a heartbeat tells: how far the room is; nothing when the server doesn't tell of it any more."""
        if self.room not in heads:
            await self._subscribe()
        elif heads[self.room] > self.seq:
            await self._say(op="resume", room=self.room, epoch=self.epoch, seq=self.seq)

    async def _opened(self, frame: dict) -> None:
        self.is_away = False
        if frame["mode"] == "reset" and self.epoch is not None:
            self.resets += 1
        if frame["mode"] == "reset":
            self.epoch, self.seq = frame["epoch"], frame["head"]
        for cid in list(self.waiting):
            await self._send(cid)

    async def _event(self, frame: dict) -> None:
        seq = frame["seq"]
        if seq <= self.seq:
            return
        if seq != self.seq + 1:
            self.flaws.append(f"{self.name} got {seq} after {self.seq}")
            await self._say(op="resume", room=self.room, epoch=self.epoch, seq=self.seq)
            return
        self.seq = seq
        self.seen.append(seq)

    def _done(self, cid: str, seq: int) -> None:
        self.waiting.pop(cid)
        self.acknowledged[cid] = seq
        self.waits.append(time.monotonic() - self.sent[cid])

    def _refusal(self, frame: dict) -> None:
        self.refused[frame["code"]] += 1
        if frame["code"] not in {"rate", "unavailable"} and frame.get("id") in self.waiting:
            self.waiting.pop(frame["id"])

    async def _beat(self) -> None:
        """The heartbeat, and once more what has no answer yet."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self._say(op="ping", state="active")
            now = time.monotonic()
            for cid in [c for c in self.waiting if now - self.sent[c] > RETRY_SECONDS]:
                await self._send(cid)

    async def _send(self, cid: str) -> None:
        if not self.is_away:
            await self._say(op="send", id=cid, room=self.room, cid=cid, body=self.waiting[cid])

    async def _say(self, **frame: object) -> None:
        if self.socket is not None:
            try:
                await self.socket.send(json.dumps(frame))
            except AWAY:
                return
