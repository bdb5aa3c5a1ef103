"""A tab that speaks the protocol, for tests."""

import json
from uuid import uuid4

from asgiref.testing import ApplicationCommunicator
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from messaging.actions.messages import next_seq
from messaging.database import in_database
from messaging.models import ChannelEvent
from messaging.subscriptions import poll_heads
from padawanforge.asgi import application


class Communicator(WebsocketCommunicator):
    """Channels' own keeps database connections open for the sake of databases in memory; ours are closed."""

    send_input = ApplicationCommunicator.send_input
    receive_output = ApplicationCommunicator.receive_output


def cookie_of(player):
    client = Client()
    client.force_login(player)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Tab:
    """One socket; `ask` sends a request and waits for its answer, `next` waits for a frame by its op."""

    def __init__(self, cookie="", *, origin="http://testserver", host="testserver"):
        headers = [(b"host", host.encode()), (b"cookie", cookie.encode())]
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        self.socket = Communicator(application, "/ws/v1/", headers, ["padawan.v1"])
        self.heard = []
        self.acknowledges = True

    @classmethod
    async def of(cls, player, /, *rooms, **hello):
        """A tab of the player that has said hello and subscribed to the rooms."""
        tab = cls(await in_database(cookie_of)(player))
        await tab.open()
        await tab.hello(**hello)
        for room in rooms:
            await tab.ask("sub", room=str(room.uuid))
        return tab

    async def open(self):
        is_open, protocol = await self.socket.connect(timeout=20)
        return is_open, protocol

    async def hello(self, **fields):
        await self.tell("hello", client=str(uuid4()), **fields)
        return await self.next("ready")

    async def tell(self, op, **fields):
        await self.socket.send_to(text_data=json.dumps({"op": op, **fields}))

    async def ask(self, op, **fields):
        id = uuid4().hex[:8]
        await self.tell(op, id=id, **fields)
        return await self.next("ok", "err", where=lambda frame: frame.get("id") == id)

    async def say(self, room, text, cid=None):
        return await self.ask("send", room=str(room.uuid), cid=str(cid or uuid4()), body=text)

    async def next(self, *ops, where=lambda frame: True, within=20):
        """The next frame with one of these ops; frames that were passed over stay in `heard`."""
        for frame in self.heard:
            if frame["op"] in ops and where(frame):
                self.heard.remove(frame)
                return frame
        while True:
            frame = await self._receive(within)
            if frame["op"] in ops and where(frame):
                return frame
            self.heard.append(frame)

    async def _receive(self, within=20):
        frame = json.loads(await self.socket.receive_from(timeout=within))
        if frame["op"] == "ev" and self.acknowledges:
            await self.tell("ack", n=frame["n"])
        return frame

    async def events(self, count):
        return [await self.next("ev") for _ in range(count)]

    async def silent(self, seconds=0.15):
        """Everything that still came until nothing came for that time."""
        while not await self.socket.receive_nothing(seconds):
            self.heard.append(await self._receive())
        heard, self.heard = self.heard, []
        return heard

    async def close_code(self, within=20):
        """Reads until the server closes."""
        while True:
            message = await self.socket.receive_output(within)
            if message["type"] == "websocket.close":
                await self.socket.wait()
                return message.get("code", 1000)
            self.heard.append(json.loads(message["text"]))

    async def leave(self):
        await self.socket.disconnect()


def poll_late():
    """What is missing for the second time is read."""
    poll_heads()
    return poll_heads()


@in_database
def log_silently(channel, count):
    """What another process writes when its nudges are lost."""
    for _ in range(count):
        ChannelEvent.objects.create(channel=channel, seq=next_seq(channel), type="room.updated")


async def seqs(tab, count):
    return [event["seq"] for event in await tab.events(count)]
