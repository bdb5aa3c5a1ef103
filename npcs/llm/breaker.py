"""A circuit breaker for each provider, shared by all processes over the cache.

Five failures within a minute open it: for half a minute nobody asks the provider. Then one caller tries; if that
works everybody may ask again, else it is open for another half minute.
"""

from django.core.cache import cache

FAILURES = 5
WINDOW_SECONDS = 60
OPEN_SECONDS = 30
# How long it is remembered that a provider was away, should nobody ask it meanwhile.
TRIPPED_SECONDS = 600


def may_ask(name: str) -> bool:
    """Whether to ask now. Says yes to one caller only while the provider is on trial."""
    if cache.get(_key(name, "open")):
        return False
    if cache.get(_key(name, "tripped")):
        return cache.add(_key(name, "probe"), 1, timeout=OPEN_SECONDS)
    return True


def note_success(name: str) -> None:
    cache.delete_many([_key(name, part) for part in ("failures", "open", "tripped", "probe")])


def note_failure(name: str) -> None:
    if cache.get(_key(name, "tripped")):
        _open(name)
        return
    cache.add(_key(name, "failures"), 0, timeout=WINDOW_SECONDS)
    try:
        failures = cache.incr(_key(name, "failures"))
    except ValueError:
        # The minute was over between the two lines: this is the first failure of the next one.
        cache.set(_key(name, "failures"), 1, timeout=WINDOW_SECONDS)
        return
    if failures >= FAILURES:
        _open(name)


def _open(name: str) -> None:
    cache.set(_key(name, "tripped"), 1, timeout=TRIPPED_SECONDS)
    cache.set(_key(name, "open"), 1, timeout=OPEN_SECONDS)
    cache.delete_many([_key(name, "failures"), _key(name, "probe")])


def _key(name: str, part: str) -> str:
    return f"npcs.breaker.{name}.{part}"
