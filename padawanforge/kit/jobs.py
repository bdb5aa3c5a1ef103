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
from queue import SimpleQueue
from typing import Any

import psycopg
from django.conf import settings
from django.db import close_old_connections, transaction
from huey import Huey, MemoryHuey, PostgresHuey, SqliteHuey
from huey.consumer import Consumer
from huey.storage import SqliteStorage

from padawanforge.kit.memory import nothing_known
from padawanforge.kit.threads import keep_connection, own_connection

logger = logging.getLogger(__name__)

_jobs: dict[str, Callable[..., None]] = {}
_periodic: list["Periodic"] = []
# Threads beside those of the queue, for jobs that are started at once.
AT_ONCE = 8
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
    if not _is_working.is_set() or not _helpers.take(name, arguments):
        _carrier()(name, arguments)


class Helpers:
    """At most so many threads, made when they are needed; each waits for its next job with its connection open.

    They are daemons, unlike those of an executor: nobody who stops the process waits for an answer to end.
    """

    def __init__(self, most: int, *, run: Callable[[str, dict], None]) -> None:
        self._run = run
        self._free = threading.Semaphore(most)
        self._idle = threading.Semaphore(0)
        self._calls: SimpleQueue[tuple[str, dict]] = SimpleQueue()

    def take(self, name: str, arguments: dict) -> bool:
        """Begin the job now; False when all are busy."""
        if not self._free.acquire(blocking=False):
            return False
        self._calls.put((name, arguments))
        if not self._idle.acquire(blocking=False):
            threading.Thread(target=self._work, name="at once", daemon=True).start()
        return True

    def _work(self) -> None:
        keep_connection()
        while True:
            name, arguments = self._calls.get()
            try:
                self._run(name, arguments)
            finally:
                self._free.release()
            self._idle.release()


def names() -> list[str]:
    return sorted(_jobs)


def periodic() -> list[Periodic]:
    return list(_periodic)


class WakingStorage(SqliteStorage):
    """Whoever waits for a job of this process is woken when one comes; for those of others it looks now and then."""

    # So huey's workers wait here and not in sleeps of their own.
    blocking = True
    PATIENCE_SECONDS = 0.2

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._news = threading.Condition()
        self._came = 0

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        super().enqueue(data, priority)
        with self._news:
            self._came += 1
            self._news.notify()

    def dequeue(self) -> bytes | None:
        # Counted before looking: what comes in between is not slept through.
        came = self._came
        if (data := super().dequeue()) is not None:
            return data
        with self._news:
            is_new = self._news.wait_for(lambda: self._came != came, timeout=self.PATIENCE_SECONDS)
        return super().dequeue() if is_new else None


class EmbeddedHuey(SqliteHuey):
    storage_class = WakingStorage


@cache
def queue() -> Huey:
    """The one huey of this process, by `settings.JOBS`."""
    kind = settings.JOBS["kind"]
    if kind == "sqlite":
        return EmbeddedHuey("padawanforge", filename=settings.JOBS["filename"], fsync=False, timeout=20)
    if kind == "postgresql":
        return on_postgresql(str(settings.JOBS["dsn"]))
    return MemoryHuey("padawanforge", immediate=True)


def on_postgresql(dsn: str) -> Huey:
    """One process after another: those that start together would make huey's tables at once, and all but one fail."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('padawanforge.jobs'))")
        return PostgresHuey("padawanforge", dsn=dsn)


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
        # Where jobs run at once, whoever enqueued it may be in a reading.
        with nothing_known():
            _jobs[name](**arguments)
    except Exception:
        logger.exception("The job %s%s failed.", name, arguments)
        if in_test:
            raise
    finally:
        if not in_test:
            close_old_connections()


_helpers = Helpers(AT_ONCE, run=run)


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
        own_connection()
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
        # Each worker calls it in its own thread before its first job.
        ready_queue().on_startup()(keep_connection)
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
