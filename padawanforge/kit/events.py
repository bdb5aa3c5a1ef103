"""What the rest of the project says to browsers: `publish` for sockets, `announce` for the apps above.

Both wait for the commit, so nobody is told of a row that was rolled back. The channel layer is only a
nudge: the durable log in the database is the truth, and a client that misses a nudge asks for what it lacks.
"""

from collections.abc import Callable

from django.db import transaction
from django.dispatch import Signal

from padawanforge.kit import hub


def publish(group: str, kind: str, **payload: object) -> None:
    """Tell every socket in the group, once the data behind it is saved; payload holds primitives only."""
    message = {"kind": kind, **payload}
    transaction.on_commit(lambda: hub.send(group, message))


def announce(signal: Signal, *, sender: type, **facts: object) -> None:
    """Tell the apps above what happened, after the commit; one failing receiver does not stop the others."""
    # send_robust logs what a receiver raises; nothing here may break the action that has already happened.
    transaction.on_commit(lambda: _dispatch(signal, sender, facts))


def _dispatch(signal: Signal, sender: type, facts: dict[str, object]) -> None:
    signal.send_robust(sender=sender, **facts)


def after_commit(function: Callable[[], None]) -> None:
    """Run once the surrounding transaction is saved, or at once when there is none."""
    transaction.on_commit(function)
