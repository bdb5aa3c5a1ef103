"""What the machine spent: processor time of the server with its database and broker, and its memory."""

import time
from dataclasses import dataclass

import psutil

ENGINES = ("postgres", "redis-server")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of user and system time."""

    server: float
    engines: float
    clock: float

    @property
    def total(self) -> float:
        return self.server + self.engines


class Meter:
    """Counts from its making on. Other users of the same database count along: measure on a quiet machine."""

    def __init__(self, pid: int) -> None:
        self.server = psutil.Process(pid)
        self.engines = [
            process for process in psutil.process_iter(["name"]) if process.info["name"] in ENGINES
        ]
        self.start = self._now()

    def spent(self) -> Spent:
        now = self._now()
        return Spent(*(after - before for after, before in zip(now, self.start, strict=True)))

    def memory_kib(self) -> float:
        tree = [self.server, *self.server.children(recursive=True)]
        return sum(process.memory_info().rss for process in tree) / 1024

    def _now(self) -> tuple[float, float, float]:
        tree = [self.server, *self.server.children(recursive=True)]
        known = {process.pid for process in self.engines}
        # Backends that began since then began at nothing.
        self.engines += [
            process
            for process in psutil.process_iter(["name"])
            if process.info["name"] in ENGINES and process.pid not in known
        ]
        return sum(map(_cpu, tree)), sum(map(_cpu, self.engines)), time.monotonic()


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    # With those of its children that have ended: an engine gives each connection a process.
    return times.user + times.system + times.children_user + times.children_system
