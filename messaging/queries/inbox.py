"""The list of a player's conversations: as many queries for a long one as for a short one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from messaging.models import Channel, DirectState, Message
from messaging.models.message import UNSEEN
from messaging.queries.direct import OF_PLAYER, members_only
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.paging import page_of
from players.models import Player
from players.queries.privacy import seen_by_many
from players.queries.relationships import hidden_from
from players.rules.privacy import Field

PAGE = 30
SUMMARY = 120
NAMES = 3
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
    # Who said it, in a group.
    author: str
    at: datetime
    unread: int
    is_group: bool
    is_muted: bool
    priority: str


@dataclass(frozen=True, slots=True)
class Inbox:
    rows: Sequence[Line]
    after: str


def inbox(player: Player, *, box: str = "inbox", name: str = "", after: str = "", limit: int = PAGE) -> Inbox:
    """What was said last comes first; with a name, the conversations with people or titles of that name."""
    hidden = hidden_from(player)
    rows = _in_box(player, box).select_related("conversation__channel")
    if name := clean_text(name):
        rows = rows.filter(_called(player, name, hidden))
    page = page_of(rows, order=("-last_at", "-pk"), cursor=after, limit=limit)
    if not page.rows:
        return Inbox([], page.after)
    others = _others(player, [state.conversation_id for state in page.rows], hidden)
    fields = seen_by_many(player, [person for people in others.values() for person in people])
    channels = [state.conversation.channel_id for state in page.rows]
    unread, last = _unread(player, channels, hidden), _last_said(player, channels, hidden)
    lines = []
    for state in page.rows:
        channel = state.conversation.channel_id
        people = others.get(state.conversation_id, [])
        lines.append(_line(player, state, people, fields, last.get(channel), unread.get(channel, 0)))
    return Inbox(lines, page.after)


def waiting_requests(player: Player) -> int:
    return _in_box(player, "requests").count()


def unread_conversations(player: Player) -> int:
    """In how many conversations of the inbox something new waits; without those that are muted."""
    loud = _in_box(player, "inbox").filter(muted_at=None)
    channels = list(loud.values_list("conversation__channel_id", flat=True))
    return len(_unread(player, channels, hidden_from(player)))


def name_of(conversation_title: str, names: Sequence[str]) -> str:
    """What a conversation is called: its title, or who else is in it."""
    if conversation_title:
        return conversation_title
    if not names:
        return "Former player"
    more = len(names) - NAMES
    return ", ".join(names[:NAMES]) + (f" and {more} more" if more > 0 else "")


def _in_box(player: Player, box: str) -> QuerySet[DirectState]:
    mine = members_only(DirectState.objects.filter(player=player))
    if box == "requests":
        return mine.filter(standing=Standing.REQUEST)
    if box != "archive":
        return mine.filter(standing=Standing.OPEN, archived_at=None)
    # What was deleted is nowhere until something new is said.
    left = Message.objects.filter(channel=OuterRef("conversation__channel"), seq__gt=OuterRef("deleted_seq"))
    return mine.filter(Q(deleted_seq=0) | Exists(left), standing=Standing.OPEN, archived_at__isnull=False)


def _called(player: Player, name: str, hidden: frozenset[int]) -> Q:
    others = members_only(DirectState.objects.filter(conversation=OuterRef("conversation")))
    others = others.exclude(player=player).exclude(player__in=hidden)
    named = Q(player__username__icontains=name) | Q(player__profile__display_name__icontains=name)
    return Q(conversation__title__icontains=name) | Exists(others.filter(named))


def _others(player: Player, conversations: Sequence[int], hidden: frozenset[int]) -> dict[int, list[Player]]:
    """Who else is in each; whom a block hides is named in a pair only, where there is nobody else."""
    rows = members_only(DirectState.objects.filter(conversation__in=conversations)).exclude(player=player)
    rows = rows.select_related("conversation", *OF_PLAYER).order_by("pk")
    found: dict[int, list[Player]] = {}
    for state in rows:
        if state.conversation.pair or state.player_id not in hidden:
            found.setdefault(state.conversation_id, []).append(state.player)
    return found


def _shown(player: Player, hidden: frozenset[int]) -> QuerySet[Message]:
    return Message.objects.visible_to(player).exclude(player__in=hidden)


def _unread(player: Player, channels: Sequence[int], hidden: frozenset[int]) -> dict[int, int]:
    mine = {"channel__members__player": player, "seq__gt": F("channel__members__read_seq")}
    news = _shown(player, hidden).filter(channel__in=channels, deleted_at=None, **mine)
    counts = news.exclude(player=player).values("channel").annotate(news=Count("pk")).order_by("channel")
    return dict(counts.values_list("channel", "news"))


def _last_said(player: Player, channels: Sequence[int], hidden: frozenset[int]) -> dict[int, Message]:
    shown = _shown(player, hidden).filter(channel=OuterRef("pk")).order_by("-seq")
    newest = Channel.objects.filter(pk__in=channels).annotate(newest=Subquery(shown.values("pk")[:1]))
    ids = list(newest.values_list("newest", flat=True))
    rows = Message.objects.filter(pk__in=ids).select_related("player__profile")
    return {message.channel_id: message for message in rows}


def _line(
    player: Player,
    state: DirectState,
    people: list[Player],
    fields: dict[int, frozenset[Field]],
    last: Message | None,
    unread: int,
) -> Line:
    is_group = not state.conversation.pair
    who = people[0] if people and not is_group else None
    is_shown = who is not None and Field.AVATAR in fields[who.pk]
    is_own = last is not None and last.player_id == player.pk
    names = name_of(state.conversation.title, [person.name for person in people])
    return Line(
        uuid=state.conversation.uuid,
        name=names if people or not is_group else state.conversation.title or "A group without others",
        avatar_url=who.avatar_url if who and is_shown else "",
        avatar_colour=who.avatar_colour if who else 0,
        text=_summary(last),
        is_own=is_own,
        author=last.player.name if last and last.player and is_group and not is_own else "",
        at=state.last_at,
        unread=unread,
        is_group=is_group,
        is_muted=state.muted_at is not None,
        priority=last.priority if last and unread else Message.Priority.NORMAL,
    )


def _summary(message: Message | None) -> str:
    if message is None:
        return ""
    if message.is_deleted:
        return message.absence
    if message.hidden_at is not None:
        return UNSEEN
    text = " ".join(message.text.split())
    return f"{message.subject}: {text}"[:SUMMARY] if message.subject else text[:SUMMARY]
