"""A server that goes down says so first: callbacks run between the signal and the server's own handler.

The handler can only be put in front of the server's after the server has set its own, so `install` is called
with the first connection. It works in the main thread only and does nothing elsewhere.
"""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType

logger = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
PATIENCE_SECONDS = 0.5

Goodbye = Callable[[], Awaitable[None]]

_goodbyes: list[Goodbye] = []


def on_shutdown(goodbye: Goodbye) -> None:
    """Have it awaited on the server's loop when the process is asked to end."""
    if goodbye not in _goodbyes:
        _goodbyes.append(goodbye)


@contextmanager
def saying(goodbye: Goodbye) -> Iterator[None]:
    """Have only this goodbye said meanwhile."""
    kept = list(_goodbyes)
    _goodbyes[:] = [goodbye]
    try:
        yield
    finally:
        _goodbyes[:] = kept


def install(loop: asyncio.AbstractEventLoop) -> None:
    """Step in front of the server's signal handlers; stepping in twice is the same as once."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in SIGNALS:
        current = signal.getsignal(number)
        if not isinstance(current, _Farewell) and current is not signal.SIG_IGN:
            signal.signal(number, _Farewell(loop, current))


class _Farewell:
    """The signal handler: says goodbye once, then does what was to be done without us."""

    def __init__(self, loop: asyncio.AbstractEventLoop, previous: object) -> None:
        self.loop = loop
        self.previous = previous
        self.has_begun = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.has_begun or self.loop.is_closed():
            self.hand_on(number, frame)
            return
        self.has_begun = True
        self.loop.call_soon_threadsafe(lambda: self.loop.create_task(self.say_goodbye(number, frame)))

    async def say_goodbye(self, number: int, frame: FrameType | None) -> None:
        try:
            goodbyes = [goodbye() for goodbye in _goodbyes]
            await asyncio.wait_for(asyncio.gather(*goodbyes, return_exceptions=True), PATIENCE_SECONDS)
        except TimeoutError:
            logger.warning("Some clients did not take their goodbye.")
        finally:
            self.hand_on(number, frame)

    def hand_on(self, number: int, frame: FrameType | None) -> None:
        if callable(self.previous):
            self.previous(number, frame)
        else:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
