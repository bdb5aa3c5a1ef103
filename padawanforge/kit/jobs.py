"""Work outside the request: `@job` names a function, `enqueue` runs it soon, `@every` again and again.

huey carries the messages: an SQLite file with worker threads inside the server on the embedded default,
PostgreSQL tables with `manage.py run_jobs` in production. huey is at-most-once, so whatever matters is a row
with its own state (`padawanforge.kit.work`) and the message carries only the row's id.

Periodic functions run in a thread of every server process, so they must be harmless when two run at once:
conditional updates, never read-then-write.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db import close_old_connections, connections, transaction
from huey import Huey, MemoryHuey, PostgresHuey, SqliteHuey
from huey.consumer import Consumer

logger = logging.getLogger(__name__)

_jobs: dict[str, Callable[..., None]] = {}
_periodic: list["Periodic"] = []
# Threads beside those of the queue, for jobs that are started at once.
AT_ONCE = 8
_at_once = threading.BoundedSemaphore(AT_ONCE)
# Whether this process has workers of its own.
_is_working = threading.Event()


@dataclass(slots=True)
class Periodic:
    """A function, how often it runs (seconds), and when it is due (monotonic clock)."""

    name: str
    seconds: float
    run: Callable[[], None]
    due: float = 0.0


def job(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register under `app.verb`; arguments are ids and plain values."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        if name in _jobs:
            raise ValueError(f"The job {name!r} is already registered.")
        _jobs[name] = function
        return function

    return register


def every(seconds: float, *, name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function that each server process runs every so many seconds."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        _periodic.append(Periodic(name=name, seconds=seconds, run=function))
        return function

    return register


def enqueue(name: str, **arguments: object) -> None:
    """Run the job soon, once the surrounding transaction is saved."""
    if name not in _jobs:
        raise LookupError(f"There is no job {name!r}.")
    transaction.on_commit(lambda: _carrier()(name, arguments))


def start(name: str, **arguments: object) -> None:
    """Like `enqueue`, but in this process and at once if it works itself: for what somebody waits for.

    Such a job must be a row that only one worker claims, for a process that dies takes its threads along.
    """
    if name not in _jobs:
        raise LookupError(f"There is no job {name!r}.")
    transaction.on_commit(lambda: _start(name, arguments))


def _start(name: str, arguments: dict) -> None:
    if not _is_working.is_set() or not _at_once.acquire(blocking=False):
        _carrier()(name, arguments)
        return
    threading.Thread(target=_run_at_once, args=(name, arguments), name=name, daemon=True).start()


def _run_at_once(name: str, arguments: dict) -> None:
    try:
        run(name, arguments)
    finally:
        connections.close_all()
        _at_once.release()


def names() -> list[str]:
    return sorted(_jobs)


def periodic() -> list[Periodic]:
    return list(_periodic)


@cache
def queue() -> Huey:
    """The one huey of this process, by `settings.JOBS`."""
    kind = settings.JOBS["kind"]
    if kind == "sqlite":
        return SqliteHuey("padawanforge", filename=settings.JOBS["filename"], fsync=False, timeout=20)
    if kind == "postgresql":
        return PostgresHuey("padawanforge", dsn=settings.JOBS["dsn"])
    return MemoryHuey("padawanforge", immediate=True)


@cache
def _carrier() -> Callable[[str, dict], object]:
    return queue().task(name="padawanforge.run")(run)


def ready_queue() -> Huey:
    """The queue with its one task registered, for a consumer."""
    _carrier()
    return queue()


def run(name: str, arguments: dict) -> None:
    """Run one job now, with fresh database connections around it."""
    in_test = settings.JOBS["kind"] == "immediate"
    if not in_test:
        close_old_connections()
    try:
        _jobs[name](**arguments)
    except Exception:
        logger.exception("The job %s%s failed.", name, arguments)
        if in_test:
            raise
    finally:
        if not in_test:
            close_old_connections()


class EmbeddedConsumer(Consumer):
    """huey's consumer as threads of the server: signals belong to the server."""

    def _set_signal_handlers(self) -> None:
        pass


class Ticker(threading.Thread):
    """Runs the periodic functions of this process, one after another, in a thread of its own."""

    def __init__(self) -> None:
        super().__init__(name="ticker", daemon=True)
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.wait(0.25):
            tick(time.monotonic())

    def stop(self) -> None:
        self.stopping.set()


def tick(now: float) -> None:
    """Run what is due; a failing function is logged and comes again."""
    for entry in _periodic:
        if entry.due > now:
            continue
        entry.due = now + entry.seconds
        close_old_connections()
        try:
            entry.run()
        except Exception:
            logger.exception("The periodic function %s failed.", entry.name)
        finally:
            close_old_connections()


def start_embedded() -> None:
    """Start the workers and the ticker of a server process, as `settings.JOBS` says."""
    if settings.JOBS["threads"]:
        consumer = EmbeddedConsumer(
            ready_queue(),
            workers=settings.JOBS["threads"],
            worker_type="thread",
            periodic=False,
            backoff=1.2,
            initial_delay=0.02,
            max_delay=0.2,
        )
        consumer.start()
        _is_working.set()
    Ticker().start()
