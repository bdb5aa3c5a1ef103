"""The load: many sockets of one process, reading as little of each frame as can be."""

import asyncio
import json
import time
import uuid
from collections import Counter

import picows

PAD = "a lantern by the anvil and a kettle on the coals, so that nobody has to learn in the dark or the cold "
ACK_EVERY = 16
BEAT_SECONDS = 25


class Load:
    """What all sockets together have sent and got."""

    def __init__(self) -> None:
        self.got = 0
        self.acknowledged = 0
        self.refused: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.answers: list[float] = []
        self.closed: Counter[int] = Counter()

    def forget(self) -> None:
        self.got = self.acknowledged = 0
        self.refused.clear()
        self.latencies.clear()
        self.answers.clear()


def stamped() -> str:
    """A text of a hundred characters that begins with the time at which it was written."""
    return f"t{time.monotonic_ns():019d} {PAD}"[:100]


def age_ms(payload: bytes, marker: bytes) -> float:
    start = payload.find(marker) + len(marker)
    return (time.monotonic_ns() - int(payload[start : start + 19])) / 1e6


class ForgeSocket(picows.WSListener):
    """Speaks padawan.v1: greets, listens to one room, acknowledges what it gets."""

    marker = b'"text":"t'

    def __init__(self, load: Load, room: str) -> None:
        self.load = load
        self.room = room
        self.n = 0
        self.waiting: dict[str, float] = {}
        self.is_in = asyncio.get_running_loop().create_future()
        self.transport: picows.WSTransport | None = None

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self.transport = transport
        self._say({"op": "hello", "v": "padawan.v1", "client": str(uuid.uuid4())})
        self._say({"op": "sub", "id": "s", "room": self.room})

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.CLOSE:
            self.load.closed[int(frame.get_close_code())] += 1
            transport.send_close()
            transport.disconnect()
            return
        payload = frame.get_payload_as_bytes()
        if payload.startswith(b'{"op":"ev"'):
            self._event(payload)
        elif payload.startswith(b'{"op":"sub"'):
            if not self.is_in.done():
                self.is_in.set_result(None)
        elif payload.startswith(b'{"op":"ok"') or payload.startswith(b'{"op":"err"'):
            self._answer(json.loads(payload))

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        if not self.is_in.done():
            self.is_in.set_exception(ConnectionError("closed before the room was open"))

    def send(self) -> None:
        cid = str(uuid.uuid4())
        self.waiting[cid] = time.monotonic()
        self._say({"op": "send", "id": cid, "room": self.room, "cid": cid, "body": stamped()})

    def beat(self) -> None:
        self._say({"op": "ping", "id": None, "state": "active"})

    def _event(self, payload: bytes) -> None:
        self.n += 1
        if self.n % ACK_EVERY == 0:
            self._say({"op": "ack", "n": self.n})
        # Others may write there, too, such as the people of the faults.
        if b'"type":"message.created"' in payload and self.marker in payload:
            self.load.got += 1
            self.load.latencies.append(age_ms(payload, self.marker))

    def _answer(self, answer: dict) -> None:
        asked = self.waiting.pop(answer.get("id"), None)
        if answer["op"] == "err":
            self.load.refused[answer["code"]] += 1
        elif asked is not None:
            self.load.acknowledged += 1
            self.load.answers.append((time.monotonic() - asked) * 1000)

    def _say(self, frame: dict) -> None:
        self.transport.send(picows.WSMsgType.TEXT, json.dumps(frame).encode())


class PlainSocket(ForgeSocket):
    """Speaks the plain chat's JSON: a text out, a text in; its own message is its acknowledgement."""

    marker = b'"text": "t'

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.CLOSE:
            transport.disconnect()
            return
        payload = frame.get_payload_as_bytes()
        if payload.startswith(b'{"hello"'):
            self.is_in.set_result(None)
            return
        self.load.got += 1
        self.load.latencies.append(age_ms(payload, self.marker))
        for cid in list(self.waiting):
            if cid.encode() in payload:
                self.load.acknowledged += 1
                self.load.answers.append((time.monotonic() - self.waiting.pop(cid)) * 1000)

    def send(self) -> None:
        cid = str(uuid.uuid4())
        self.waiting[cid] = time.monotonic()
        self._say({"text": stamped(), "cid": cid})

    def beat(self) -> None:
        pass


async def connect(
    kind: type[ForgeSocket], load: Load, *, port: int, room: str, cookie: str, session: str
) -> ForgeSocket:
    path = "/ws/v1/" if kind is ForgeSocket else f"/ws/{room}/"
    headers = {"Cookie": f"{cookie}={session}", "Origin": f"http://127.0.0.1:{port}"}
    if kind is ForgeSocket:
        headers["Sec-WebSocket-Protocol"] = "padawan.v1"
    _, listener = await picows.ws_connect(
        lambda: kind(load, room),
        f"ws://127.0.0.1:{port}{path}",
        extra_headers=headers,
        websocket_handshake_timeout=60,
    )
    await asyncio.wait_for(listener.is_in, 60)
    return listener
