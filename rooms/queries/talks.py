"""Private talks as their player sees them."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, prefetch_related_objects

from messaging.models import Message
from npcs.models import Npc
from padawanforge.kit.paging import Page, page_of
from padawanforge.kit.prepared import prepared
from players.models import Player
from rooms.models import Talk

PAGE = 20


@dataclass(frozen=True, slots=True)
class Beside:
    """The talks that share their beginning with one: itself, those that branched off there, what it left."""

    talks: list[Talk]
    at: int

    @property
    def before(self) -> Talk | None:
        return self.talks[self.at - 1] if self.at else None

    @property
    def after(self) -> Talk | None:
        return self.talks[self.at + 1] if self.at + 1 < len(self.talks) else None


def talks_of(player: Player) -> QuerySet[Talk]:
    """The player's own, with what a page or a program needs of each."""
    return Talk.objects.filter(player=player).select_related("channel", "npc", "player__profile", "parent")


def page_of_talks(
    player: Player, npc: Npc | None, *, is_archived: bool, cursor: str, limit: int = PAGE
) -> Page:
    """Those with one character, or with all of them."""
    talks = Talk.objects.filter(player=player, is_archived=is_archived)
    found = with_counts(talks.filter(npc=npc) if npc else talks)
    return page_of(found, order=("-last_message_at", "-pk"), cursor=cursor, limit=limit)


def with_places(talks: list[Talk]) -> list[Talk]:
    """The talks with their characters and channels: joined, their texts would take part in the counting."""
    prefetch_related_objects(talks, "npc", "channel")
    return talks


def last_talk(player: Player, npc: Npc) -> Talk | None:
    talks = Talk.objects.shown().filter(player=player, npc=npc).newest_first()
    return talks.select_related("channel", "npc", "player__profile", "parent").first()


def with_counts(talks: QuerySet[Talk]) -> QuerySet[Talk]:
    said = Q(channel__messages__type__in=(Message.Type.TEXT, Message.Type.NPC))
    return talks.annotate(
        message_count=Count("channel__messages", filter=said, distinct=True)
    ).select_related("parent")


def family_of(talk: Talk) -> list[Talk]:
    """The talk with all that it branched off from or that branched off it, oldest first."""
    found = {one.pk: one for one in _of_pair(talk.player_id, talk.npc_id)}
    roots = {pk: _root(one, found) for pk, one in found.items()}
    return [one for pk, one in found.items() if roots[pk] == roots[talk.pk]]


@prepared
def _of_pair(player_id: int, npc_id: int) -> QuerySet[Talk]:
    return Talk.objects.filter(player=player_id, npc=npc_id).order_by("pk")


def _root(talk: Talk, found: dict[int, Talk]) -> int:
    while talk.parent_id in found:
        talk = found[talk.parent_id]
    return talk.pk


def branches_beside(talk: Talk) -> Beside | None:
    """None when the talk neither branched off nor has branches."""
    family = family_of(talk)
    if len(family) == 1:
        return None
    at = next(number for number, one in enumerate(family) if one.pk == talk.pk)
    return Beside(family, at)
