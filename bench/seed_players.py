"""Fills an empty database with players who have lived a while: `python -m bench.seed_players --count 100000`."""

import argparse
import os
import random
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "padawanforge.settings")

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Model  # noqa: E402
from django.utils import timezone  # noqa: E402

from players.actions.standing import refresh_all_ranked  # noqa: E402
from players.choices import RoleName  # noqa: E402
from players.models import (  # noqa: E402
    Achievement,
    ActivityDay,
    ExperienceEntry,
    Player,
    PlayerAchievement,
    PlayerGameData,
    PlayerPersonalInfo,
    PlayerPreferences,
    PlayerProfile,
    PlayerRelationship,
    Role,
)
from players.rules.days import week_of  # noqa: E402
from players.rules.levels import level_for  # noqa: E402

BATCH = 2000
FRIENDS = 20
FIRST = [
    "ada",
    "bo",
    "cy",
    "dara",
    "elin",
    "farid",
    "greta",
    "hugo",
    "iris",
    "jonas",
    "kira",
    "liam",
    "mona",
    "nils",
]
SECOND = [
    "amber",
    "birch",
    "cedar",
    "dew",
    "elm",
    "fern",
    "glen",
    "heath",
    "ivy",
    "jade",
    "lake",
    "moss",
    "oak",
]


def main(count: int, seed: int) -> None:
    if Player.objects.count() > 1000:
        raise SystemExit("There are players already; the measurements want a database of their own.")
    rng = random.Random(seed)
    began = time.monotonic()
    ids = make_players(count, rng)
    make_segments(ids, rng)
    make_friends(ids, rng)
    make_days(ids, rng)
    print(f"{refresh_all_ranked(today=timezone.localdate())} on the boards")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{count} players in {time.monotonic() - began:.0f} s")


def make_players(count: int, rng: random.Random) -> list[int]:
    role = Role.objects.get(name=RoleName.PADAWAN)
    password = make_password("correct horse battery")
    before = set(Player.objects.values_list("pk", flat=True))
    store(
        Player,
        (
            Player(
                username=f"{rng.choice(FIRST)}-{rng.choice(SECOND)}-{number}",
                email=f"bench-{number}@example.org",
                password=password,
                primary_role=role,
            )
            for number in range(count)
        ),
    )
    ids = sorted(set(Player.objects.values_list("pk", flat=True)) - before)
    store(Player.groups.through, (Player.groups.through(player_id=pk, group_id=role.group_id) for pk in ids))
    return ids


def make_segments(ids: list[int], rng: random.Random) -> None:
    today = timezone.localdate()
    scores = {pk: int(rng.paretovariate(1.1) * 120) % 60_000 for pk in ids}
    visibility = ["public"] * 7 + ["friends"] * 2 + ["private"]
    level = ["normal"] * 8 + ["minimal", "maximum"]
    store(
        PlayerProfile,
        (
            PlayerProfile(
                player_id=pk,
                display_name=rng.choice(FIRST).title() if rng.random() < 0.6 else "",
                bio="Learns in the evening.",
                profile_visibility=rng.choice(visibility),
            )
            for pk in ids
        ),
    )
    store(
        PlayerPreferences,
        (
            PlayerPreferences(
                player_id=pk,
                privacy_level=rng.choice(level),
                wants_boards=rng.random() < 0.4,
                registration_completed=True,
                timezone=rng.choice(["", "Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles"]),
            )
            for pk in ids
        ),
    )
    born = [today - timedelta(days=365 * years) for years in (12, 20, 30, 40, 50)]
    store(
        PlayerPersonalInfo,
        (PlayerPersonalInfo(player_id=pk, date_of_birth=rng.choice([None, None, *born])) for pk in ids),
    )
    store(
        PlayerGameData,
        (
            PlayerGameData(
                player_id=pk,
                experience_points=scores[pk],
                level=level_for(scores[pk]),
                total_sessions=scores[pk] // 90,
                week=week_of(today) if rng.random() < 0.3 else None,
                week_xp=rng.randint(10, 900),
            )
            for pk in ids
        ),
    )
    store(
        ExperienceEntry,
        (
            ExperienceEntry(
                player_id=pk, delta=scores[pk], reason="Quiz session", source_type="bench", source_id="1"
            )
            for pk in ids
        ),
    )


def make_friends(ids: list[int], rng: random.Random) -> None:
    """Some twenty each, most of them near: people bring those whom they know."""
    pairs = set()
    for at, pk in enumerate(ids):
        for _ in range(FRIENDS // 2):
            step = rng.randint(1, 200) if rng.random() < 0.8 else rng.randint(1, len(ids) - 1)
            other = ids[(at + step) % len(ids)]
            if other != pk:
                pairs.add((min(pk, other), max(pk, other)))
    kind = PlayerRelationship.Kind
    both = ((one, other) for pair in sorted(pairs) for one, other in (pair, pair[::-1]))
    store(
        PlayerRelationship, (PlayerRelationship(player_id=a, other_id=b, kind=kind.FRIEND) for a, b in both)
    )
    blocks = {(pk, rng.choice(ids)) for pk in rng.sample(ids, len(ids) // 50)}
    blocks = {(a, b) for a, b in blocks if a != b and (min(a, b), max(a, b)) not in pairs}
    store(
        PlayerRelationship,
        (PlayerRelationship(player_id=a, other_id=b, kind=kind.BLOCKED) for a, b in blocks),
    )


def make_days(ids: list[int], rng: random.Random) -> None:
    """A tenth plays often, the others now and then."""
    today = timezone.localdate()
    goals = list(Achievement.objects.all()[:12])

    def days() -> Iterator[ActivityDay]:
        for pk in ids:
            often = rng.random() < 0.1
            for back in sorted(rng.sample(range(180), 90 if often else rng.randint(0, 12))):
                answers = rng.randint(5, 60)
                yield ActivityDay(
                    player_id=pk,
                    day=today - timedelta(days=back),
                    answers=answers,
                    correct=round(answers * rng.uniform(0.5, 0.95)),
                    sessions=1,
                    full_sessions=1,
                    xp=answers * 6,
                    is_counted=True,
                )

    store(ActivityDay, days())
    now = timezone.now()
    store(
        PlayerAchievement,
        (
            PlayerAchievement(player_id=pk, achievement=goal, points=goal.points, unlocked_at=now)
            for pk in ids
            for goal in rng.sample(goals, rng.randint(0, 8))
        ),
    )


def store(model: type[Model], rows: Iterable[Any]) -> None:
    made, began, waiting = 0, time.monotonic(), iter(rows)
    while batch := list(islice(waiting, BATCH)):
        model._default_manager.bulk_create(batch)
        made += len(batch)
    print(f"{made:>9} {model._meta.verbose_name_plural} in {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    main(options.count, options.seed)
