"""What a socket leaves behind when it is gone: its places are free, and its player is there a moment longer.

When a network fails or a server is stopped a whole school goes at once, so all who do are looked after together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from messaging import slots
from messaging.actions.presence import shorten_presence


@dataclass(frozen=True, slots=True)
class Parting:
    """The socket, and what it took up of how many there may be."""

    connection: UUID
    slots: Sequence[str]

    @property
    def place(self) -> UUID:
        return self.connection


def part_together(partings: Sequence[Parting]) -> list[None]:
    """Of each connection one."""
    # First: it needs no database, which may be what failed.
    slots.give_back([slot for parting in partings for slot in parting.slots])
    shorten_presence(connections=[parting.connection for parting in partings], now=timezone.now())
    return [None] * len(partings)
