import secrets
import sys
from collections.abc import Callable
from getpass import getpass

from django.core.management.base import BaseCommand, CommandError, CommandParser

from padawanforge import env
from padawanforge.kit.errors import DomainError
from players.actions.accounts import create_admin


class Command(BaseCommand):
    help = (
        "Make an administrator. The password is read from PADAWAN_ADMIN_PASSWORD, else asked for, "
        "else made up and printed once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--email", required=True)

    def handle(self, *, username: str, email: str, **options: object) -> None:
        chosen = env.secret("PADAWAN_ADMIN_PASSWORD")
        if not chosen and sys.stdin.isatty():
            chosen = ask_password(getpass)
        password = chosen or secrets.token_urlsafe(12)
        try:
            admin = create_admin(username=username, email=email, password=password)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{admin.username} is now an administrator and signs in as {admin.email}.")
        if not chosen:
            self.stdout.write(f"Password (shown this once): {password}")


def ask_password(ask: Callable[[str], str]) -> str:
    """What was typed twice; nothing means that a password shall be made up."""
    password = ask("Password (leave empty to have one made up): ")
    if password and ask("Password again: ") != password:
        raise CommandError("The two passwords differ.")
    return password
