"""How many sockets somebody has open at once, over all server processes.

Each socket takes one of the numbered places of its player and one of its address's. A place is a key of the
cache that lapses unless the heartbeat renews it, so a crash gives back what it held. Should the cache be
away, nobody is counted: a limit must not shut the door.
"""

import hashlib
import logging
import random
from collections.abc import Iterable

from django.conf import settings
from django.core.cache import cache

logger = logging.getLogger(__name__)

# Three heartbeats.
KEPT_SECONDS = 90
GUESSES = TRIES = 5


def take(*, player: str, address: str) -> list[str] | None:
    """The places of one more socket, one of the player's and one of the address's; None when one is full."""
    wanted = {f"messaging.socket.player.{player}": settings.SOCKETS_PER_PLAYER}
    if address:
        wanted[f"messaging.socket.address.{_short(address)}"] = settings.SOCKETS_PER_ADDRESS
    taken: list[str] = []
    try:
        for name, limit in wanted.items():
            place = _free_place(name, limit)
            if place is None:
                give_back(taken)
                return None
            taken.append(place)
    except Exception as error:  # noqa: BLE001 - whatever the cache's library raises
        logger.warning("Sockets could not be counted: %s", error)
    return taken


def renew(places: Iterable[str]) -> None:
    try:
        # Not `touch`: what a cache has forgotten meanwhile is still ours.
        cache.set_many(dict.fromkeys(places, 1), timeout=KEPT_SECONDS)
    except Exception as error:  # noqa: BLE001 - as above
        logger.warning("Sockets could not be counted: %s", error)


def give_back(places: Iterable[str]) -> None:
    try:
        cache.delete_many(list(places))
    except Exception as error:  # noqa: BLE001 - as above
        logger.warning("Sockets could not be counted: %s", error)


def _short(address: str) -> str:
    """Whoever reads the cache doesn't learn who was here, and whatever a proxy sends is a key."""
    return hashlib.blake2s(address.encode(), digest_size=12).hexdigest()


def _free_place(name: str, limit: int) -> str | None:
    # Any place will do, and most are free: a few guesses save reading them all, which for a school are many.
    for _ in range(GUESSES if limit > 0 else 0):
        guess = f"{name}.{random.randrange(limit)}"
        if cache.add(guess, 1, timeout=KEPT_SECONDS):
            return guess
    places = [f"{name}.{number}" for number in range(limit)]
    for _ in range(TRIES):
        known = cache.get_many(places)
        free = next((place for place in places if place not in known), None)
        if free is None:
            return None
        # Another process may have been faster; then the next free one.
        if cache.add(free, 1, timeout=KEPT_SECONDS):
            return free
    return None


def address_of(scope: dict) -> str:
    """Whence the socket comes; of forwarded addresses only what our own proxies say is believed."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    forwarded = [part.strip() for value in told for part in value.split(",")]
    if proxies and len(forwarded) >= proxies:
        return forwarded[-proxies]
    return (scope.get("client") or [""])[0] or ""
