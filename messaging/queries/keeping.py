"""What a player keeps for himself, and what is pinned for all."""

from uuid import UUID

from messaging.models import Channel, Draft, Message, SavedMessage, ScheduledMessage
from messaging.queries.channels import readable_channels
from padawanforge.kit.paging import Page, page_of
from padawanforge.kit.work import WorkState
from players.models import Player
from players.queries.relationships import hidden_from

PAGE = 30


def pins(channel: Channel, viewer: Player) -> list[Message]:
    """What is pinned in the channel, the newest pin first."""
    pinned = channel.messages.visible_to(viewer).filter(pinned_at__isnull=False, deleted_at=None)
    pinned = pinned.exclude(player__in=hidden_from(viewer)).select_related("pinned_by__profile")
    return list(pinned.with_authors().with_mentions().order_by("-pinned_at", "-pk"))


def drafts_in(channel: Channel, player: Player) -> list[dict[str, str | None]]:
    """What the player has begun to write there: the answered message, or None, and the text."""
    rows = Draft.objects.filter(channel=channel, player=player).order_by("pk")
    return [
        {"parent": str(parent) if parent else None, "text": text}
        for parent, text in rows.values_list("parent__uuid", "text")
    ]


def draft_of(channel: Channel, player: Player) -> str:
    """What the player has begun to say to all there."""
    rows = Draft.objects.filter(channel=channel, player=player, parent=None)
    return rows.values_list("text", flat=True).first() or ""


def saved_of(player: Player, *, after: str = "", limit: int = PAGE) -> Page:
    """What the player has saved and may still read, the newest first."""
    readable = Message.objects.visible_to(player).exclude(player__in=hidden_from(player))
    readable = readable.filter(channel__in=readable_channels(player))
    rows = SavedMessage.objects.filter(player=player, message__in=readable)
    rows = rows.select_related("message__channel", "message__player__profile", "message__npc")
    return page_of(rows, order=("-saved_at", "-pk"), cursor=after, limit=limit)


def saved_row(player: Player, message: Message) -> SavedMessage | None:
    return SavedMessage.objects.filter(player=player, message=message).first()


def scheduled_of(player: Player, *, after: str = "", limit: int = PAGE) -> Page:
    """What the player has planned and what could not be said, the next first."""
    rows = ScheduledMessage.objects.filter(player=player).exclude(state=WorkState.DONE)
    return page_of(rows.select_related("channel"), order=("due_at", "pk"), cursor=after, limit=limit)


def scheduled_one(player: Player, uuid: UUID, *, with_said: bool = False) -> ScheduledMessage | None:
    rows = ScheduledMessage.objects.filter(player=player, uuid=uuid).select_related("channel")
    return (rows if with_said else rows.exclude(state=WorkState.DONE)).first()
