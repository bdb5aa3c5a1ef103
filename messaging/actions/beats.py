"""The heartbeats of sockets: what each may still do, that its player is there, and how far its rooms are.

Looked at for many sockets at once: a school that only listens sends forty a second for a thousand pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from messaging import permissions, slots
from messaging.actions.presence import Tab, note_tabs
from messaging.models import Channel
from messaging.models.channel import PERSONAL
from messaging.permissions import Standing
from messaging.queries.ahead import Beat, know_sockets
from messaging.queries.blocks import hidden_names
from messaging.queries.presence import is_unseen
from padawanforge.kit.memory import one_reading

Sight = tuple[frozenset[str], bool]


@dataclass(frozen=True, slots=True)
class Beaten:
    """Whom the player doesn't see, and whether he is not to be seen: None when he is out. `heads` by room."""

    standing: Standing
    sight: Sight | None = None
    heads: dict[str, int] = field(default_factory=dict)


@one_reading()
def beat_together(beats: Sequence[Beat]) -> list[Beaten]:
    """Of each connection one. In as many queries for many as for one, but for what only some kinds ask."""
    now = timezone.now()
    know_sockets(beats, now)
    found = [_beaten(beat) for beat in beats]
    tabs = [_tab(beat, beaten) for beat, beaten in zip(beats, found, strict=True)]
    note_tabs([tab for tab in tabs if tab is not None], now=now)
    slots.renew([slot for beat in beats for slot in beat.slots])
    return found


@one_reading()
def look_again(beat: Beat) -> Beaten:
    """The same between two heartbeats, without noting that anybody is there."""
    know_sockets([beat], timezone.now())
    return _beaten(beat)


def sight_of(player_id: int) -> Sight:
    return hidden_names(player_id), is_unseen(player_id)


def _beaten(beat: Beat) -> Beaten:
    standing = permissions.standing(beat.player_id, beat.session_key, beat.rooms, beat.overheard)
    if not (standing.is_active and standing.is_signed_in):
        return Beaten(standing)
    heads = {str(channel.uuid): channel.last_seq for channel in _shown(beat, standing)}
    return Beaten(standing, sight_of(beat.player_id), heads)


def _tab(beat: Beat, found: Beaten) -> Tab | None:
    """What the player looks at; his own log is no place."""
    player = permissions.present_player(beat.player_id)
    if player is None or found.sight is None:
        return None
    channels = [channel for channel in _shown(beat, found.standing) if channel.kind != PERSONAL]
    return Tab(player, beat.connection, beat.state, channels)


def _shown(beat: Beat, standing: Standing) -> list[Channel]:
    rooms = [room for room in beat.shown if room in standing.readable]
    return [channel for room in rooms if (channel := permissions.known_channel(room)) is not None]
