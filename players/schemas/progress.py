from datetime import date, datetime

from ninja import Schema
from pydantic import Field

from players.models import PlayerAchievement
from players.schemas.players import ProgressOut


class GainOut(Schema):
    amount: int
    reason: str
    at: datetime


class MyProgressOut(ProgressOut):
    recent: list[GainOut] = Field(description="The last ten entries of the experience ledger.")


class WeekOut(Schema):
    begins: date = Field(description="A Monday.")
    answers: int
    correct: int
    sessions: int
    xp: int


class WeeksOut(Schema):
    weeks: list[WeekOut]


class DayOut(Schema):
    day: date
    answers: int
    correct: int
    sessions: int
    xp: int
    is_counted: bool = Field(description="Whether the day carries the day streak.")
    is_frozen: bool


class DaysOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    days: list[DayOut]
    after: str


class GoalOut(Schema):
    code: str
    name: str
    description: str
    icon: str
    tier: str
    points: int
    series: str
    is_unlocked: bool


class GoalsOut(Schema):
    achievements: list[GoalOut]


class UnlockedOut(Schema):
    code: str
    name: str
    description: str
    icon: str
    tier: str
    points: int = Field(description="As they were paid.")
    unlocked_at: datetime


class UnlockedPageOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    achievements: list[UnlockedOut]
    after: str


def unlocked_out(row: PlayerAchievement) -> dict[str, object]:
    shown = ("code", "name", "description", "icon", "tier")
    return {name: getattr(row.achievement, name) for name in shown} | {
        "points": row.points,
        "unlocked_at": row.unlocked_at,
    }
