"""Who wants to hear of what is said in a channel: each member's own choice, else what the channel says."""

from collections.abc import Collection
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Q, QuerySet

from messaging import kinds
from messaging.models import Channel, ChannelMember
from padawanforge.kit.memory import recalled

Notify = ChannelMember.Notify
CACHED_FOR = timedelta(seconds=30)


def members_who_chose(choice: str, channel: Channel) -> QuerySet[ChannelMember]:
    chosen = Q(notify=choice)
    if kinds.get(channel.kind).notify(channel) == choice:
        chosen |= Q(notify=Notify.DEFAULT)
    return ChannelMember.objects.filter(chosen, channel=channel)


def who_hears_nothing(channel: Channel, players: Collection[int]) -> set[int]:
    """Those of the players who want to hear of nothing there, not even of mentions."""
    quiet = members_who_chose(Notify.NOTHING, channel).filter(player__in=players)
    return set(quiet.values_list("player_id", flat=True))


def is_told_about(channel: Channel) -> bool:
    """Whether anybody hears of every message; remembered, for it is asked with each of them."""
    return recalled(told_about_key(channel.pk), lambda: _is_told_about(channel))


def _is_told_about(channel: Channel) -> bool:
    found = cache.get(told_about_key(channel.pk))
    if found is None:
        found = members_who_chose(Notify.ALL, channel).exists()
        cache.set(told_about_key(channel.pk), found, CACHED_FOR.total_seconds())
    return found


def told_about_key(channel_id: int) -> str:
    return f"messaging.told_about.{channel_id}"
