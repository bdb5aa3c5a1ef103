"""Somebody who is there, for tests."""

from datetime import datetime
from uuid import UUID

from messaging.actions.presence import Tab, note_tabs
from messaging.models import Channel
from players.models import Player


def note_presence(
    *, channels: list[Channel], player: Player, connection: UUID, state: str, now: datetime
) -> None:
    """The player's tab is open on the channels."""
    note_tabs([Tab(player, connection, state, channels)], now=now)
