"""Threads as one player sees them: what hangs under a message, and which threads he follows."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Count, F, Max, OuterRef, Q, Subquery

from messaging.models import Message, ThreadFollow
from messaging.models.message import MessageQuerySet
from messaging.queries.channels import Place, places, readable_channels
from players.models import Player
from players.queries.relationships import hidden_from

PAGE = 30


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands under the first message of a thread; `unread` only for whoever follows it."""

    count: int
    last_at: datetime
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A followed thread in a list."""

    root: Message
    last: Message
    place: Place
    unread: int


@dataclass(frozen=True, slots=True)
class Lines:
    """`older` is the key of the next page; 0 on the last one."""

    rows: Sequence[Line]
    older: int


def note_threads(player: Player, messages: Sequence[Message], *, hidden: Collection[int] = ()) -> None:
    """Write into each message what stands under it, in two queries; one, when nothing does."""
    roots = {message.pk: message for message in messages if message.root_id is None}
    said = _answers(player, hidden).filter(root__in=roots).order_by().values("root")
    rows = list(said.annotate(count=Count("pk"), last_at=Max("sent_at")))
    unread = _unread(player, [row["root"] for row in rows], hidden) if rows else {}
    for row in rows:
        roots[row["root"]].answers = Summary(row["count"], row["last_at"], unread.get(row["root"], 0))


def thread_summaries(
    player: Player, messages: Sequence[Message], *, hidden: Collection[int] = ()
) -> dict[str, dict[str, object]]:
    """The same for a script, by the uuid of the first message."""
    note_threads(player, messages, hidden=hidden)
    found = ((str(message.uuid), message.answers) for message in messages)
    return {uuid: asdict(answers) for uuid, answers in found if isinstance(answers, Summary)}


def answers_of(root: Message, player: Player, *, hidden: Collection[int] = ()) -> MessageQuerySet:
    return _answers(player, hidden, with_deleted=True).filter(root=root).with_authors().with_mentions()


def follow_of(root: Message, player: Player) -> ThreadFollow | None:
    return ThreadFollow.objects.filter(root=root, player=player).first()


def followed_threads(player: Player, *, before: int = 0, limit: int = PAGE) -> Lines:
    """The threads that the player follows, the last answer first; in as many queries for many as for one."""
    hidden = hidden_from(player)
    newest = _answers(player, hidden).filter(root=OuterRef("root")).order_by("-seq").values("pk")[:1]
    mine = ThreadFollow.objects.filter(player=player, is_on=True, root__in=_roots(player, hidden)).annotate(
        last=Subquery(newest)
    )
    mine = mine.filter(last__lt=before) if before else mine.filter(last__isnull=False)
    rows = list(mine.order_by("-last")[: limit + 1])
    shown = rows[:limit]
    ids = [pk for row in shown for pk in (row.root_id, row.last)]
    said = Message.objects.with_authors().with_mentions().select_related("channel").in_bulk(ids)
    channels = {(message.channel_id, message.channel.kind) for message in said.values()}
    known = places(list(channels))
    unread = _unread(player, [row.root_id for row in shown], hidden)
    lines = [
        Line(
            said[row.root_id], said[row.last], known[said[row.root_id].channel_id], unread.get(row.root_id, 0)
        )
        for row in shown
    ]
    return Lines(lines, shown[-1].last if len(rows) > limit else 0)


def _roots(player: Player, hidden: Collection[int]) -> MessageQuerySet:
    roots = Message.objects.visible_to(player).filter(channel__in=readable_channels(player).values("pk"))
    return roots.exclude(player__in=hidden) if hidden else roots


def _unread(player: Player, roots: Collection[int], hidden: Collection[int]) -> dict[int, int]:
    """What others have answered since the player read there, in the threads that he follows."""
    news = _answers(player, hidden).filter(
        Q(player=None) | ~Q(player=player),
        root__in=roots,
        root__followers__player=player,
        root__followers__is_on=True,
        root__followers__read_seq__lt=F("seq"),
    )
    return dict(news.order_by().values_list("root").annotate(count=Count("pk")))


def _answers(player: Player, hidden: Collection[int], *, with_deleted: bool = False) -> MessageQuerySet:
    said = Message.objects.visible_to(player).filter(root__isnull=False)
    if hidden:
        said = said.exclude(player__in=hidden)
    return said if with_deleted else said.filter(deleted_at=None)
