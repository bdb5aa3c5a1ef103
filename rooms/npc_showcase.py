"""What a character said lately, on its own page: in rooms that whoever looks may enter, and in no other place."""

from django.urls import reverse

from messaging.models import Message
from npcs.showcase import Line, Part, register
from players.models import Player
from rooms.queries.rooms import rooms_open_to

SHOWN_LENGTH = 240


def said_lately(npc_id: int, viewer: Player, limit: int) -> list[Line]:
    """The newest answers, without what was deleted or whispered."""
    rooms = rooms_open_to(viewer).order_by().values("channel")
    spoken = Message.objects.visible_to(viewer).filter(npc=npc_id, channel__in=rooms, whisper_to=None)
    newest = (
        spoken.filter(deleted_at=None, hidden_at=None).select_related("channel__room").order_by("-pk")[:limit]
    )
    return [
        Line(
            text=message.plain[:SHOWN_LENGTH],
            url=reverse("messaging:permalink", args=[message.uuid]),
            place=message.channel.room.name,
            at=message.sent_at,
        )
        for message in newest
    ]


register(Part(name="rooms.said_lately", title="What it said lately", lines=said_lately))
