"""How players are told of where they are many: made once for all who ask within some seconds.

When a lesson begins everybody is told of everybody. Names and pictures may be a few seconds old there, as they may
be beside the newest messages; who is there, and who is not to be told of whom, is asked each time.
"""

from collections.abc import Collection
from datetime import datetime
from threading import Lock

from cachetools import TTLCache
from django.db.models import QuerySet

from messaging.models import Channel, LiveConnection
from messaging.queries.streams import person_data, state_of
from padawanforge.kit.prepared import prepared
from players.models import Player

KEPT_SECONDS = 10
FACES_KEPT = 5000

_faces: TTLCache[int, dict] = TTLCache(FACES_KEPT, KEPT_SECONDS)
_lock = Lock()


def told_here(channel: Channel, now: datetime) -> dict[int, dict]:
    """Everybody who has the channel open, by the key of the player; in the order of the usernames."""
    states: dict[int, list[str]] = {}
    for player_id, state in _states_in(channel.pk, now):
        states.setdefault(player_id, []).append(state)
    faces = _faces_of(states)
    return {pk: {**faces[pk], "state": state_of(known)} for pk, known in states.items() if pk in faces}


def forget_faces() -> None:
    with _lock:
        _faces.clear()


def _faces_of(players: Collection[int]) -> dict[int, dict]:
    with _lock:
        known = {pk: face for pk in players if (face := _faces.get(pk)) is not None}
    if strange := [pk for pk in players if pk not in known]:
        found = {player.pk: person_data(player) for player in _players(strange)}
        with _lock:
            _faces.update(found)
        known |= found
    return known


@prepared
def _players(players: Collection[int]) -> QuerySet[Player]:
    """With so much of each as is told of him."""
    shown = ["uuid", "username", "is_former"]
    shown += [f"profile__{name}" for name in ("display_name", "avatar", "picture", "profile_visibility")]
    return Player.objects.filter(pk__in=players).select_related("profile").only(*shown)


@prepared
def _states_in(channel_id: int, now: datetime) -> QuerySet[LiveConnection, tuple[int, str]]:
    rows = LiveConnection.objects.filter(channel=channel_id, expires_at__gt=now)
    return rows.order_by("player__username").values_list("player_id", "state")
