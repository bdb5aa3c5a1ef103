from django.core.management.base import BaseCommand, CommandError, CommandParser

from padawanforge.kit.errors import DomainError
from players.actions.accounts import create_admin
from players.management.passwords import password_from


class Command(BaseCommand):
    help = (
        "Make an administrator. The password is read from PADAWAN_ADMIN_PASSWORD, else asked for, "
        "else made up and printed once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--email", required=True)

    def handle(self, *, username: str, email: str, **options: object) -> None:
        password, is_made_up = password_from("PADAWAN_ADMIN_PASSWORD")
        try:
            admin = create_admin(username=username, email=email, password=password)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{admin.username} is now an administrator and signs in as {admin.email}.")
        if is_made_up:
            self.stdout.write(f"Password (shown this once): {password}")
