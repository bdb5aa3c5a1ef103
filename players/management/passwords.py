"""Where a command takes a password from: the environment, the keyboard, or chance. Never its arguments."""

import secrets
import sys
from collections.abc import Callable
from getpass import getpass

from django.core.management.base import CommandError

from padawanforge import env


def password_from(variable: str) -> tuple[str, bool]:
    """The password, and whether it was made up and has to be told."""
    chosen = env.secret(variable)
    if not chosen and sys.stdin.isatty():
        chosen = ask_password(getpass)
    return (chosen, False) if chosen else (secrets.token_urlsafe(12), True)


def ask_password(ask: Callable[[str], str]) -> str:
    """What was typed twice; nothing means that a password shall be made up."""
    password = ask("Password (leave empty to have one made up): ")
    if password and ask("Password again: ") != password:
        raise CommandError("The two passwords differ.")
    return password
