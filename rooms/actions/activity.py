"""When something last happened in a room."""

from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from cachetools import LRUCache

from messaging.models import Message
from rooms.choices import ROOM
from rooms.models import Room
from rooms.queries.settings import room_of

# A busy room's row is not written with each message.
EXACT_TO = timedelta(seconds=30)

# What this process has noted: the rows that it asks with may be older.
_noted: LRUCache[UUID, datetime] = LRUCache(maxsize=10_000)
_lock = Lock()


def note_activity(message: Message) -> None:
    """Something was said in the room, if the message's channel is one's."""
    room = room_of(message.channel) if message.channel.kind == ROOM else None
    if room is None:
        return
    with _lock:
        known = max(room.last_activity_at, _noted.get(room.uuid, room.last_activity_at))
        if known >= message.sent_at - EXACT_TO:
            return
        _noted[room.uuid] = message.sent_at
    Room.objects.filter(pk=room.pk).update(last_activity_at=message.sent_at)
