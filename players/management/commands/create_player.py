from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from padawanforge.kit.errors import DomainError
from players.actions.accounts import create_player
from players.choices import RoleName
from players.management.passwords import password_from


class Command(BaseCommand):
    help = (
        "Make a player. The password is read from PADAWAN_PLAYER_PASSWORD, else asked for, "
        "else made up and printed once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("email")
        parser.add_argument(
            "--role", choices=[name for name in RoleName.values if name != RoleName.GUEST], default="padawan"
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell whether it could be done")

    def handle(self, *, username: str, email: str, role: str, dry_run: bool, **options: object) -> None:
        password, is_made_up = password_from("PADAWAN_PLAYER_PASSWORD")
        try:
            with transaction.atomic():
                player = create_player(username=username, email=email, password=password, role=role)
                transaction.set_rollback(dry_run)
        except DomainError as error:
            raise CommandError(str(error)) from error
        label = RoleName(role).label
        if dry_run:
            self.stdout.write(f"{player.username} could be made, as {label}.")
            return
        self.stdout.write(f"{player.username} is now {label} and signs in as {player.email}.")
        if is_made_up:
            self.stdout.write(f"Password (shown this once): {password}")
