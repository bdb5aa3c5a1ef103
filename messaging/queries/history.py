"""What was said long ago: pages before, after and around a place, and where a day begins."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from messaging.models import Channel, ChannelMember, Message
from messaging.models.message import MessageQuerySet
from messaging.queries.channels import readable_channels
from messaging.queries.polls import note_own_votes
from messaging.queries.streams import PAGE, with_heads
from messaging.queries.threads import note_threads
from players.models import Player
from players.queries.relationships import hidden_from

# Nobody reads a bigger number; it is shown as "99+".
MANY = 100


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, whom he doesn't see, and whether he sees what others whisper."""

    player: Player
    hidden: Collection[int] = ()
    moderates: bool = False

    def messages(self, channel: Channel) -> MessageQuerySet:
        messages = channel.messages.visible_to(self.player, moderates=self.moderates)
        return messages.exclude(player__in=self.hidden) if self.hidden else messages


@dataclass(frozen=True, slots=True)
class Window:
    """Some messages of a channel that follow each other, oldest first, and whether there are more on each side."""

    messages: list[Message]
    has_older: bool
    has_newer: bool

    @property
    def first(self) -> int:
        return self.messages[0].seq if self.messages else 0

    @property
    def last(self) -> int:
        return self.messages[-1].seq if self.messages else 0


def latest(channel: Channel, reader: Reader, limit: int = PAGE) -> Window:
    found = _older(reader.messages(channel), limit)
    return _window(found[-limit:], reader, len(found) > limit, has_newer=False)


def before(channel: Channel, reader: Reader, seq: int, limit: int = PAGE) -> Window:
    found = _older(reader.messages(channel).filter(seq__lt=seq), limit)
    return _window(found[-limit:], reader, len(found) > limit, has_newer=True)


def after(channel: Channel, reader: Reader, seq: int, limit: int = PAGE) -> Window:
    found = _newer(reader.messages(channel).filter(seq__gt=seq), limit)
    return _window(found[:limit], reader, has_older=True, has_newer=len(found) > limit)


def around(channel: Channel, reader: Reader, seq: int, limit: int = PAGE) -> Window:
    """Half a page up to that number, and half a page behind it."""
    half, messages = limit // 2, reader.messages(channel)
    old = _older(messages.filter(seq__lte=seq), half)
    new = _newer(messages.filter(seq__gt=seq), half)
    return _window(old[-half:] + new[:half], reader, len(old) > half, len(new) > half)


def first_since(channel: Channel, reader: Reader, moment: datetime) -> Message | None:
    """The first message of that moment or later."""
    said = reader.messages(channel).filter(sent_at__gte=moment)
    return said.order_by("sent_at", "seq").first()


def unread_counts(player: Player, channels: Collection[int]) -> dict[int, int]:
    """How much others have said in each channel since the player read there, in one query; at most MANY.

    Derived from the pointer each time, so nothing that is edited, deleted or moved can leave a wrong number.
    """
    mine = ChannelMember.objects.filter(player=player, channel__in=channels)
    return dict(_counted(mine, player).values_list("channel_id", "unread"))


def unread_total(player: Player) -> int:
    """The same for everything that the player may read, as one number for the header."""
    mine = ChannelMember.objects.filter(player=player, channel__in=readable_channels(player).values("pk"))
    return min(MANY, sum(_counted(mine, player).values_list("unread", flat=True)))


def shown_count(number: int) -> str:
    """For people."""
    return f"{MANY - 1}+" if number >= MANY else str(number)


def _counted(mine: Any, player: Player) -> Any:
    place = {"channel": OuterRef(OuterRef("channel")), "seq__gt": OuterRef(OuterRef("read_seq"))}
    news = Message.objects.visible_to(player).filter(Q(player=None) | ~Q(player=player), **place)
    news = news.filter(deleted_at=None).exclude(type=Message.Type.SYSTEM)
    if hidden := hidden_from(player):
        news = news.exclude(player__in=hidden)
    # Cut before it is counted: a room that nobody has looked into for a year costs no more than a lively one.
    few = Message.objects.filter(pk__in=news.order_by().values("pk")[:MANY]).order_by()
    number = few.annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")
    return mine.annotate(unread=Coalesce(Subquery(number), Value(0))).order_by("pk")


def _older(messages: MessageQuerySet, limit: int) -> list[Message]:
    return _whole(messages.order_by("-seq")[: limit + 1])


def _newer(messages: MessageQuerySet, limit: int) -> list[Message]:
    return _whole(messages.order_by("seq")[: limit + 1])


def _whole(chosen: MessageQuerySet) -> list[Message]:
    """The rows with all that belongs to them, oldest first.

    First which ones, then the rest: a dozen joins over a long channel are more than a planner can guess.
    """
    ids = list(chosen.values_list("pk", flat=True))
    return list(Message.objects.with_authors().with_mentions().filter(pk__in=ids).order_by("seq"))


def _window(found: list[Message], reader: Reader, has_older: bool, has_newer: bool) -> Window:
    """With all that a page shows of each message besides its row."""
    note_own_votes(reader.player, found)
    note_threads(reader.player, found, hidden=reader.hidden)
    return Window(with_heads(found, reader.hidden, reader.player), has_older, has_newer)
