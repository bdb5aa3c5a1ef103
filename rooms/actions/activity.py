"""When something last happened in a room."""

from datetime import timedelta

from messaging.models import Message
from rooms.choices import ROOM
from rooms.models import Room
from rooms.queries.settings import room_of

# A busy room's row is not written with each message.
EXACT_TO = timedelta(seconds=30)


def note_activity(message: Message) -> None:
    """Something was said in the room, if the message's channel is one's."""
    room = room_of(message.channel) if message.channel.kind == ROOM else None
    if room is not None and room.last_activity_at < message.sent_at - EXACT_TO:
        Room.objects.filter(pk=room.pk).update(last_activity_at=message.sent_at)
