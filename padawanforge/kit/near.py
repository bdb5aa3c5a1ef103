"""What this process has at hand of the cache that all share, for what is asked with every message.

The cache is asked again after a few seconds, and at once after `forget`, of which the other processes are told.
"""

from collections.abc import Collection
from threading import Lock
from typing import Any

from cachetools import TTLCache
from django.core.cache import cache

from padawanforge.kit import hub

GROUP = "near"
SECONDS = 20
MOST = 20_000


class _Memory:
    def __init__(self) -> None:
        self.lock = Lock()
        self.known: TTLCache[str, Any] = TTLCache(maxsize=MOST, ttl=SECONDS)
        # Raised with whatever is forgotten: what was asked for before may have been changed meanwhile.
        self.turn = 0


_memory = _Memory()
_UNKNOWN = object()


def get_many(keys: Collection[str]) -> dict[str, Any]:
    """As the cache says or said a moment ago; what it doesn't know is left out."""
    with _memory.lock:
        # Not asked for twice: between two looks its time may be over.
        looked_up = {key: _memory.known.get(key, _UNKNOWN) for key in keys}
        found = {key: value for key, value in looked_up.items() if value is not _UNKNOWN}
        turn = _memory.turn
    if missing := [key for key in keys if key not in found]:
        asked = cache.get_many(missing)
        with _memory.lock:
            if turn == _memory.turn:
                _memory.known.update(asked)
        found |= asked
    return found


def forget(*keys: str) -> None:
    """From any thread; the next who asks finds nothing."""
    cache.delete_many(keys)
    _drop(keys)
    hub.send(GROUP, {"keys": list(keys)})


async def listen() -> None:
    """Hear what others forget; to be called on the server's loop before anything is asked there."""
    await hub.join(GROUP, _hear)


def clear() -> None:
    with _memory.lock:
        _memory.known.clear()


def _hear(message: dict) -> None:
    _drop(message["keys"])


def _drop(keys: Collection[str]) -> None:
    with _memory.lock:
        _memory.turn += 1
        for key in keys:
            _memory.known.pop(key, None)
