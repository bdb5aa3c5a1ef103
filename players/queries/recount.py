"""What a player's figures must be, found anew from what was written down: ledger, answers, sessions."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Sum

from players import history
from players.models import ActivityDay, ExperienceEntry, Player, PlayerAchievement
from players.queries.activity import STREAK_COLUMNS, calendar_of, streak_now, terms_of
from players.queries.exports import CHUNK
from players.rules.days import Days, week_of
from players.rules.levels import level_for
from players.rules.streaks import ENOUGH_ANSWERS, Streak, replay, settle

FIGURES = ("answers", "correct", "rapid", "sessions", "full_sessions", "xp", "is_counted", "is_frozen")
Day = dict[str, int | bool]


@dataclass(frozen=True, slots=True)
class Difference:
    """`figure` with the day before it when it is one of a day's."""

    figure: str
    kept: object
    found: object

    def __str__(self) -> str:
        return f"{self.figure}: {self.kept} -> {self.found}"


@dataclass(frozen=True, slots=True)
class Recount:
    totals: dict[str, object]
    days: dict[date, Day]
    differences: list[Difference] = field(default_factory=list)


def recount(player: Player, *, now: datetime) -> Recount:
    """The figures as they must be and where they differ; the caller has selected the segments.

    Days that are over belong to the streak on both sides, whether or not somebody has settled them yet.
    """
    calendar = calendar_of(player, now)
    days = _days(player, calendar)
    streak, counted, frozen = _streak(player, now)
    for day in counted | frozen:
        days[day] |= {"is_counted": True, "is_frozen": day in frozen}
    totals = _totals(player, days, calendar.day_of(now)) | _columns(streak)
    return Recount(totals, days, [*_of_totals(player, totals, now), *_of_days(player, days, now)])


def _days(player: Player, calendar: Days) -> dict[date, Day]:
    days: dict[date, Day] = defaultdict(
        lambda: dict.fromkeys(FIGURES, 0) | {"is_counted": False, "is_frozen": False}
    )
    for answer in history.answers_of(player.pk):
        day = days[calendar.day_of(answer.at)]
        if answer.rapid:
            day["rapid"] += 1
        else:
            day["answers"] += 1
            day["correct"] += answer.correct
    for session in history.sessions_of(player.pk):
        day = days[calendar.day_of(session.at)]
        day["sessions"] += 1
        day["full_sessions"] += session.answers >= ENOUGH_ANSWERS
    entries = ExperienceEntry.objects.filter(player=player, delta__gt=0).order_by("pk")
    for at, delta in entries.values_list("created_at", "delta").iterator(CHUNK):
        days[calendar.day_of(at)]["xp"] += delta
    return days


def _streak(player: Player, now: datetime) -> tuple[Streak, set[date], set[date]]:
    calendar = calendar_of(player, now)
    terms = terms_of(player, calendar)
    streak, counted, frozen = replay(history.sessions_of(player.pk), terms)
    step = settle(streak, calendar.day_of(now), terms)
    return step.streak, counted, frozen | set(step.frozen)


def _totals(player: Player, days: dict[date, Day], today: date) -> dict[str, object]:
    xp = ExperienceEntry.objects.filter(player=player).aggregate(total=Sum("delta", default=0))["total"]
    paid = PlayerAchievement.objects.filter(player=player).aggregate(total=Sum("points", default=0))["total"]
    weeks: dict[date, int] = defaultdict(int)
    for day, figures in days.items():
        weeks[week_of(day)] += figures["xp"]
    week = max((monday for monday, earned in weeks.items() if earned), default=None)
    return {
        "experience_points": max(xp, 0),
        # A level that was reached is kept, also when the staff has corrected the experience.
        "level": max(level_for(max(xp, 0)), player.game_data.level),
        "achievement_points": max(paid, player.game_data.achievement_points),
        "week": week,
        "week_xp": weeks[week] if week else 0,
    }


def _columns(streak: Streak) -> dict[str, object]:
    return {column: getattr(streak, name) for name, column in STREAK_COLUMNS.items()}


def _of_totals(player: Player, totals: dict[str, object], now: datetime) -> list[Difference]:
    row = player.game_data
    settled = _columns(streak_now(player, now)[0].streak)
    kept = {name: settled.get(name, getattr(row, name)) for name in totals}
    return [Difference(name, kept[name], found) for name, found in totals.items() if kept[name] != found]


def _of_days(player: Player, days: dict[date, Day], now: datetime) -> list[Difference]:
    kept = {row.day: {name: getattr(row, name) for name in FIGURES} for row in _rows(player)}
    nothing: Day = dict.fromkeys(FIGURES, 0)
    # Held by a freeze, and not yet written down by anybody.
    pending = set(streak_now(player, now)[0].frozen)
    return [
        Difference(f"{day} {name}", before[name], after[name])
        for day in sorted(kept.keys() | days.keys() - pending)
        for before, after in [(kept.get(day, nothing), days.get(day, nothing))]
        for name in FIGURES
        if before[name] != after[name]
    ]


def _rows(player: Player) -> list[ActivityDay]:
    return list(ActivityDay.objects.filter(player=player))
