"""How far somebody has got and read a conversation, and telling those whose words it were."""

from collections.abc import Collection
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest

from messaging import events
from messaging.models import Channel, ChannelMember, Message
from messaging.queries.receipts import receipt_from, receipt_of
from messaging.rules.direct import DIRECT
from players.models import Player
from players.queries.relationships import hidden_from


@transaction.atomic
def note_delivered(*, channel: Channel, player: Player, seq: int) -> None:
    """A page or a program of the player has got what was said up to there; the pointer never goes back."""
    if channel.kind != DIRECT:
        return
    member = ChannelMember.objects.filter(channel=channel, player=player).first()
    if member is None:
        return
    seq = min(seq, channel.last_seq)
    if ChannelMember.objects.filter(pk=member.pk, delivered_seq__lt=seq).update(delivered_seq=seq):
        tell_authors(channel, player, since=member.delivered_seq, up_to=seq)


@transaction.atomic
def note_all_delivered(*, player: Player, channels: Collection[int]) -> None:
    """The player's inbox shows what was said last in these conversations; as many queries for many as for one."""
    head = Channel.objects.filter(pk=OuterRef("channel")).values("last_seq")
    behind = ChannelMember.objects.filter(player=player, channel__in=channels, channel__kind=DIRECT)
    behind = behind.filter(delivered_seq__lt=Subquery(head))
    before = list(behind.select_related("channel", "player__preferences").order_by("pk"))
    if not before:
        return
    ChannelMember.objects.filter(pk__in=[member.pk for member in before]).update(
        delivered_seq=Greatest(F("delivered_seq"), Subquery(head))
    )
    new = [Q(channel=member.channel_id, seq__gt=member.delivered_seq) for member in before]
    said = Message.objects.filter(reduce(or_, new), player__isnull=False).exclude(player=player)
    pairs = set(said.exclude(player__in=hidden_from(player)).values_list("channel_id", "player_id"))
    authors = Player.objects.select_related("preferences").in_bulk([author for _, author in pairs])
    members = {member.channel_id: member for member in before}
    for channel_id, author_id in sorted(pairs):
        member, author = members[channel_id], authors[author_id]
        member.delivered_seq = member.channel.last_seq
        events.receipt(author, member.channel, receipt_from(member, author.preferences.shows_read_receipts))


def note_pointer(*, channel: Channel, player: Player, seq: int, now: datetime) -> bool:
    """Move the read pointer on; false when the player had read as far before."""
    member = ChannelMember.objects.filter(channel=channel, player=player, read_seq__lt=seq).first()
    if member is None:
        return False
    seq = min(seq, channel.last_seq)
    moved = ChannelMember.objects.filter(pk=member.pk, read_seq__lt=seq).update(
        read_seq=seq, read_at=now, delivered_seq=Greatest(F("delivered_seq"), seq)
    )
    if moved and channel.kind == DIRECT:
        tell_authors(channel, player, since=member.read_seq, up_to=seq)
    return bool(moved)


def tell_authors(channel: Channel, reader: Player, *, since: int, up_to: int) -> None:
    """Only those whose words lie between the two numbers, and each only what he may know."""
    said = Message.objects.filter(channel=channel, seq__gt=since, seq__lte=up_to, player__isnull=False)
    ids = set(said.exclude(player=reader).values_list("player_id", flat=True))
    if not ids:
        return
    member = ChannelMember.objects.select_related("channel", "player").get(channel=channel, player=reader)
    for author in Player.objects.filter(pk__in=ids).order_by("pk"):
        if known := receipt_of(member, author):
            events.receipt(author, channel, known)
