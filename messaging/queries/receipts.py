"""How far the others of a conversation have got what was said there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from messaging.models import Channel, ChannelMember, DirectState, Message
from messaging.rules import direct as rules
from players.models import Player, PlayerPreferences
from players.queries.relationships import hidden_from


@dataclass(frozen=True, slots=True)
class Receipt:
    """One reader, as an author may see him: `read` is None unless both let others see what they have read."""

    player: UUID
    delivered: int
    read: int | None
    read_at: datetime | None


def receipts(channel: Channel, viewer: Player) -> list[Receipt]:
    """Of those who have answered or accepted: a request must not tell that it was seen."""
    accepted = DirectState.objects.filter(
        conversation__channel=OuterRef("channel"), player=OuterRef("player"), standing="open"
    )
    others = ChannelMember.objects.filter(Exists(accepted), channel=channel).exclude(player=viewer)
    others = others.exclude(player__in=hidden_from(viewer)).select_related("player__preferences")
    is_sharing = shares_receipts(viewer)
    return [receipt_from(member, is_sharing) for member in others.order_by("pk")]


def receipt_of(member: ChannelMember, viewer: Player) -> Receipt | None:
    """What the viewer may know of one reader; None when he may know nothing."""
    known = [found for found in receipts(member.channel, viewer) if found.player == member.player.uuid]
    return known[0] if known else None


def shares_receipts(player: Player) -> bool:
    return PlayerPreferences.objects.filter(player=player, shows_read_receipts=True).exists()


def delivery_of(seq: int, known: Sequence[Receipt]) -> str:
    """What the author is shown under his message: sent, delivered or read, by all who can get it."""
    return rules.delivery_to_all(
        [rules.delivery(seq, delivered=one.delivered, read=one.read) for one in known]
    )


def note_deliveries(messages: Sequence[Message], viewer: Player, known: Sequence[Receipt]) -> None:
    """Write how far the viewer's own messages have come, under the last one of each state; for pages."""
    shown = ""
    for message in reversed(messages):
        if message.player_id == viewer.pk and not message.is_deleted:
            state = delivery_of(message.seq, known)
            message.delivery = state if state != shown else ""
            shown = state


def told(known: Sequence[Receipt]) -> dict[str, dict[str, int | None]]:
    """The same for scripts."""
    return {str(one.player): {"delivered": one.delivered, "read": one.read} for one in known}


def receipt_from(member: ChannelMember, is_sharing: bool) -> Receipt:
    """What an author who shares, or doesn't, may know of the member; the caller has selected the preferences."""
    is_told = is_sharing and member.player.preferences.shows_read_receipts
    return Receipt(
        player=member.player.uuid,
        delivered=max(member.delivered_seq, member.read_seq),
        read=member.read_seq if is_told else None,
        read_at=member.read_at if is_told else None,
    )
