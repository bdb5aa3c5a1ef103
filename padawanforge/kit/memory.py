"""What one operation has read of the database, so that it reads nothing twice and can read ahead.

A reading belongs to one operation in one thread. Within it `recalled` asks once for each key; outside of one
it asks every time, so that nothing here ever outlives an operation. What is read ahead for many at once is
put in by `keep`. An operation that changes what it may have read begins no reading.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Read = TypeVar("Read")

_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("known", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


@contextmanager
def nothing_known() -> Iterator[None]:
    """Asks every time again, also within a reading: for a step that changes what was read, and for another's work."""
    token = _known.set(None)
    try:
        yield
    finally:
        _known.reset(token)


def is_reading() -> bool:
    return _known.get() is not None


def recalled(key: Hashable, read: Callable[[], Read]) -> Read:
    """What is known under the key, or else what `read` finds; a None is known too."""
    known = _known.get()
    if known is None:
        return read()
    if key not in known:
        known[key] = read()
    return known[key]


def is_known(key: Hashable) -> bool:
    return key in (_known.get() or {})


def keep(key: Hashable, value: Any) -> None:
    """Know it for the rest of the reading; outside of one, nothing is kept."""
    known = _known.get()
    if known is not None:
        known[key] = value
