"""Where a player stands: level, totals, what was lately earned."""

from dataclasses import dataclass
from datetime import datetime

from players.models import Player
from players.rules.levels import MAX_LEVEL, level_for, percent_of, xp_for_level

RECENT_GAINS = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a player stands. On the highest level there is no next one: xp_for_next is 0, percent 100."""

    level: int
    xp: int
    xp_into_level: int
    xp_for_next: int
    percent: int
    best_streak: int
    total_sessions: int
    accuracy_percent: int
    total_answers: int


@dataclass(frozen=True, slots=True)
class Gain:
    amount: int
    reason: str
    at: datetime


def progress_of(player: Player) -> Progress:
    totals = player.game_data
    xp = totals.experience_points
    level = level_for(xp)
    begin = xp_for_level(level)
    needed = 0 if level == MAX_LEVEL else xp_for_level(level + 1) - begin
    return Progress(
        level=level,
        xp=xp,
        xp_into_level=xp - begin,
        xp_for_next=needed,
        percent=percent_of(xp - begin, needed) if needed else 100,
        best_streak=totals.best_streak,
        total_sessions=totals.total_sessions,
        accuracy_percent=percent_of(totals.total_correct_answers, totals.total_questions_answered),
        total_answers=totals.total_questions_answered,
    )


def recent_gains(player: Player) -> tuple[Gain, ...]:
    """The player's last entries in the experience ledger, newest first."""
    rows = player.experience.order_by("-created_at", "-pk")[:RECENT_GAINS]
    return tuple(Gain(row.delta, row.reason, row.created_at) for row in rows)
