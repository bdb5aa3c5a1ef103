"""In which channels somebody reads, asked of all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from operator import or_

from django.db.models import Q, QuerySet

from messaging import kinds
from messaging.models import Channel
from players.models import Player


@dataclass(frozen=True, slots=True)
class Place:
    """A channel as people know it."""

    id: int
    kind: str
    title: str
    url: str


def readable_channels(player: Player) -> QuerySet[Channel]:
    """Where the player is a member and may read: what `may_read` says of one channel."""
    parts = []
    for slug in kinds.slugs():
        condition = kinds.get(slug).readable(player)
        if condition is not None:
            parts.append(Q(kind=slug) & condition)
    if not parts or not player.is_active:
        return Channel.objects.none()
    return Channel.objects.filter(reduce(or_, parts), members__player=player)


def places(channels: Sequence[tuple[int, str]]) -> dict[int, Place]:
    """Title and address of each (id, kind), in two queries for each kind."""
    found: dict[int, Place] = {}
    for slug, pairs in groupby(sorted(channels, key=lambda pair: pair[1]), key=lambda pair: pair[1]):
        kind, ids = kinds.get(slug), [pk for pk, _ in pairs]
        titles, urls = kind.titles(ids), kind.addresses(ids)
        found |= {pk: Place(pk, slug, titles.get(pk, ""), urls.get(pk, "")) for pk in ids}
    return found
