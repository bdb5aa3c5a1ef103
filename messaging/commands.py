"""What can be said with a slash. An app above registers its own; `messaging.actions.commands` has the first ones."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

SLASH = re.compile(r"/([a-z][a-z-]*)(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
ESCAPED = "//"

_commands: dict[str, "Command"] = {}


@dataclass(frozen=True, slots=True)
class Call:
    """A command as somebody gave it; `typed` is the whole text, by which a repeated send is recognised."""

    player: Any
    channel: Any
    arguments: str
    typed: str
    client_id: UUID | None = None
    # What it answers, if it was typed under a message.
    parent: Any = None


@dataclass(frozen=True, slots=True)
class Told:
    """An answer for whoever asked, alone; nothing is stored."""

    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """`run(call)` posts something, or returns what its caller is told; refusals are DomainErrors."""

    name: str
    # What comes after the name, for people.
    usage: str
    summary: str
    run: Callable[[Call], Any]
    # Who sees it in the list, as allowed(player, channel); `run` refuses by itself.
    allowed: Callable[..., bool] = lambda player, channel: True

    @property
    def line(self) -> str:
        return f"/{self.name} {self.usage}".strip()


def register(command: Command) -> None:
    if command.name in _commands:
        raise ValueError(f"The command {command.name!r} is already registered.")
    _commands[command.name] = command


def get(name: str) -> Command | None:
    return _commands.get(name.lower())


def allowed_to(player: Any, channel: Any) -> list[Command]:
    """What the player can use in the channel, by name."""
    return [command for _, command in sorted(_commands.items()) if command.allowed(player, channel)]


def read(text: str) -> tuple[str, str] | None:
    """The name and the rest of a text that is a command; None for plain text, paths and what is escaped."""
    match = SLASH.fullmatch(text.strip())
    return (match.group(1).lower(), (match.group(2) or "").strip()) if match else None


def unescaped(text: str) -> str:
    """Who begins with two slashes wants one."""
    text = text.lstrip()
    return text[1:] if text.startswith(ESCAPED) else text
