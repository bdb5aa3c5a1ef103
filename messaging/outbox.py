"""What is on its way to one socket: sent at once while the socket takes it, in order once it doesn't."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

CLOSE = "websocket.close"
Send = Callable[[dict], Awaitable[None]]


class _Begun:
    """A sending that has come to a point where it waits."""

    def __init__(self, sending: Coroutine[Any, Any, None], awaited: Any) -> None:
        self._sending, self._awaited = sending, awaited

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            while True:
                try:
                    got = yield self._awaited
                except BaseException as error:  # noqa: BLE001 - an end too is for whoever waits
                    self._awaited = self._sending.throw(error)
                else:
                    self._awaited = self._sending.send(got)
        except StopIteration:
            return


class Outbox:
    def __init__(self) -> None:
        self._waiting: asyncio.Queue[dict | _Begun] = asyncio.Queue()
        self._send: Callable[[dict], Any] | None = None
        self._is_sending = False

    def __len__(self) -> int:
        """How many frames wait."""
        return self._waiting.qsize()

    def put(self, frame: dict) -> None:
        """On the server's loop; returns at once."""
        is_free = self._send is not None and not self._is_sending and self._waiting.empty()
        if not is_free or frame["type"] == CLOSE or not self._begin(frame):
            self._waiting.put_nowait(frame)

    def take(self) -> list[Any]:
        """All that waits, where nobody sends it: for pages without a socket."""
        return [self._waiting.get_nowait() for _ in range(len(self))]

    async def run(self, send: Send) -> None:
        """Send until the socket is closed."""
        self._send = send
        while True:
            waiting = await self._waiting.get()
            self._is_sending = True
            if isinstance(waiting, _Begun):
                await waiting
            else:
                await send(waiting)
                if waiting["type"] == CLOSE:
                    return
            self._is_sending = False

    def _begin(self, frame: dict) -> bool:
        """Send as far as that goes without waiting, and leave the rest to `run`; false when it failed.

        A task of its own for each frame, or one that is woken for each, costs a third of what a delivery costs.
        """
        assert self._send is not None  # noqa: S101 - asked by `put`
        sending = self._send(frame)
        try:
            awaited = sending.send(None)
        except StopIteration:
            return True
        except Exception:  # noqa: BLE001 - `run` sends it again, and whoever looks after the socket hears why not
            return False
        self._waiting.put_nowait(_Begun(sending, awaited))
        return True
