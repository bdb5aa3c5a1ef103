"""What a player does, added to his day. Called in the transaction of what was done, so both hold or neither.

Whoever calls has locked the players' game data (in the order of their ids), or is about to change it first.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from padawanforge.kit import jobs
from players.actions.streaks import carry_on
from players.models import ActivityDay, Player, PlayerGameData
from players.queries.activity import zones_of
from players.rules.days import Days, loaded, stored, week_of
from players.rules.streaks import ENOUGH_ANSWERS


@dataclass(frozen=True, slots=True)
class Noted:
    player_id: int
    at: datetime
    correct: bool
    rapid: bool


def note_answer(*, player: Player, correct: bool, rapid: bool, now: datetime) -> None:
    note_answers([Noted(player.pk, now, correct, rapid)])


@transaction.atomic
def note_answers(answers: Sequence[Noted]) -> None:
    """Answers whose keys are known to those who gave them: a calendar must not tell who was right before."""
    if not answers:
        return
    calendars = _calendars({one.player_id for one in answers}, max(one.at for one in answers))
    alike: dict[tuple[str, ...], list[tuple[int, date]]] = defaultdict(list)
    for one in answers:
        figures: tuple[str, ...] = ("answers", "correct") if one.correct else ("answers",)
        figures = ("rapid",) if one.rapid else figures
        alike[figures].append((one.player_id, calendars[one.player_id].day_of(one.at)))
    for figures, days in alike.items():
        _add(days, dict.fromkeys(figures, 1))


@transaction.atomic
def note_sessions(played: Mapping[int, int], *, now: datetime) -> set[int]:
    """A session is over: for each player how many of his answers weren't rapid.

    The ids of those for whom it was the first session of their day.
    """
    if not played:
        return set()
    calendars = _calendars(played, now)
    days = {pk: calendars[pk].day_of(now) for pk in played}
    full = {pk for pk, answers in played.items() if answers >= ENOUGH_ANSWERS}
    _add([(pk, days[pk]) for pk in played if pk not in full], {"sessions": 1})
    # Even when the streak goes on as it was: the day is marked by its first full session.
    _add([(pk, days[pk]) for pk in full], {"sessions": 1, "full_sessions": 1}, is_counted=True)
    rows = ActivityDay.objects.filter(player__in=played, day__in=set(days.values()))
    today = {row.player_id: row for row in rows if days[row.player_id] == row.day}
    carry_on({pk: today[pk].full_sessions for pk in sorted(full)}, now=now)
    ask_for_evaluation(played, now=now)
    return {pk for pk, row in today.items() if row.sessions == 1}


def note_session(*, player: Player, answers: int, now: datetime) -> bool:
    """One player's session; whether it was the first of his day."""
    return bool(note_sessions({player.pk: answers}, now=now))


def note_xp(*, player_id: int, amount: int, at: datetime) -> None:
    """Experience that was paid: on its day, and in its week for the board."""
    day = _calendars([player_id], at)[player_id].day_of(at)
    _add([(player_id, day)], {"xp": amount})
    monday = week_of(day)
    is_not_older = Q(week=None) | Q(week__lte=monday)
    PlayerGameData.objects.filter(is_not_older, player=player_id).update(
        week_xp=Case(When(week=monday, then=F("week_xp") + amount), default=Value(amount)), week=monday
    )


def ask_for_evaluation(player_ids: Collection[int], *, now: datetime | None = None) -> None:
    """Let the players' achievements be looked at soon."""
    mark_for_evaluation(player_ids, now=now)
    for pk in player_ids:
        jobs.enqueue("players.evaluate", player_id=pk)


def mark_for_evaluation(player_ids: Collection[int], *, now: datetime | None = None) -> None:
    """Let them be looked at within a minute or two, or with the next who asks: many events are one look."""
    waiting = PlayerGameData.objects.filter(player__in=player_ids, evaluate_since=None)
    waiting.update(evaluate_since=now or timezone.now())


def _add(days: Collection[tuple[int, date]], amounts: Mapping[str, int], **marks: bool) -> None:
    """Add the amounts to each of the (player, day), however many they are in a few queries."""
    rows = [ActivityDay(player_id=pk, day=day) for pk, day in sorted(set(days))]
    ActivityDay.objects.bulk_create(rows, ignore_conflicts=True)
    players_on: dict[date, list[int]] = defaultdict(list)
    for pk, day in days:
        players_on[day].append(pk)
    for day, pks in players_on.items():
        added = {name: F(name) + amount for name, amount in amounts.items()}
        ActivityDay.objects.filter(day=day, player__in=pks).update(**added, **marks)


def _calendars(player_ids: Collection[int], now: datetime) -> dict[int, Days]:
    """The players' calendars; a zone that somebody has chosen since is accepted here, by what he does."""
    calendars, changed = {}, []
    for pk, (kept, chosen) in zones_of(player_ids).items():
        calendars[pk] = loaded(kept, chosen).with_zone(chosen, now)
        if (rows := stored(calendars[pk])) != kept:
            changed.append(PlayerGameData(player_id=pk, day_zones=rows))
    PlayerGameData.objects.bulk_update(changed, ["day_zones"])
    return calendars
