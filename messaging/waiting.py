"""Waiting for news over plain HTTP, which costs neither a thread nor a connection to the database.

The call itself is answered at once, like every other, and says in a header that it would rather wait. Then it
is put off here, on the event loop, until something is told in the channel, and asked a second time: so the
rights are looked at again before anything goes out.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID
from weakref import WeakSet

from messaging.models.channel import group_of
from messaging.subscriptions import note_seen
from padawanforge.kit import hub

WAITS_FOR = "X-Waits-For"
WAIT_SECONDS = 20.0
EVENTS = re.compile(r"/api/v1/channels/([0-9a-f-]{36})/events")
_HEADER = WAITS_FOR.lower().encode()

App = Callable[[dict, Callable, Callable], Awaitable[None]]

_waiting: WeakSet[asyncio.Event] = WeakSet()


def patient(app: App) -> App:
    async def answer(scope: dict, receive: Callable, send: Callable) -> None:
        room = room_of(scope)
        if room is None:
            await app(scope, receive, send)
            return
        for message in await _answer_in_time(app, scope, receive, group_of(room)):
            await send(message)

    return answer


def room_of(scope: dict) -> UUID | None:
    """The channel whose events are asked for."""
    match = EVENTS.fullmatch(scope["path"]) if scope["method"] == "GET" else None
    try:
        return UUID(match[1]) if match else None
    except ValueError:
        return None


async def _answer_in_time(app: App, scope: dict, receive: Callable, group: str) -> list[dict]:
    """The messages of the answer; none when the client has gone."""
    news = asyncio.Event()

    def hear(message: dict) -> None:
        if message["kind"] == "event":
            news.set()

    # Before the first look, so that nothing falls in between.
    await hub.join(group, hear)
    _waiting.add(news)
    try:
        answer, head = await _ask(app, scope)
        if head is None:
            return answer
        note_seen(group, head)
        if not await _wait(news, receive):
            return []
        answer, _ = await _ask(app, scope)
        return answer
    finally:
        _waiting.discard(news)
        await hub.leave(group, hear)


async def _ask(app: App, scope: dict) -> tuple[list[dict], int | None]:
    """The answer, and the number after which it would wait for more."""
    requests = iter([{"type": "http.request", "body": b"", "more_body": False}])
    answer: list[dict] = []

    async def receive() -> dict:
        for request in requests:
            return request
        # The application only wants to know whether the client goes; that is looked after here.
        return await asyncio.Future()

    async def send(message: dict) -> None:
        answer.append(message)

    await app(dict(scope), receive, send)
    headers = answer[0].get("headers", []) if answer else []
    waits = [value for name, value in headers if name.lower() == _HEADER]
    if waits:
        answer[0] = {**answer[0], "headers": [pair for pair in headers if pair[0].lower() != _HEADER]}
    return answer, int(waits[0]) if waits else None


async def _wait(news: asyncio.Event, receive: Callable) -> bool:
    """Until something happens or the time is over; False when the client went first."""
    told, gone = asyncio.ensure_future(news.wait()), asyncio.ensure_future(_client_gone(receive))
    try:
        done, _ = await asyncio.wait({told, gone}, timeout=WAIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        return gone not in done
    finally:
        for task in (told, gone):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _client_gone(receive: Callable) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def wake_all() -> None:
    """The server goes down: whoever waits is answered now."""
    for news in list(_waiting):
        news.set()
    await asyncio.sleep(0)
