"""What was told a moment ago to sockets that could not take it: they go on from here once they can.

The log has it all, but each socket reads the log for itself. In a rush all of a room fall behind together, and
reading as often as there are sockets would make the rush longer: none of them would ever catch up.

On the server's loop only. Bounded, and so short that whatever is missing here is read from the log.
"""

from cachetools import LRUCache, TTLCache

GROUPS = 64
NUDGES = 256
KEPT_SECONDS = 10.0

_kept: LRUCache[str, TTLCache[int, dict]] = LRUCache(maxsize=GROUPS)


def keep(group: str, nudge: dict) -> None:
    if group not in _kept:
        _kept[group] = TTLCache(maxsize=NUDGES, ttl=KEPT_SECONDS)
    _kept[group][nudge["seq"]] = nudge


def forget(group: str) -> None:
    """An earlier message is no longer what it was: nobody shall be told what it was."""
    _kept.pop(group, None)


def after(group: str, seq: int, limit: int) -> list[dict]:
    """The next nudges after that number, as far as they are here without a gap."""
    kept = _kept.get(group)
    found: list[dict] = []
    while kept and len(found) < limit and (nudge := kept.get(seq + 1)) is not None:
        found.append(nudge)
        seq += 1
    return found
