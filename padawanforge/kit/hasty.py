"""Transactions that nobody is promised: what they store may be lost with the power, not with the process.

A commit waits until the disk has it, two milliseconds and more, and nobody else can write meanwhile on SQLite.
That is right for whatever somebody was told is stored. An answer in the making is told to nobody as stored, and
its author waits: that it was begun, what it may cost, and its pieces go to the disk with the next commit of
anybody, within a second. What is read is the same, and a process that dies loses nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def hasty() -> Iterator[None]:
    """Like `transaction.atomic`; inside another transaction it is one, and lasts as that one does."""
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
    elif connection.vendor == "sqlite":
        _tell("PRAGMA synchronous=NORMAL")
        try:
            with transaction.atomic():
                # Before all else that waits for the commit: what is stored then is none of this.
                transaction.on_commit(lambda: _tell("PRAGMA synchronous=FULL"))
                yield
        finally:
            _tell("PRAGMA synchronous=FULL")
    else:
        with transaction.atomic():
            _tell("SET LOCAL synchronous_commit TO OFF")
            yield


def _tell(setting: str) -> None:
    """Past Django: it is no question, and is not to be counted as one."""
    connection.ensure_connection()
    connection.connection.execute(setting)
