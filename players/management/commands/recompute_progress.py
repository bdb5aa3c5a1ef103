from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from players.actions.recount import recompute_progress
from players.models import Player


class Command(BaseCommand):
    help = (
        "Find level, days, streak and achievements anew from ledger, answers and sessions; mend what differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", nargs="?", help="one player; without it everybody")
        parser.add_argument("--dry-run", action="store_true", help="tell only")

    def handle(self, *, username: str | None, dry_run: bool, **options: object) -> None:
        players = Player.objects.filter(is_former=False)
        if username:
            players = players.filter(username=username.lower())
            if not players.exists():
                raise CommandError(f"There is no player {username}.")
        looked_at = differing = 0
        for pk, name in players.order_by("pk").values_list("pk", "username").iterator(1000):
            differences = recompute_progress(player_id=pk, now=timezone.now(), dry_run=dry_run)
            looked_at, differing = looked_at + 1, differing + bool(differences)
            for difference in differences:
                self.stdout.write(f"{name}: {difference}")
        mended = "differ" if dry_run else "mended"
        self.stdout.write(f"{looked_at} looked at, {differing} {mended}.")
