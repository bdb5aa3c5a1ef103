"""Unlocks what a player has reached, and keeps the definitions as the file has them."""

import tomllib
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F

from padawanforge.kit import jobs
from padawanforge.kit.events import announce
from players.models import Achievement, Player, PlayerAchievement, PlayerGameData
from players.queries.achievements import reached_by
from players.signals import achievement_unlocked

DEFINITIONS = Path(__file__).resolve().parents[1] / "achievements.toml"
FORGOTTEN_AFTER = timedelta(seconds=60)
CHUNK = 1000


def evaluate(*, player_id: int, names: Iterable[str] | None = None, now: datetime) -> list[str]:
    """Unlock what the player has reached by now; the codes of it.

    With names only what depends on these counters is looked at. What is unlocked stays, whatever becomes of
    the figures or the rule.
    """
    # Counted before the row is locked, for it can take a while; who reaches something later is looked at again.
    reached = reached_by(player_id, names)
    return unlock(player_id=player_id, achievements=reached, now=now) if reached else []


@transaction.atomic
def unlock(*, player_id: int, achievements: Iterable[Achievement], now: datetime) -> list[str]:
    """Give these to the player, each once, with its points as they are today."""
    row = PlayerGameData.objects.filter(player=player_id)
    # The row's lock: of two evaluations at once the second finds what the first has unlocked.
    list(row.select_for_update(no_key=True).values_list("pk"))
    held = set(PlayerAchievement.objects.filter(player=player_id).values_list("achievement_id", flat=True))
    new = [achievement for achievement in achievements if achievement.pk not in held]
    PlayerAchievement.objects.bulk_create(
        PlayerAchievement(player_id=player_id, achievement=one, points=one.points, unlocked_at=now)
        for one in new
    )
    row.update(achievement_points=F("achievement_points") + sum(one.points for one in new))
    for one in new:
        announce(achievement_unlocked, sender=Player, player_id=player_id, code=one.code)
    return [one.code for one in new]


def evaluate_waiting(*, player_id: int, now: datetime) -> list[str]:
    """What the job does: one look for everything that happened since the player was marked."""
    marked = PlayerGameData.objects.filter(player=player_id).exclude(evaluate_since=None)
    # Taken off first, so that what happens during the look marks him again.
    return evaluate(player_id=player_id, now=now) if marked.update(evaluate_since=None) else []


@transaction.atomic
def ask_again(*, now: datetime) -> int:
    """Send the jobs again that a restart has lost; how many."""
    forgotten = PlayerGameData.objects.filter(evaluate_since__lt=now - FORGOTTEN_AFTER)
    # Locked in the order of everybody else, so that no session waits for this and this for it.
    locked = forgotten.order_by("pk").select_for_update(no_key=True)
    ids = list(locked.values_list("player_id", flat=True)[:CHUNK])
    PlayerGameData.objects.filter(player__in=ids).update(evaluate_since=now)
    for pk in ids:
        jobs.enqueue("players.evaluate", player_id=pk)
    return len(ids)


@transaction.atomic
def ensure_achievements() -> None:
    """Every definition of the file has its row; rows of an older version are brought up to date."""
    known = {row.code: row for row in Achievement.objects.all()}
    for position, entry in enumerate(tomllib.loads(DEFINITIONS.read_text())["achievement"]):
        version = entry.pop("version", 1)
        row = known.get(entry["code"])
        if row is None or row.version < version:
            values = {
                **entry,
                "is_hidden": entry.get("hidden", False),
                "position": position,
                "version": version,
            }
            values.pop("hidden", None)
            Achievement.objects.update_or_create(code=entry["code"], defaults=values)
