"""The server process is killed in the middle of a chat: nothing acknowledged is lost or doubled."""

import re
import threading
import time
import uuid

import pytest
from websockets.exceptions import WebSocketException

from tests.browser.client import Socket, post, sign_in_as_guest
from tests.browser.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.engine]
MESSAGES = 40
WRITERS = 8


def channel_of(http, slug: str) -> str:
    page = http.get(f"/rooms/{slug}/").text
    return re.search(r'data-room="([0-9a-f-]{36})"', page).group(1)


def test_killing_the_server_loses_doubles_and_reorders_nothing(own_server):
    # Several writers, because a room takes only so many messages of one of them within ten seconds.
    sockets = [enter(own_server) for _ in range(WRITERS)]
    beginnings = [socket.open() for socket in sockets]
    first = beginnings[0]
    texts = [f"message {number}" for number in range(MESSAGES)]
    acknowledged: dict[str, int] = {}
    killer = threading.Timer(0.4, lambda: (own_server.kill(), own_server.start()))
    killer.start()

    for number, text in enumerate(texts):
        socket = sockets[number % WRITERS]
        acknowledged[text] = send_until_answered(socket, str(uuid.uuid4()), text, epoch=first["epoch"])
        time.sleep(0.02)
    killer.join()

    reader = Socket(own_server.url, sockets[0].http, sockets[0].room)
    reader.open(since=first["head"], epoch=first["epoch"])
    stored = read_messages(reader, MESSAGES)
    reader.close()
    for socket in sockets:
        socket.close()
        socket.http.close()
    assert [text for text, _ in stored] == texts
    assert dict(stored) == acknowledged


def enter(server: Server) -> Socket:
    """The socket of a new guest in the room that every server has."""
    http = sign_in_as_guest(server.url)
    post(http, "/rooms/the-commons/enter/")
    post(http, "/rooms/the-commons/rules/", version="1")
    return Socket(server.url, http, channel_of(http, "the-commons"))


def send_until_answered(socket: Socket, cid: str, text: str, *, epoch: str) -> int:
    """The number under which the message was acknowledged; the same client id is used for each try."""
    while True:
        try:
            answer = socket.send_message(cid, text)
        except (WebSocketException, TimeoutError, OSError):
            reconnect(socket, epoch)
            continue
        if answer["op"] == "ok":
            return answer["seq"]
        assert answer["code"] == "rate"
        time.sleep(answer["retry_ms"] / 1000)


def reconnect(socket: Socket, epoch: str) -> None:
    for _ in range(300):
        try:
            socket.open(since=0, epoch=epoch)
        except (WebSocketException, TimeoutError, OSError, EOFError):
            time.sleep(0.1)
        else:
            return


def read_messages(reader: Socket, count: int) -> list[tuple[str, int]]:
    """(text, number) of what guests wrote, in the order of the log."""
    deadline = time.monotonic() + 20
    while True:
        messages = [
            (event["data"]["message"]["text"], event["seq"])
            for event in reader.events
            if event["type"] == "message.created" and event["data"]["message"]["author"]["kind"] == "player"
        ]
        if len(messages) >= count or time.monotonic() > deadline:
            return messages
        reader.wait_for("ev", timeout=10)
