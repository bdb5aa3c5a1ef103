import time

from django.core.cache import BaseCache, cache
from django.http import HttpRequest
from django.utils.connection import ConnectionProxy
from ninja.throttling import BaseThrottle

PER_MINUTE = 200
WINDOW_SECONDS = 60


class PerPlayer(BaseThrottle):
    """So many calls a minute for a player, whatever tokens and browsers they come by.

    When the cache is away, calls go through: a limit must not shut the interface.
    """

    def __init__(self, counts: BaseCache | ConnectionProxy = cache) -> None:
        self.counts = counts

    def allow_request(self, request: HttpRequest) -> bool:
        return self._count(request.user.pk) <= PER_MINUTE

    def wait(self) -> float:
        return WINDOW_SECONDS - time.time() % WINDOW_SECONDS

    def _count(self, player_id: int) -> int:
        key = f"players.api.{player_id}.{int(time.time() // WINDOW_SECONDS)}"
        try:
            if self.counts.add(key, 1, timeout=2 * WINDOW_SECONDS):
                return 1
            return self.counts.incr(key)
        except Exception:  # noqa: BLE001 - whatever the cache's library raises; ValueError: the key has just gone
            return 1
