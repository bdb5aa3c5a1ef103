"""The cache in Redis, as many requests share it and as it is when Redis is away.

Django makes a cache object, with connections of its own, for each request and each socket of an ASGI server:
every page opened a connection, which cost more than what it was opened for. Here a process has one pool.

And a cache must not be what a site stands on. While Redis is away each process remembers for itself: limits
are counted there, and nothing breaks. What was changed meanwhile is taken out of Redis when it is back, so that
nothing old comes to light again.
"""

import logging
import os
import time
from collections.abc import Iterable
from threading import Lock
from typing import Any, ClassVar, Self

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSilent
from redis.retry import Retry

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 1.0
# So long nobody tries again; each try may cost somebody the time above.
PAUSE_SECONDS = 3.0
# As many connections at most as threads ask at the same moment.
MOST_CONNECTIONS = 500
# Of more changes than that the oldest are not taken back; what a cache holds runs out by itself, too.
MOST_CHANGES = 50_000


class SharedPool(ConnectionPool):
    """One for each address and process."""

    _known: ClassVar[dict[tuple[int, str], Any]] = {}
    _making: ClassVar[Lock] = Lock()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # For all threads: making one takes longer than what it is asked.
        self.client = Redis(connection_pool=self)

    @classmethod
    def from_url(cls, url: str, **options: Any) -> Self:
        key = os.getpid(), url
        with cls._making:
            if key not in cls._known:
                cls._known[key] = super().from_url(
                    url,
                    max_connections=MOST_CONNECTIONS,
                    socket_timeout=TIMEOUT_SECONDS,
                    socket_connect_timeout=TIMEOUT_SECONDS,
                    # Once more at once: after a restart of Redis every connection of the pool is an old one.
                    retry=Retry(NoBackoff(), 1),
                    **options,
                )
            return cls._known[key]


_here = LocMemCache("redis-is-away", {"OPTIONS": {"MAX_ENTRIES": MOST_CHANGES}})


class _Absence:
    """Whether Redis is away, as far as this process knows, and what was changed here meanwhile."""

    def __init__(self) -> None:
        self.next_try = 0.0
        self._changed: dict[str, None] = {}
        # Nobody notes a change that is not taken out of Redis any more.
        self._lock = Lock()

    @property
    def is_on(self) -> bool:
        return bool(self.next_try)

    def is_to_be_tried(self) -> bool:
        """True for one in a while: the others don't wait for what will probably not answer."""
        if time.monotonic() < self.next_try:
            return False
        if self.is_on:
            self.next_try = time.monotonic() + PAUSE_SECONDS
        return True

    def begin(self, error: Exception) -> None:
        with self._lock:
            is_new = not self.is_on
            self.next_try = time.monotonic() + PAUSE_SECONDS
        if is_new:
            _here.clear()
            logger.warning("The cache is away; this process remembers for itself: %s", error)

    def note(self, keys: Iterable[str]) -> bool:
        """That these are changed here alone; False when Redis is back by now."""
        with self._lock:
            if self.is_on:
                self._changed |= dict.fromkeys(keys)
                while len(self._changed) > MOST_CHANGES:
                    del self._changed[next(iter(self._changed))]
            return self.is_on

    def take(self) -> list[str]:
        """What is to be taken out of Redis before anybody asks it; when nothing is left, it is back."""
        with self._lock:
            changed, self._changed = list(self._changed), {}
            if not changed:
                self.next_try = 0.0
            return changed


_absence = _Absence()


class _Client(RedisCacheClient):
    """Django's, with this process's own memory behind it."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, pool_class=SharedPool, **options)

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        pool: SharedPool = self._get_connection_pool(write)  # type: ignore[attr-defined]
        return pool.client

    def _ask(self, name: str, *asked: Any, changes: Iterable[str] = ()) -> Any:
        while True:
            if _absence.is_to_be_tried():
                try:
                    if _absence.is_on:
                        self._come_back()
                    return getattr(super(), name)(*asked)
                except (RedisAway, RedisSilent) as error:
                    _absence.begin(error)
            if _absence.note(changes):
                return getattr(_here, name)(*asked)

    def _come_back(self) -> None:
        """Raises what says that Redis is still away."""
        self.get_client(write=True).ping()
        while changed := _absence.take():
            try:
                super().delete_many(changed)
            except (RedisAway, RedisSilent):
                _absence.note(changed)
                raise
        _here.clear()
        logger.warning("The cache is back.")

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        return self._ask("add", key, value, timeout, changes=[key])

    def get(self, key: Any, default: Any) -> Any:
        return self._ask("get", key, default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        self._ask("set", key, value, timeout, changes=[key])

    def touch(self, key: Any, timeout: Any) -> bool:
        return self._ask("touch", key, timeout)

    def delete(self, key: Any) -> bool:
        return self._ask("delete", key, changes=[key])

    def get_many(self, keys: Any) -> Any:
        return self._ask("get_many", keys)

    def has_key(self, key: Any) -> bool:
        return self._ask("has_key", key)

    def incr(self, key: Any, delta: Any) -> int:
        return self._ask("incr", key, delta, changes=[key])

    def set_many(self, data: Any, timeout: Any) -> None:
        self._ask("set_many", data, timeout, changes=data)

    def delete_many(self, keys: Any) -> None:
        self._ask("delete_many", keys, changes=keys)

    def clear(self) -> bool:
        return self._ask("clear")


class SteadyRedisCache(RedisCache):
    """Name it as the backend of the cache."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client
