"""Which part of a channel's history a page shows, as its address says."""

from datetime import date, datetime, time
from uuid import UUID

from django.http import Http404, QueryDict
from django.utils import timezone

from messaging.models import Channel, ChannelMember
from messaging.queries import history
from messaging.queries.history import Reader, Window

MAX_DIGITS = 17


def stream_window(where: QueryDict, channel: Channel, reader: Reader) -> dict[str, object]:
    """`at` a message (or `new`: where the reader was last), `on` a day, `before` or `after` a number; else now."""
    pointer = ChannelMember.objects.filter(channel=channel, player=reader.player)
    read_seq = pointer.values_list("read_seq", flat=True).first() or 0
    window, found = _chosen(where, channel, reader, read_seq)
    for message in window.messages:
        message.is_found = message.uuid == found
    return {
        "messages_shown": _with_line(window, reader, read_seq),
        "window": window,
        # Older than the page are some that nobody has read yet.
        "has_news_above": bool(read_seq) and window.has_older and window.first > read_seq + 1,
    }


def rows_window(where: QueryDict, channel: Channel, reader: Reader) -> Window:
    """For a script that has the page: what is before or after a number, or the present."""
    if (seq := seq_in(where, "after")) is not None:
        return history.after(channel, reader, seq)
    if (seq := seq_in(where, "before")) is not None:
        return history.before(channel, reader, seq)
    return history.latest(channel, reader) if "now" in where else Window([], False, False)


def _chosen(where: QueryDict, channel: Channel, reader: Reader, read_seq: int) -> tuple[Window, UUID | None]:
    if "at" in where:
        return _at(where["at"], channel, reader, read_seq)
    if where.get("on"):
        return _on(where["on"], channel, reader)
    if (seq := seq_in(where, "before")) is not None:
        return history.before(channel, reader, seq), None
    if (seq := seq_in(where, "after")) is not None:
        return history.after(channel, reader, seq), None
    return history.latest(channel, reader), None


def _at(place: str, channel: Channel, reader: Reader, read_seq: int) -> tuple[Window, UUID | None]:
    if place == "new":
        return history.around(channel, reader, read_seq), None
    try:
        uuid = UUID(place)
    except ValueError:
        raise Http404 from None
    message = reader.messages(channel).filter(uuid=uuid).first()
    if message is None:
        raise Http404
    return history.around(channel, reader, message.seq), message.uuid


def _on(text: str, channel: Channel, reader: Reader) -> tuple[Window, UUID | None]:
    """The first message of the day or after it; the present, when nothing was said since."""
    try:
        day = date.fromisoformat(text)
        moment = timezone.make_aware(datetime.combine(day, time.min))
        message = history.first_since(channel, reader, moment)
    except (ValueError, OverflowError):
        raise Http404 from None
    if message is None:
        return history.latest(channel, reader), None
    return history.around(channel, reader, message.seq), message.uuid


def _with_line(window: Window, reader: Reader, read_seq: int) -> list:
    """The messages, the first of those that are new marked as such; on a first visit nothing is news."""
    if read_seq and (not window.has_older or window.first <= read_seq + 1):
        news = (m for m in window.messages if m.seq > read_seq and m.player_id != reader.player.pk)
        if first := next(news, None):
            first.begins_news = True
    return window.messages


def seq_in(where: QueryDict, name: str) -> int | None:
    """The number of a message, if there is one."""
    text = where.get(name, "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= MAX_DIGITS else None
