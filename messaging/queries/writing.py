"""Who is writing at this moment, as far as it is told."""

from datetime import datetime

from django.core.cache import cache

from messaging.models import Channel

# Pages say it again every four seconds while somebody writes.
FRESH_SECONDS = 6
KEPT_SECONDS = 30


def is_anybody_writing(channel: Channel, *, author_id: int | None, since: datetime, now: datetime) -> bool:
    """Whether somebody is at it; the author of what was said at `since` only if he has begun anew."""
    return any(
        now.timestamp() - moment < FRESH_SECONDS and (player != author_id or moment > since.timestamp())
        for player, moment in writing_in(channel).items()
    )


def writing_in(channel: Channel) -> dict[int, float]:
    """Players and when they last said so."""
    return dict(cache.get(key_of(channel)) or {})


def key_of(channel: Channel) -> str:
    return f"messaging.writing.{channel.pk}"
