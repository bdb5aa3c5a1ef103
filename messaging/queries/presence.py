"""Who is shown to whom as being there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.utils import timezone

from messaging.models import Channel, LiveConnection
from messaging.queries.moderation import level_in
from messaging.queries.streams import Presence, people_present
from messaging.rules.levels import STRICT
from padawanforge.kit.memory import keep, recalled
from padawanforge.kit.prepared import prepared
from players.models import Player, PlayerPreferences
from players.rules.preferences import HIDDEN_PRESENCE, PRESENCE

# In a channel with more people than that, only their number is told.
NAMED_UP_TO = 200
# With more people than that nobody is told who is writing; it would never be quiet.
TYPING_UP_TO = 50
TYPING_SECONDS = 10


def is_unseen(player_id: int) -> bool:
    """Whether the player has chosen to be shown to nobody, and so to see nobody."""
    chosen = {"player": player_id, f"ui_preferences__{PRESENCE}": HIDDEN_PRESENCE}
    return recalled((is_unseen, player_id), lambda: PlayerPreferences.objects.filter(**chosen).exists())


def know_unseen(players: Collection[int]) -> None:
    """The same for many, in one query, for the rest of the reading."""
    unseen = set(_unseen(players))
    for pk in players:
        keep((is_unseen, pk), pk in unseen)


@prepared
def _unseen(players: Collection[int]) -> QuerySet[PlayerPreferences, int]:
    chosen = {"player__in": players, f"ui_preferences__{PRESENCE}": HIDDEN_PRESENCE}
    return PlayerPreferences.objects.filter(**chosen).values_list("player_id", flat=True)


@dataclass(frozen=True, slots=True)
class Seen:
    """Who is there by name, and how many there are; nobody by name in a crowd."""

    people: list[Presence]
    count: int

    def by(self, player: Player, *, hidden: Collection[int] = ()) -> "Seen":
        """As far as the player may know it."""
        if not self.people or is_unseen(player.pk):
            return Seen([], self.count)
        people = [entry for entry in self.people if entry.player.pk not in hidden]
        return Seen(people, len(people))


def here_in(channel: Channel, now: datetime | None = None) -> Seen:
    """Everybody who has the channel open."""
    count = count_present(channel, now)
    return Seen([] if count > NAMED_UP_TO else people_present(channel, now), count)


def seen_by(player: Player, channel: Channel, *, hidden: Collection[int] = ()) -> Seen:
    """Who has the channel open, as far as the player may know it."""
    return here_in(channel).by(player, hidden=hidden)


def is_typing_shown(channel: Channel) -> bool:
    """Not where moderation is strict: what somebody deletes again is nobody's business there."""
    key = f"messaging.typing.{channel.pk}"
    shown = cache.get(key)
    if shown is None:
        level, _ = level_in(channel)
        shown = level.name != STRICT and count_present(channel) <= TYPING_UP_TO
        cache.set(key, shown, TYPING_SECONDS)
    return shown


def count_present(channel: Channel, now: datetime | None = None) -> int:
    return next(iter(_count_in(channel.pk, now or timezone.now())), 0)


@prepared
def _count_in(channel_id: int, now: datetime) -> QuerySet[Any, int]:
    """One row, or none where nobody is."""
    rows = LiveConnection.objects.filter(channel=channel_id, expires_at__gt=now).order_by().values("channel")
    return rows.annotate(count=Count("player", distinct=True)).values_list("count", flat=True)
