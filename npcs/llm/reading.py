"""Reading a stream with a clock beside it.

The client's own timeout counts from one read to the next, so a server that sends a comment every second
could hold an answer open for ever. Here a thread reads, and this one waits only as long as it wants to.
"""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from typing import Any

from npcs.llm.base import ShouldStop, Unavailable, never

# How often somebody who waits asks whether to go on.
GLANCE_SECONDS = 0.2


class Stopped(Exception):
    """Whoever asked wants no more."""


class Deadline:
    """A moment after which nobody waits any more."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def seconds_left(self) -> float:
        return max(0.0, self._end - time.monotonic())


def read_with_patience(
    source: Callable[[], Iterable[Any]],
    *,
    faults: tuple[type[Exception], ...],
    deadline: Deadline,
    patience: Callable[[], float],
    give_up: Callable[[], None],
    should_stop: ShouldStop = never,
) -> Generator[Any, None, None]:
    """What the source yields; its faults are raised here, silence and the deadline as Unavailable.

    `patience` says how many seconds to wait for the next item. Stopped is raised within a fraction of a second once `should_stop` says yes, also while nothing comes.

    `give_up` ends the source's waiting; it is called however the reading ended.
    """
    found: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    arguments = {"source": source, "faults": faults}
    threading.Thread(target=_fill, args=(found,), kwargs=arguments, name="llm-reader", daemon=True).start()
    try:
        while True:
            silence = Deadline(patience())
            kind, value = _next(found, silence=silence, deadline=deadline, should_stop=should_stop)
            if kind == "end":
                return
            if kind == "fault":
                raise value
            yield value
    finally:
        give_up()


def _next(
    found: "queue.SimpleQueue[tuple[str, Any]]",
    *,
    silence: Deadline,
    deadline: Deadline,
    should_stop: ShouldStop,
) -> tuple[str, Any]:
    while True:
        if should_stop():
            raise Stopped
        # A fast stream never leaves the queue empty, so the clock is asked here as well.
        if not deadline.seconds_left:
            raise Unavailable("timeout", error="deadline")
        with suppress(queue.Empty):
            return found.get(timeout=min(GLANCE_SECONDS, silence.seconds_left, deadline.seconds_left))
        if not silence.seconds_left and deadline.seconds_left:
            raise Unavailable("timeout", error="silence")


def _fill(
    found: "queue.SimpleQueue[tuple[str, Any]]",
    *,
    source: Callable[[], Iterable[Any]],
    faults: tuple[type[Exception], ...],
) -> None:
    try:
        for item in source():
            found.put(("item", item))
    except faults as error:
        found.put(("fault", error))
    finally:
        found.put(("end", None))
