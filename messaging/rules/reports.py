"""How much a report counts, and when it hides what it is about."""

from collections.abc import Sequence

from messaging.rules.levels import Level

URGENT = frozenset({"self_harm", "child_safety"})
SEVERE = frozenset({"hate", "sexual", "self_harm", "child_safety", "violence"})
TRUSTED_WEIGHT = 1.5


def weight(*, is_new: bool, decided: Sequence[bool]) -> float:
    """By age of the account and by what became of the reporter's last ten reports (true: upheld)."""
    last = decided[:10]
    upheld = sum(last)
    value = 1.0
    if upheld >= 5:
        value = TRUSTED_WEIGHT
    elif len(last) == 10 and upheld < 2:
        value = 0.25
    return value * 0.5 if is_new else value


def hides(level: Level, *, total: float, heaviest: float) -> bool:
    """Whether a message disappears until somebody has looked at it."""
    if not level.hide_weight:
        return False
    return total >= level.hide_weight or (level.trusted_hides and heaviest >= TRUSTED_WEIGHT)
