"""The four levels of moderation: one table, from which every check reads its number."""

from collections.abc import Iterable
from dataclasses import dataclass

NONE, LIGHT, NORMAL, STRICT = "none", "light", "normal", "strict"
LEVELS = (NONE, LIGHT, NORMAL, STRICT)
ALLOW, LOG, MASK, REFUSE, HOLD, TRIM, WARN = "allow", "log", "mask", "refuse", "hold", "trim", "warn"
CHILD_UNDER, MINOR_UNDER = 13, 18
FLOOD_SECONDS = 10
REPEAT_SECONDS = 60
STRIKES_SECONDS = 60
NEWCOMER_HOURS = 24
NEWCOMER_MESSAGES = 10
# Refusals that are nobody's offence.
NO_STRIKE = frozenset({"muted", "banned", "personal", "not_member"})


@dataclass(frozen=True, slots=True)
class Level:
    """What a level does. Zero means that there is no limit."""

    name: str
    # Messages of one person in one room within ten seconds.
    flood: int
    # The how many-th same text within a minute is refused.
    repeat: int
    mentions: int
    severe: str
    # Whether a severe word opens a case for those who review.
    opens_case: bool
    mild: str
    # Which links go through at once: all, those of members who aren't new, those of the allow list.
    links: str
    personal: str
    # The first so many messages of a newcomer wait for a review.
    held_first: int
    shape: str
    # So many refusals within a minute mute for so many minutes.
    strikes: int
    mute_minutes: int
    # Reports of that weight hide the message until somebody has looked at it; zero: never.
    hide_weight: float
    trusted_hides: bool
    # At least so many seconds between two messages of one person.
    slow_seconds: int


ALL, MEMBERS, LISTED = "all", "members", "listed"
TABLE = {
    level.name: level
    for level in (
        Level(NONE, 20, 0, 20, LOG, False, ALLOW, ALL, ALLOW, 0, ALLOW, 0, 0, 0, False, 0),
        Level(LIGHT, 10, 4, 10, REFUSE, False, ALLOW, ALL, ALLOW, 0, TRIM, 5, 2, 0, False, 0),
        Level(NORMAL, 6, 3, 5, REFUSE, True, MASK, MEMBERS, WARN, 0, TRIM, 3, 5, 3, False, 0),
        Level(STRICT, 4, 2, 3, REFUSE, True, REFUSE, LISTED, WARN, 3, REFUSE, 2, 15, 2, True, 10),
    )
}


def get(name: str) -> Level:
    return TABLE[name]


def floor_of(youngest: int | None) -> str:
    """The lowest level where somebody of that age is; None when nobody's age is known."""
    if youngest is None or youngest >= MINOR_UNDER:
        return NONE
    return STRICT if youngest < CHILD_UNDER else NORMAL


def effective(*names: str) -> Level:
    """The strictest of them."""
    return TABLE[max(names, key=LEVELS.index)]


def effect_of_severe(level: Level, *, has_minors: bool) -> str:
    return REFUSE if has_minors else level.severe


def effect_of_personal(level: Level, *, age: int | None) -> str:
    """Children can't be asked whether they are sure."""
    is_child = age is not None and age < CHILD_UNDER
    return REFUSE if level.name == STRICT and is_child else level.personal


def retry_ms(moments: Iterable[float], *, limit: int, within: int, now: float) -> int:
    """After how many milliseconds one more is possible when `limit` are within so many seconds; 0: at once."""
    recent = sorted(moment for moment in moments if moment > now - within)
    if not limit or len(recent) < limit:
        return 0
    return max(1, round((recent[-limit] + within - now) * 1000))
