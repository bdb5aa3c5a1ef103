"""Conversations of two: whom one may write to, the inbox, the page of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, Subquery

from messaging.models import Channel, ChannelMember, Conversation, DirectState, LiveConnection, Message
from messaging.rules import direct as rules
from padawanforge.kit.paging import page_of
from players.models import Player
from players.queries.privacy import is_minor_today, seen_by_many
from players.queries.relationships import SEGMENTS, are_friends, hidden_from, is_blocked_between
from players.rules.privacy import Field

PAGE = 30
SUMMARY = 120
Standing = DirectState.Standing
BOXES = ("inbox", "requests", "archive")


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation in a list; the picture only when the viewer may see it."""

    uuid: UUID
    name: str
    avatar_url: str
    avatar_colour: int
    text: str
    is_own: bool
    at: datetime
    unread: int


@dataclass(frozen=True, slots=True)
class Inbox:
    rows: Sequence[Line]
    after: str


def may_write_to(player: Player, other: Player, *, was_answered: bool = False) -> bool:
    """By fresh rows; nobody learns from the answer which of the reasons it was."""
    if player.pk == other.pk or player.is_guest or other.is_guest:
        return False
    if not other.is_active or other.leaves_at is not None or is_blocked_between(player.pk, other.pk):
        return False
    return rules.may_write(
        are_friends=are_friends(player, other),
        is_minor_involved=is_minor_today(player) or is_minor_today(other),
        level=other.preferences.privacy_level,
        was_answered=was_answered,
    )


def conversation_between(player: Player, other: Player) -> Conversation | None:
    pair = rules.pair_of(player.pk, other.pk)
    return Conversation.objects.select_related("channel").filter(pair=pair).first()


def state_of(player: Player, uuid: UUID) -> DirectState | None:
    """The conversation as the player sees it; None for a stranger."""
    mine = DirectState.objects.filter(player=player, conversation__uuid=uuid)
    return mine.select_related("conversation__channel", "player").first()


def other_state(state: DirectState) -> DirectState | None:
    """The other's side; None when that player is gone for good."""
    return _others(state.player, [state.conversation_id]).get(state.conversation_id)


def sides(channel: Channel, player: Player) -> tuple[DirectState, DirectState] | None:
    """The player's side and the other's; None when one of them is missing."""
    rows = DirectState.objects.filter(conversation__channel=channel)
    found = list(rows.select_related(*[f"player__{segment}" for segment in SEGMENTS]))
    mine = [state for state in found if state.player_id == player.pk]
    theirs = [state for state in found if state.player_id != player.pk]
    return (mine[0], theirs[0]) if mine and theirs else None


def may_answer(player: Player, channel: Channel) -> bool:
    """Whether the other may still be written to; who wrote first, or said yes, may be."""
    both = sides(channel, player)
    if both is None:
        return False
    mine, theirs = both
    return may_write_to(mine.player, theirs.player, was_answered=theirs.standing == Standing.OPEN)


def inbox(player: Player, *, box: str = "inbox", after: str = "", limit: int = PAGE) -> Inbox:
    """What was said last comes first; as many queries for a long list as for a short one."""
    rows = DirectState.objects.filter(_in_box(box), player=player).select_related("conversation__channel")
    page = page_of(rows, order=("-last_at", "-pk"), cursor=after, limit=limit)
    if not page.rows:
        return Inbox([], page.after)
    others = _others(player, [state.conversation_id for state in page.rows])
    fields = seen_by_many(player, [state.player for state in others.values()])
    channels = [state.conversation.channel_id for state in page.rows]
    unread, last = _unread(player, channels), _last_said(player, channels)
    lines = []
    for state in page.rows:
        channel = state.conversation.channel_id
        side = others.get(state.conversation_id)
        who = side.player if side else None
        lines.append(_line(player, state, who, fields, last.get(channel), unread.get(channel, 0)))
    return Inbox(lines, page.after)


def waiting_requests(player: Player) -> int:
    return DirectState.objects.filter(_in_box("requests"), player=player).count()


def is_looking(player: Player, channel: Channel, now: datetime) -> bool:
    """Whether the player has the conversation open and in use."""
    tabs = LiveConnection.objects.filter(channel=channel, player=player, expires_at__gt=now)
    return tabs.filter(state=LiveConnection.State.ACTIVE).exists()


def titles(ids: Sequence[int]) -> dict[int, str]:
    return {pk: "Messages to each other" for pk in ids}


def addresses(ids: Sequence[int]) -> dict[int, str]:
    rows = Conversation.objects.filter(channel__in=ids).values_list("channel_id", "uuid")
    return {channel: f"/messages/{uuid}/" for channel, uuid in rows}


def _in_box(box: str) -> Q:
    if box == "requests":
        return Q(standing=Standing.REQUEST)
    return Q(standing=Standing.OPEN, archived_at__isnull=box != "archive")


def _others(player: Player, conversations: Sequence[int]) -> dict[int, DirectState]:
    rows = DirectState.objects.filter(conversation__in=conversations).exclude(player=player)
    rows = rows.select_related(*[f"player__{segment}" for segment in SEGMENTS])
    return {state.conversation_id: state for state in rows}


def _unread(player: Player, channels: Sequence[int]) -> dict[int, int]:
    news = Q(channel__messages__seq__gt=F("read_seq")) & ~Q(channel__messages__player=player)
    mine = ChannelMember.objects.filter(player=player, channel__in=channels).order_by("pk")
    return dict(mine.annotate(news=Count("channel__messages", filter=news)).values_list("channel_id", "news"))


def _last_said(player: Player, channels: Sequence[int]) -> dict[int, Message]:
    shown = Message.objects.filter(channel=OuterRef("pk")).exclude(player__in=hidden_from(player))
    newest = Subquery(shown.order_by("-seq").values("pk")[:1])
    ids = Channel.objects.filter(pk__in=channels).annotate(newest=newest).values_list("newest", flat=True)
    return {message.channel_id: message for message in Message.objects.filter(pk__in=list(ids))}


def _line(
    player: Player,
    state: DirectState,
    who: Player | None,
    fields: dict[int, frozenset[Field]],
    last: Message | None,
    unread: int,
) -> Line:
    is_shown = who is not None and Field.AVATAR in fields[who.pk]
    return Line(
        uuid=state.conversation.uuid,
        name=who.name if who else "Former player",
        avatar_url=who.avatar_url if who and is_shown else "",
        avatar_colour=who.avatar_colour if who else 0,
        text=_summary(last),
        is_own=last is not None and last.player_id == player.pk,
        at=state.last_at,
        unread=unread,
    )


def _summary(message: Message | None) -> str:
    if message is None:
        return ""
    if message.is_deleted:
        return "This message was deleted."
    if message.hidden_at is not None:
        return "This message waits for a review."
    return " ".join(message.text.split())[:SUMMARY]
