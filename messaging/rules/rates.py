"""How much a connection may ask and be told. The clock is handed in, in seconds."""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

BURST = 40.0
REFILL_PER_SECOND = 2.0
STRIKES = 10
STRIKES_WITHIN_SECONDS = 60.0
FLOOD = 200
WINDOW_FRAMES = 64
WINDOW_BYTES = 256 * 1024
FULL_FOR_SECONDS = 30.0
# A page says it every four seconds while somebody writes; more often it is news to nobody.
TYPING_SECONDS = 3.0
# After that pages forget by themselves that somebody writes.
TYPING_LASTS_SECONDS = 8.0


@dataclass(slots=True)
class Bucket:
    """Frames that may come in: a burst, then so many a second."""

    now: float
    tokens: float = BURST

    def take(self, cost: float, *, now: float) -> int:
        """Zero when the frame may pass, else after how many milliseconds it may be sent again."""
        self.tokens = min(BURST, self.tokens + (now - self.now) * REFILL_PER_SECOND)
        self.now = now
        if self.tokens >= cost:
            self.tokens -= cost
            return 0
        return max(1, round((cost - self.tokens) / REFILL_PER_SECOND * 1000))


@dataclass(slots=True)
class Strikes:
    """Counts offences; true when there were too many within a minute."""

    limit: int
    moments: deque[float] = field(default_factory=deque)

    def add(self, now: float) -> bool:
        self.moments.append(now)
        while self.moments[0] <= now - STRIKES_WITHIN_SECONDS:
            self.moments.popleft()
        return len(self.moments) >= self.limit


@dataclass(slots=True)
class TypingPace:
    """In which rooms a connection says that somebody writes; what comes too often isn't passed on."""

    told: dict[Hashable, float] = field(default_factory=dict)

    def lets(self, room: Hashable, *, is_on: bool, now: float) -> bool:
        if not is_on:
            return self.told.pop(room, None) is not None
        if now - self.told.get(room, -TYPING_SECONDS) < TYPING_SECONDS:
            return False
        self.told = {other: at for other, at in self.told.items() if now - at < TYPING_LASTS_SECONDS}
        self.told[room] = now
        return True


@dataclass(slots=True)
class Window:
    """The durable frames that the client has not acknowledged yet, by number and size."""

    n: int = 0
    bytes: int = 0
    full_since: float | None = None
    unacknowledged: deque[tuple[int, int]] = field(default_factory=deque)

    @property
    def is_full(self) -> bool:
        return len(self.unacknowledged) >= WINDOW_FRAMES or self.bytes >= WINDOW_BYTES

    @property
    def is_half_full(self) -> bool:
        return len(self.unacknowledged) * 2 >= WINDOW_FRAMES or self.bytes * 2 >= WINDOW_BYTES

    @property
    def room(self) -> int:
        """How many more frames may be sent."""
        return WINDOW_FRAMES - len(self.unacknowledged)

    def next(self, size: int, *, now: float) -> int:
        """The number for a frame of that size, which counts as sent."""
        self.n += 1
        self.bytes += size
        self.unacknowledged.append((self.n, size))
        if self.is_full and self.full_since is None:
            self.full_since = now
        return self.n

    def acknowledge(self, n: int) -> None:
        while self.unacknowledged and self.unacknowledged[0][0] <= n:
            self.bytes -= self.unacknowledged.popleft()[1]
        if not self.is_full:
            self.full_since = None

    def is_stuck(self, now: float) -> bool:
        return self.full_since is not None and now - self.full_since >= FULL_FOR_SECONDS
