"""The newest messages of a channel, made once for all who come while nothing happens there.

Whatever becomes of a message takes a number of its channel, so what was found for one number stays true. Only
the names and pictures of the authors may change without one; for their sake it is kept for seconds.
"""

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from cachetools import TTLCache

from messaging import frames
from messaging.models import Channel, Message
from messaging.queries.streams import PAGE, message_data, messages_before
from messaging.queries.threads import thread_summaries
from messaging.rules.direct import DIRECT
from players.models import Player

KEPT_SECONDS = 10
CHANNELS_KEPT = 500


@dataclass(frozen=True, slots=True)
class Line:
    told: dict
    author_id: int | None
    client_id: str


@dataclass(frozen=True, slots=True)
class Newest:
    """The last fifty at most, oldest first; `roots` are those that were answered.

    `page` is what programs are told of them, as JSON: with the number before which they read on.
    """

    lines: tuple[Line, ...]
    roots: tuple[Message, ...]
    page: bytes

    def for_player(self, player: Player) -> list[dict]:
        """With his own ids of what he sent, by which his page recognises it."""
        return [
            {**line.told, "cid": line.client_id}
            if line.client_id and line.author_id == player.pk
            else line.told
            for line in self.lines
        ]

    def threads(self, player: Player, *, hidden: Collection[int]) -> dict[str, dict[str, object]]:
        # Copies: what hangs under a message is another thing for each reader.
        return (
            thread_summaries(player, [copy(root) for root in self.roots], hidden=hidden) if self.roots else {}
        )


class _Unread:
    """Not looked at, or too long ago."""


_UNREAD = _Unread()
_pages: TTLCache[tuple[int, int, UUID], Newest | None] = TTLCache(CHANNELS_KEPT, KEPT_SECONDS)
_lock = Lock()


def newest_in(channel: Channel, *, hidden: Collection[int] = ()) -> Newest | None:
    """Up to the number that the given object knows; None where readers don't all get the same.

    So it is where people whisper or take away for themselves, where messages expire, and for whom an author is
    hidden. The caller has made sure that the channel may be read.
    """
    if channel.kind == DIRECT:
        return None
    key = channel.pk, channel.last_seq, channel.log_epoch
    with _lock:
        # None is an answer too.
        page = _pages.get(key, _UNREAD)
    if isinstance(page, _Unread):
        page = _read(channel)
        with _lock:
            _pages[key] = page
    if page is not None and any(line.author_id in hidden for line in page.lines):
        return None
    return page


def forget_pages() -> None:
    with _lock:
        _pages.clear()


def _read(channel: Channel) -> Newest | None:
    found = messages_before(channel, channel.last_seq + 1, PAGE + 1)
    first = found[0].seq if found else 0
    whispers = channel.messages.filter(seq__gte=first, whisper_to__isnull=False)
    if any(message.expires_at for message in found) or whispers.exists():
        return None
    shown = found[-PAGE:]
    answered = set(
        Message.objects.filter(root__in=[message.pk for message in shown])
        .order_by()
        .values_list("root", flat=True)
    )
    lines = tuple(
        Line(message_data(message), message.player_id, str(message.client_id or "")) for message in shown
    )
    before = shown[0].seq if len(found) > PAGE else None
    return Newest(
        lines=lines,
        roots=tuple(message for message in shown if message.pk in answered),
        page=frames.as_json({"messages": [line.told for line in lines], "before": before}),
    )
