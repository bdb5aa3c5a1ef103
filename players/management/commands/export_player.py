from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from players.actions.exports import hand_out
from players.models import Player


class Command(BaseCommand):
    help = "Write everything that is kept about a player into a zip, as the page My data does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--to", required=True, metavar="FILE", type=Path, help="must not exist yet")

    def handle(self, *, username: str, to: Path, **options: object) -> None:
        player = Player.objects.filter(username=username.lower()).first()
        if player is None:
            raise CommandError(f"There is no player {username!r}.")
        try:
            # Readable by whoever runs the command, and by nobody else.
            with to.open("xb") as target:
                to.chmod(0o600)
                hand_out(target, player, by=None)
        except OSError as error:
            raise CommandError(f"{to} can't be written: {error.strerror}.") from error
        self.stdout.write(f"{to} ({to.stat().st_size} bytes)")
