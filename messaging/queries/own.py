"""What players have done and begun in channels, for their pages to mark; read for many players at once."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from messaging.models import Draft, MessageReaction, PollVote
from padawanforge.kit.prepared import prepared

# Of each sort for each player in a channel; of what lies further back a page learns when it is read.
SHOWN = 500


@dataclass(slots=True)
class Own:
    """Reactions and votes by the uuid of the message; of drafts the answered message, or None, and the text."""

    reactions: dict[str, list[str]] = field(default_factory=dict)
    votes: dict[str, list[int]] = field(default_factory=dict)
    drafts: list[dict[str, str | None]] = field(default_factory=list)


def own_in(channels: Collection[int], players: Collection[int]) -> dict[tuple[int, int], Own]:
    """By channel and player; nothing is found for who has done nothing there. Three queries."""
    own: dict[tuple[int, int], Own] = defaultdict(Own)
    for channel, player, uuid, emoji in _reactions(channels, players, SHOWN):
        own[channel, player].reactions.setdefault(str(uuid), []).append(emoji)
    for channel, player, uuid, place in _votes(channels, players, SHOWN):
        own[channel, player].votes.setdefault(str(uuid), []).append(place)
    for channel, player, parent, text in _drafts(channels, players):
        begun = {"parent": str(parent) if parent else None, "text": text}
        own[channel, player].drafts.append(begun)
    for found in own.values():
        for places in found.votes.values():
            places.sort()
    return own


@prepared
def _reactions(
    channels: Collection[int], players: Collection[int], shown: int
) -> QuerySet[MessageReaction, tuple[int, int, UUID, str]]:
    rows = MessageReaction.objects.filter(message__channel__in=channels, player__in=players)
    return _lately(rows, "message__channel", shown).values_list(
        "message__channel", "player", "message__uuid", "emoji"
    )


@prepared
def _votes(
    channels: Collection[int], players: Collection[int], shown: int
) -> QuerySet[PollVote, tuple[int, int, UUID, int]]:
    path = "option__poll__message"
    rows = PollVote.objects.filter(**{f"{path}__channel__in": channels}, player__in=players)
    return _lately(rows, f"{path}__channel", shown).values_list(
        f"{path}__channel", "player", f"{path}__uuid", "option__position"
    )


@prepared
def _drafts(
    channels: Collection[int], players: Collection[int]
) -> QuerySet[Draft, tuple[int, int, UUID | None, str]]:
    rows = Draft.objects.filter(channel__in=channels, player__in=players).order_by("pk")
    return rows.values_list("channel", "player", "parent__uuid", "text")


def _lately(rows: Any, channel: str, shown: int) -> Any:
    """The newest of each player in each channel, newest first."""
    rank = Window(RowNumber(), partition_by=[channel, "player"], order_by=F("pk").desc())
    return rows.annotate(rank=rank).filter(rank__lte=shown).order_by("-pk")
