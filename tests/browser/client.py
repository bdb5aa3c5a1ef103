"""A small client of the realtime protocol: signs in as a guest, enters a room, sends and listens."""

import json
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field

import httpx2
from websockets.sync.client import ClientConnection, connect


def sign_in_as_guest(url: str) -> httpx2.Client:
    """A browser's session: cookies, and the token that forms need."""
    headers = {"Origin": url, "Referer": f"{url}/"}
    # A server that has just begun, beside other tests, is slow, not wrong.
    http = httpx2.Client(base_url=url, follow_redirects=True, headers=headers, timeout=30)
    http.get("/")
    post(http, "/guest/")
    return http


def post(http: httpx2.Client, path: str, **data: str) -> httpx2.Response:
    token = next(value for name, value in http.cookies.items() if name.startswith("padawan_csrf"))
    response = http.post(path, data=data, headers={"X-CSRFToken": token})
    response.raise_for_status()
    return response


@dataclass
class Socket:
    """One connection, subscribed to one channel from a number on."""

    url: str
    http: httpx2.Client
    room: str
    events: list[dict] = field(default_factory=list)
    connection: ClientConnection | None = None
    closing: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        self.closing.close()

    def open(self, since: int = 0, epoch: str | None = None) -> dict:
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        self.close()
        connecting = connect(
            self.url.replace("http", "ws", 1) + "/ws/v1/",
            subprotocols=["padawan.v1"],
            origin=self.url,
            additional_headers={"Cookie": cookies},
        )
        self.connection = self.closing.enter_context(connecting)
        self.say(op="hello", id="h", client=str(uuid.uuid4()), since=[], state="active")
        self.wait_for("ready")
        frame = {"op": "sub", "id": "s", "room": self.room}
        if epoch:
            frame |= {"seq": since, "epoch": epoch}
        self.say(**frame)
        return self.wait_for("sub")

    def say(self, **frame: object) -> None:
        self.connection.send(json.dumps(frame))

    def wait_for(self, *ops: str, timeout: float = 10) -> dict:
        """The next frame of one of the kinds; events that come meanwhile are kept."""
        while True:
            frame = json.loads(self.connection.recv(timeout=timeout))
            if frame["op"] == "ev":
                self.events.append(frame)
            if frame["op"] in ops:
                return frame

    def send_message(self, cid: str, text: str) -> dict:
        """`ok` or `err` for this message."""
        self.say(op="send", id=cid, room=self.room, cid=cid, body=text)
        while (frame := self.wait_for("ok", "err"))["id"] != cid:
            continue
        return frame
