"""Who may take measures against whom, and for how long."""

from datetime import timedelta

WARNING, MUTE, TIMEOUT, KICK, BAN, RESTRICT = "warning", "mute", "timeout", "kick", "ban", "restrict"
SITE, ROOM = "site", "room"
# Done at once; nothing of them is in force afterwards.
INSTANT = frozenset({WARNING, KICK})
SILENCING = frozenset({MUTE, TIMEOUT})
APPEAL_WITHIN = timedelta(days=14)
LADDER_WINDOW = timedelta(days=30)
PRESETS = (
    ("5m", "5 minutes", timedelta(minutes=5)),
    ("30m", "30 minutes", timedelta(minutes=30)),
    ("2h", "2 hours", timedelta(hours=2)),
    ("24h", "24 hours", timedelta(hours=24)),
    ("7d", "7 days", timedelta(days=7)),
    ("28d", "28 days", timedelta(days=28)),
    ("endless", "Without end", None),
)
LADDER = ((WARNING, ""), (MUTE, "30m"), (TIMEOUT, "24h"), (TIMEOUT, "7d"), (BAN, "28d"))
STAFF_LEVEL = 2
SYSTEM_LEVEL = 4
# Above every role in a room; below, the role in the room counts.
STAFF_RANK = 10
ROOM_RANKS = {"owner": 3, "co_owner": 2, "moderator": 1}


def rank(*, level: int, role: str = "") -> int:
    """One number for both ladders: staff of the installation stand above everybody in a room."""
    return STAFF_RANK + level if level >= STAFF_LEVEL else ROOM_RANKS.get(role, 0)


def problem(*, own: int, other: int, is_self: bool) -> str:
    """Why no measure may be taken, in a sentence; empty when it may."""
    if is_self:
        return "You can't take measures against yourself."
    if own <= 0:
        return "You aren't a moderator here."
    if other >= own:
        return "This player's rank is equal to yours or above it. Ask somebody of a higher rank."
    return ""


def problem_of_term(*, kind: str, scope: str, is_endless: bool, level: int) -> str:
    if kind == KICK and scope == SITE:
        return "Players are removed from a room, not from the whole site. Choose a ban with an end."
    if kind not in INSTANT and scope == SITE and is_endless and level < SYSTEM_LEVEL:
        return "Only a System Admin may do this without end. Choose an end."
    return ""


def suggestion(earlier: int, *, is_severe: bool = False) -> tuple[str, str]:
    """The next step of the ladder (kind, preset) after so many measures within 30 days."""
    return LADDER[-1] if is_severe else LADDER[min(earlier, len(LADDER) - 1)]


def preset(code: str) -> timedelta | None:
    return {name: length for name, _, length in PRESETS}[code]
