from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from messaging import events
from messaging.models import Channel, ChannelMember, LiveConnection
from messaging.queries import Presence, state_of
from players.models import Player

PRESENT_FOR = timedelta(seconds=60)
# A reload closes one connection and opens the next: whoever is back within this time was never away.
GRACE = timedelta(seconds=10)


@transaction.atomic
def note_presence(
    *, channels: Sequence[Channel], player: Player, connection: UUID, state: str, now: datetime
) -> None:
    """The player's tab is open on the channels for another minute; others hear of it when it is news."""
    before = _states(channels, player, now)
    LiveConnection.objects.bulk_create(
        [
            LiveConnection(
                channel=channel, player=player, connection=connection, state=state,
                expires_at=now + PRESENT_FOR,
            )
            for channel in channels
        ],
        update_conflicts=True,
        unique_fields=["channel", "connection"],
        update_fields=["state", "expires_at"],
    )  # fmt: skip
    after = _states(channels, player, now)
    for channel in channels:
        entry = Presence(player, after[channel.pk])
        if channel.pk not in before:
            events.presence(channel, joined=[entry])
        elif before[channel.pk] != entry.state:
            events.presence(channel, changed=[entry])


def shorten_presence(*, connection: UUID, now: datetime) -> None:
    """The socket is gone; only the expiry decides that the player is."""
    until = now + GRACE
    LiveConnection.objects.filter(connection=connection, expires_at__gt=until).update(expires_at=until)


@transaction.atomic
def end_presence(*, channel: Channel, player: Player, connection: UUID, now: datetime) -> None:
    """The tab no longer shows the channel."""
    LiveConnection.objects.filter(channel=channel, connection=connection).delete()
    if not _states([channel], player, now):
        events.presence(channel, left=[player])


def expire_presence(*, now: datetime) -> int:
    """Announce who is no longer there; how many tabs had expired. May run in several processes at once."""
    expired = LiveConnection.objects.filter(expires_at__lte=now)
    rows = list(expired.select_related("channel", "player").order_by("pk")[:500])
    for row in rows:
        _expire(row, now)
    return len(rows)


@transaction.atomic
def _expire(row: LiveConnection, now: datetime) -> None:
    # A heartbeat may have renewed the row since it was read; then it stays.
    gone, _ = LiveConnection.objects.filter(pk=row.pk, expires_at__lte=now).delete()
    if gone and not _states([row.channel], row.player, now):
        events.presence(row.channel, left=[row.player])


def note_read(*, channel: Channel, player: Player, seq: int) -> None:
    """The player has read up to there; the pointer never goes back."""
    seen = ChannelMember.objects.filter(channel=channel, player=player, read_seq__lt=seq)
    seen.update(read_seq=min(seq, channel.last_seq))


def _states(channels: Sequence[Channel], player: Player, now: datetime) -> dict[int, str]:
    """The player's state in each of the channels where he is present."""
    tabs: dict[int, list[str]] = {}
    rows = LiveConnection.objects.filter(channel__in=channels, player=player, expires_at__gt=now)
    for channel_id, state in rows.values_list("channel_id", "state").order_by("pk"):
        tabs.setdefault(channel_id, []).append(state)
    return {channel_id: state_of(states) for channel_id, states in tabs.items()}
