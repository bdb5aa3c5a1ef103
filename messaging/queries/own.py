"""What players have done and begun in channels, for their pages to mark; read for many players at once."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from messaging.models import Draft, MessageReaction, PollVote

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
    reactions = MessageReaction.objects.filter(message__channel__in=channels, player__in=players)
    for channel, player, uuid, emoji in _lately(reactions, "message__channel").values_list(
        "message__channel", "player", "message__uuid", "emoji"
    ):
        own[channel, player].reactions.setdefault(str(uuid), []).append(emoji)
    path = "option__poll__message"
    votes = PollVote.objects.filter(**{f"{path}__channel__in": channels}, player__in=players)
    for channel, player, uuid, place in _lately(votes, f"{path}__channel").values_list(
        f"{path}__channel", "player", f"{path}__uuid", "option__position"
    ):
        own[channel, player].votes.setdefault(str(uuid), []).append(place)
    drafts = Draft.objects.filter(channel__in=channels, player__in=players).order_by("pk")
    for channel, player, parent, text in drafts.values_list("channel", "player", "parent__uuid", "text"):
        begun = {"parent": str(parent) if parent else None, "text": text}
        own[channel, player].drafts.append(begun)
    for found in own.values():
        for places in found.votes.values():
            places.sort()
    return own


def _lately(rows: QuerySet, channel: str) -> QuerySet:
    """The newest of each player in each channel, newest first."""
    rank = Window(RowNumber(), partition_by=[channel, "player"], order_by=F("pk").desc())
    return rows.annotate(rank=rank).filter(rank__lte=SHOWN).order_by("-pk")
