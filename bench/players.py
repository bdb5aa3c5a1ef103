"""Queries and milliseconds of the pages that show many players: `python -m bench.players`."""

import os
import statistics
import time
from dataclasses import dataclass

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "padawanforge.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, reset_queries  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from players.choices import RoleName  # noqa: E402
from players.models import Player, Role  # noqa: E402

TIMES = 9


@dataclass(frozen=True)
class Measured:
    queries: int
    in_database: float
    median: float
    worst: float
    size: int


def main() -> None:
    viewer, admin = viewers()
    other = some_friend(viewer)
    pages = [
        ("own profile", viewer, f"/players/{viewer.username}/"),
        ("profile of a friend", viewer, f"/players/{other.username}/"),
        ("friends", viewer, "/friends/"),
        ("directory", viewer, "/players/"),
        ("directory, searched", viewer, "/players/?q=mo"),
        ("board of friends", viewer, "/boards/?period=all"),
        ("board of everybody, week", viewer, "/boards/everybody/?period=week"),
        ("board of everybody, all", viewer, "/boards/everybody/?period=all"),
        ("my progress", viewer, "/progress/"),
        ("achievements", viewer, "/progress/achievements/"),
        ("home", viewer, "/home/"),
        ("console: players", admin, "/admin/players/player/"),
        ("console: players, searched", admin, "/admin/players/player/?q=mona"),
    ]
    print(f"{connection.vendor}, {Player.objects.count()} players, median and worst of {TIMES}\n")
    print(f"| {'page':<28} | queries | in database | median ms | worst ms |  kB |")
    print(f"|{'-' * 30}|--------:|------------:|----------:|---------:|----:|")
    for name, player, path in pages:
        found = measured(player, path)
        print(
            f"| {name:<28} | {found.queries:>7} | {found.in_database:>8.1f} ms | {found.median:>9.1f} "
            f"| {found.worst:>8.1f} | {found.size:>3} |"
        )


def viewers() -> tuple[Player, Player]:
    """Somebody in the middle of everything who is on the boards, and somebody who may see the console."""
    ranked = Player.objects.filter(game_data__is_ranked=True, game_data__week__isnull=False)
    middle = ranked.order_by("pk")[ranked.count() // 2]
    role = Role.objects.get(name=RoleName.SYSTEM_ADMIN)
    admin, _ = Player.objects.get_or_create(
        username="bench-admin",
        defaults={"email": "bench-admin@example.org", "is_staff": True, "primary_role": role},
    )
    Player.objects.filter(pk=admin.pk).update(is_superuser=True, is_staff=True)
    for segment in ("profile", "preferences", "game_data", "personal_info"):
        Player._meta.get_field(segment).related_model.objects.get_or_create(player=admin)
    return middle, admin


def some_friend(viewer: Player) -> Player:
    friends = Player.objects.filter(
        relationships_of_others__player=viewer, relationships_of_others__kind="friend"
    )
    return friends.order_by("pk").first() or viewer


def measured(player: Player, path: str) -> Measured:
    client = Client(SERVER_NAME="localhost")
    client.force_login(player)
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}.")
    times, spent = [], []
    for _ in range(TIMES):
        reset_queries()
        began = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    spent = [float(query["time"]) * 1000 for query in queries]
    return Measured(
        len(queries), sum(spent), statistics.median(times), max(times), len(answer.content) // 1024
    )


if __name__ == "__main__":
    settings.ALLOWED_HOSTS = ["*"]
    main()
