"""A player's days as they are kept: his calendar, his streak, and what he did day by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from players.models import Player, PlayerGameData
from players.rules.days import Days, loaded
from players.rules.streaks import REPAIR_WITHIN, Pause, Step, Streak, Terms, can_repair, settle

STREAK_COLUMNS = {
    "length": "day_streak",
    "best": "day_streak_best",
    "day": "streak_day",
    "freezes": "freezes",
    "broken": "broken_streak",
    "broken_at": "broken_at",
    "repaired_on": "repaired_on",
    "comebacks": "comebacks",
}


@dataclass(frozen=True, slots=True)
class StreakCard:
    """The streak as it is at this moment; days that are over count, also before anybody wrote them down."""

    length: int
    best: int
    freezes: int
    is_safe_today: bool
    is_new_start: bool
    repair: int
    repair_until: datetime | None
    pause: Pause | None
    is_pausing: bool


def calendar_of(player: Player, now: datetime | None = None) -> Days:
    """When the player's days begin; the caller has selected game data and preferences."""
    zone = player.preferences.timezone or settings.TIME_ZONE
    days = loaded(player.game_data.day_zones, zone)
    return days.with_zone(zone, now or timezone.now())


def today_of(player: Player, now: datetime | None = None) -> date:
    now = now or timezone.now()
    return calendar_of(player, now).day_of(now)


def streak_of(row: PlayerGameData) -> Streak:
    return Streak(**{name: getattr(row, column) for name, column in STREAK_COLUMNS.items()})


def pauses_of(row: PlayerGameData) -> tuple[Pause, ...]:
    return tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in row.pauses)


def terms_of(player: Player, days: Days) -> Terms:
    return Terms(days, days.day_of(player.created_at), pauses_of(player.game_data))


def streak_now(player: Player, now: datetime) -> tuple[Step, Terms, date]:
    """The streak with the days that are over, nothing written."""
    days = calendar_of(player, now)
    terms, today = terms_of(player, days), days.day_of(now)
    return settle(streak_of(player.game_data), today, terms), terms, today


def streak_card(player: Player, now: datetime | None = None) -> StreakCard:
    """What a page shows of the streak; the caller has selected game data and preferences."""
    now = now or timezone.now()
    step, terms, today = streak_now(player, now)
    streak = step.streak
    pause = terms.pauses[-1] if terms.pauses and terms.pauses[-1][1] >= today else None
    is_open = can_repair(streak, now, today)
    return StreakCard(
        length=streak.length,
        best=streak.best,
        freezes=streak.freezes,
        is_safe_today=bool(streak.length) and (streak.day == today or terms.is_free(today)),
        is_new_start=not streak.length and streak.best > 0,
        repair=streak.broken if is_open else 0,
        repair_until=_repair_until(streak) if is_open else None,
        pause=pause,
        is_pausing=pause is not None and pause[0] <= today,
    )


def _repair_until(streak: Streak) -> datetime | None:
    return streak.broken_at + REPAIR_WITHIN if streak.broken_at else None


def zones_of(player_ids: Iterable[int]) -> dict[int, tuple[list, str]]:
    """What is kept of the players' zones, and the zone that each has chosen now."""
    rows = PlayerGameData.objects.filter(player__in=player_ids)
    found = rows.values_list("player_id", "day_zones", "player__preferences__timezone")
    return {pk: (zones, chosen or settings.TIME_ZONE) for pk, zones, chosen in found}
