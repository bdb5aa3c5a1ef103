from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from messaging import events
from messaging.actions.personal_log import note
from messaging.actions.receipts import note_pointer
from messaging.models import Channel, LiveConnection
from messaging.queries import Presence, state_of
from messaging.queries.presence import is_unseen
from padawanforge.kit.prepared import prepared
from players.models import Player

PRESENT_FOR = timedelta(seconds=60)
# A reload closes one connection and opens the next: whoever is back within this time was never away.
GRACE = timedelta(seconds=10)
EXPIRED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of a player's, and the channels that it shows."""

    player: Player
    connection: UUID
    state: str
    channels: Sequence[Channel]


def note_tabs(tabs: Sequence[Tab], *, now: datetime) -> None:
    """The tabs are open on their channels for another minute; others hear of it when it is news.

    Each tab once; in as many queries for many as for one.
    """
    unseen = [tab for tab in tabs if is_unseen(tab.player.pk)]
    _vanish(unseen, now)
    shown = [(tab, channel) for tab in tabs if tab not in unseen for channel in tab.channels]
    if not shown:
        return
    rows = _open({channel.pk for _, channel in shown}, {tab.player.pk for tab, _ in shown}, now)
    _renew(shown, {row[1:]: row[0] for row in rows}, now + PRESENT_FOR)
    for channel, joined, changed in _news(shown, _states(rows)):
        events.presence(channel, joined=joined, changed=changed)


def _renew(
    shown: Sequence[tuple[Tab, Channel]], known: dict[tuple[int, int, UUID, str], int], until: datetime
) -> None:
    """Most are there as they were: of these only the time is written, which costs a third."""
    keys = [known.get((channel.pk, tab.player.pk, tab.connection, tab.state)) for tab, channel in shown]
    same = [key for key in keys if key is not None]
    anew = [place for place, key in zip(shown, keys, strict=True) if key is None]
    if same and LiveConnection.objects.filter(pk__in=same).update(expires_at=until) < len(same):
        # One has just been missed and removed.
        anew = list(shown)
    if anew:
        LiveConnection.objects.bulk_create(
            [
                LiveConnection(
                    channel=channel, player=tab.player, connection=tab.connection, state=tab.state,
                    expires_at=until,
                )
                for tab, channel in anew
            ],
            update_conflicts=True,
            unique_fields=["channel", "connection"],
            update_fields=["state", "expires_at"],
        )  # fmt: skip


def _news(
    shown: Sequence[tuple[Tab, Channel]], states: dict[tuple[int, int], dict[UUID, str]]
) -> Iterator[tuple[Channel, list[Presence], list[Presence]]]:
    """Per channel who came and whose state is another one; `states` is what was known before."""
    before = {place: state_of(known.values()) for place, known in states.items()}
    people = {}
    for tab, channel in shown:
        states.setdefault((channel.pk, tab.player.pk), {})[tab.connection] = tab.state
        people[channel.pk, tab.player.pk] = tab.player
    channels = {channel.pk: channel for _, channel in shown}
    for pk, channel in channels.items():
        here = [
            (before.get(place), Presence(player, state_of(states[place].values())))
            for place, player in people.items()
            if place[0] == pk
        ]
        joined = [entry for state, entry in here if state is None]
        changed = [entry for state, entry in here if state not in (None, entry.state)]
        if joined or changed:
            yield channel, joined, changed


def shorten_presence(*, connections: Collection[UUID], now: datetime) -> None:
    """The sockets are gone; only the expiry decides that their players are."""
    until = now + GRACE
    LiveConnection.objects.filter(connection__in=connections, expires_at__gt=until).update(expires_at=until)


@transaction.atomic
def end_presence(*, channel: Channel, player: Player, connection: UUID, now: datetime) -> None:
    """The tab no longer shows the channel."""
    LiveConnection.objects.filter(channel=channel, connection=connection).delete()
    if not _is_present(player, channel, now):
        events.presence(channel, left=[player])


@transaction.atomic
def expire_presence(*, now: datetime) -> int:
    """Announce who is no longer there; how many tabs had expired. May run in several processes at once."""
    expired = LiveConnection.objects.filter(expires_at__lte=now).select_related("channel", "player")
    # Locked, so that a heartbeat can't renew what is being ended; it makes a new row then.
    rows = list(expired.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:EXPIRED_AT_ONCE])
    LiveConnection.objects.filter(pk__in=[row.pk for row in rows]).delete()
    gone = {(row.channel_id, row.player_id): row for row in rows}
    for place in _still_present(rows, now):
        gone.pop(place, None)
    by_channel: dict[Channel, list[Player]] = defaultdict(list)
    for row in gone.values():
        by_channel[row.channel].append(row.player)
    for channel, left in by_channel.items():
        events.presence(channel, left=left)
    return len(rows)


def _still_present(rows: Sequence[LiveConnection], now: datetime) -> set[tuple[int, int]]:
    """Channels and players of these rows that are there with another tab; a few pairs more do no harm."""
    there = LiveConnection.objects.filter(
        channel__in={row.channel_id for row in rows},
        player__in={row.player_id for row in rows},
        expires_at__gt=now,
    )
    return set(there.values_list("channel", "player"))


def note_read(*, channel: Channel, player: Player, seq: int) -> None:
    """The player has read up to there; the pointer never goes back."""
    seq = min(seq, channel.last_seq)
    if note_pointer(channel=channel, player=player, seq=seq, now=timezone.now()):
        where = {"room": str(channel.uuid), "seq": seq}
        note(player, type="read.moved", data=lambda: where)


def _vanish(tabs: Sequence[Tab], now: datetime) -> None:
    """These players no longer want to be seen; most of the time they weren't."""
    if not tabs:
        return
    rows = LiveConnection.objects.filter(connection__in=[tab.connection for tab in tabs])
    for row in rows.select_related("channel", "player"):
        end_presence(channel=row.channel, player=row.player, connection=row.connection, now=now)


def _is_present(player: Player, channel: Channel, now: datetime) -> bool:
    return LiveConnection.objects.filter(channel=channel, player=player, expires_at__gt=now).exists()


def _states(rows: Sequence[tuple[int, int, int, UUID, str]]) -> dict[tuple[int, int], dict[UUID, str]]:
    """The states of the players' connections, by channel and player."""
    states: dict[tuple[int, int], dict[UUID, str]] = {}
    for _, channel_id, player_id, connection, state in rows:
        states.setdefault((channel_id, player_id), {})[connection] = state
    return states


@prepared
def _open(
    channels: Collection[int], players: Collection[int], now: datetime
) -> QuerySet[LiveConnection, tuple[int, int, int, UUID, str]]:
    rows = LiveConnection.objects.filter(channel__in=channels, player__in=players, expires_at__gt=now)
    return rows.values_list("pk", "channel_id", "player_id", "connection", "state")
