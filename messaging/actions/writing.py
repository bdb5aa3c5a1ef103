"""Who is writing at this moment: remembered for a few seconds, in no table."""

from datetime import datetime

from django.core.cache import cache

from messaging.models import Channel
from messaging.queries.writing import KEPT_SECONDS, key_of, writing_in
from players.models import Player


def note_writing(*, channel: Channel, player: Player, is_on: bool, now: datetime) -> None:
    """Of two notes at the same moment one may get lost; pages repeat theirs while somebody writes."""
    writing = writing_in(channel)
    if is_on:
        writing[player.pk] = now.timestamp()
    else:
        writing.pop(player.pk, None)
    cache.set(key_of(channel), writing, KEPT_SECONDS)
