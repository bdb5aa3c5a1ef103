"""Reading a stream with a clock beside it.

The client's own timeout counts from one read to the next, so a server that sends a comment every second
could hold an answer open for ever. Here a thread reads, and this one waits only as long as it wants to.
"""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable
from typing import Any

from npcs.llm.base import Unavailable


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
    silence_seconds: float,
    give_up: Callable[[], None],
) -> Generator[Any, None, None]:
    """What the source yields; its faults are raised here, silence and the deadline as Unavailable.

    `give_up` ends the source's waiting; it is called however the reading ended.
    """
    found: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    arguments = {"source": source, "faults": faults}
    threading.Thread(target=_fill, args=(found,), kwargs=arguments, name="llm-reader", daemon=True).start()
    try:
        while True:
            kind, value = _next(found, deadline=deadline, silence_seconds=silence_seconds)
            if kind == "end":
                return
            if kind == "fault":
                raise value
            yield value
    finally:
        give_up()


def _next(
    found: "queue.SimpleQueue[tuple[str, Any]]", *, deadline: Deadline, silence_seconds: float
) -> tuple[str, Any]:
    # A fast stream never leaves the queue empty, so the clock is asked here as well.
    if not deadline.seconds_left:
        raise Unavailable("timeout", error="deadline")
    try:
        return found.get(timeout=min(silence_seconds, deadline.seconds_left))
    except queue.Empty as error:
        raise Unavailable("timeout", error="silence" if deadline.seconds_left else "deadline") from error


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
