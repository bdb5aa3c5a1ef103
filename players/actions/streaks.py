"""The day streak in its row: carried on by sessions, settled when days pass, held by pauses."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from players.models import ActivityDay, Player, PlayerGameData
from players.queries.activity import STREAK_COLUMNS, calendar_of, pauses_of, streak_now, streak_of, terms_of
from players.rules.streaks import (
    Pause,
    Step,
    Streak,
    finish_session,
    pause_from,
    pauses_ended,
    problem_of_pause,
)
from players.signals import streak_changed

CHUNK = 200


class CannotPause(DomainError):
    pass


def carry_on(full_sessions: Mapping[int, int], *, now: datetime) -> None:
    """Each of the players has finished a full session, the so-many-th of his day."""
    for player in _locked(full_sessions):
        terms = terms_of(player, calendar_of(player, now))
        _keep(player, finish_session(streak_of(player.game_data), now, full_sessions[player.pk], terms))


def settle_missed(*, now: datetime) -> int:
    """Let freezes hold, or end, the streaks of those who stayed away; how many rows changed.

    Looks only at players whose last day is long enough ago in every zone west of here.
    """
    before = now.date() - timedelta(days=1)
    rows = PlayerGameData.objects.filter(day_streak__gt=0, streak_day__lt=before)
    waiting = list(rows.order_by("player_id").values_list("player_id", flat=True))
    changed = 0
    for at in range(0, len(waiting), CHUNK):
        changed += _settle(waiting[at : at + CHUNK], now)
    return changed


@transaction.atomic
def announce_pause(*, player: Player, days: int, now: datetime) -> Pause:
    """From tomorrow on nothing is expected of the player for so many days."""
    player = _locked([player.pk])[0]
    step, terms, today = streak_now(player, now)
    if problem := problem_of_pause(terms.pauses, step.streak, today=today, days=days):
        raise CannotPause(problem)
    _keep(player, step)
    pause = pause_from(today, days)
    _keep_pauses(player, (*terms.pauses, pause))
    return pause


@transaction.atomic
def end_pause(*, player: Player, now: datetime) -> None:
    """From tomorrow on days count again; ending twice is ending once."""
    player = _locked([player.pk])[0]
    pauses = pauses_of(player.game_data)
    if pauses:
        _keep_pauses(player, pauses_ended(pauses, calendar_of(player, now).day_of(now)))


@transaction.atomic
def _settle(player_ids: list[int], now: datetime) -> int:
    changed = 0
    for player in _locked(player_ids):
        step, _, _ = streak_now(player, now)
        changed += _keep(player, step)
    return changed


def _keep(player: Player, step: Step) -> bool:
    """Write what is new, and tell it; whether anything was."""
    before, after = streak_of(player.game_data), step.streak
    if after == before:
        return False
    _mark_frozen(player, step.frozen)
    write_streak(player.pk, after)
    announce(
        streak_changed,
        sender=Player,
        player_id=player.pk,
        day_streak=after.length,
        used_freeze=bool(step.frozen) and not step.is_broken,
    )
    return True


def write_streak(player_id: int, streak: Streak) -> None:
    values = {column: getattr(streak, name) for name, column in STREAK_COLUMNS.items()}
    PlayerGameData.objects.filter(player=player_id).update(**values)


def _mark_frozen(player: Player, days: Collection[date]) -> None:
    if days:
        rows = [ActivityDay(player=player, day=day) for day in days]
        ActivityDay.objects.bulk_create(rows, ignore_conflicts=True)
        held = ActivityDay.objects.filter(player=player, day__in=days)
        held.update(is_counted=True, is_frozen=True)


def _keep_pauses(player: Player, pauses: tuple[Pause, ...]) -> None:
    rows = [[first.isoformat(), last.isoformat()] for first, last in pauses]
    until = pauses[-1][1] if pauses else None
    PlayerGameData.objects.filter(player=player).update(pauses=rows, paused_until=until)


def _locked(player_ids: Iterable[int]) -> list[Player]:
    """The players with their rows as they are now; until the end of the transaction nobody changes them."""
    ids = list(player_ids)
    rows = PlayerGameData.objects.filter(player__in=ids)
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    found = Player.objects.filter(pk__in=ids).select_related("game_data", "preferences")
    return list(found.order_by("pk"))
