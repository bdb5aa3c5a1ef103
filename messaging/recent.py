"""What was told a moment ago to sockets that could not take it: they go on from here once they can.

The log has it all, but each socket reads the log for itself. In a rush all of a room fall behind together, and
reading as often as there are sockets would make the rush longer: none of them would ever catch up.

On the server's loop only. Bounded, and whatever is missing here is read from the log.
"""

from cachetools import TTLCache

from messaging.rules import FULL_FOR_SECONDS

# Some 2 KiB each.
MOST = 8192
# Who takes nothing for longer is let go.
KEPT_SECONDS = FULL_FOR_SECONDS

# By group and number.
_kept: TTLCache[tuple[str, int], dict] = TTLCache(maxsize=MOST, ttl=KEPT_SECONDS)
# Under which number it was last told that a message is another one now, by group and the message's own number.
_changed: TTLCache[tuple[str, int], int] = TTLCache(maxsize=MOST, ttl=KEPT_SECONDS)


def keep(group: str, nudge: dict) -> None:
    # Others who are behind have most often kept it already.
    if (group, nudge["seq"]) not in _kept:
        _kept[group, nudge["seq"]] = nudge


def note_change(group: str, at: int, seq: int) -> None:
    """What was told of the message before is not told any more, as it may have been taken back."""
    if _changed.get((group, at), 0) < seq:
        _changed[group, at] = seq


def after(group: str, seq: int, limit: int) -> list[dict]:
    """The next nudges after that number, as far as they are here without a gap and still true."""
    found: list[dict] = []
    while len(found) < limit and (nudge := _kept.get((group, seq + 1))) is not None:
        seq += 1
        if _changed.get((group, nudge.get("at", seq)), 0) > seq:
            break
        found.append(nudge)
    return found
