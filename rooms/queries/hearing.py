"""What a character knows of what was said: only what it was there for, and only what was said to all."""

from collections.abc import Sequence

from django.db.models import Q

from messaging.models import Channel, Message
from messaging.models.message import MessageQuerySet
from npcs.llm.base import Turn
from npcs.models import Npc
from rooms.choices import ROOM
from rooms.models import NpcStay, RoomNpc
from rooms.rules.summaries import KEPT

ROOM_MESSAGES = 40
# Thirty of each.
TALK_MESSAGES = 60


def heard_messages(channel: Channel, npc: Npc) -> MessageQuerySet:
    """Everything in the channel that the character heard; whispers and lines of the system it never hears."""
    said = Message.objects.filter(channel=channel, deleted_at=None, hidden_at=None).visible_to(None)
    said = said.exclude(type=Message.Type.SYSTEM)
    return said.filter(_presence(channel, npc)) if channel.kind == ROOM else said


def _presence(channel: Channel, npc: Npc) -> Q:
    place = RoomNpc.objects.filter(room__channel=channel, npc=npc).first()
    if place is None:
        return Q(pk__in=[])
    present = Q(seq__gt=place.since_seq) if place.is_active else Q(pk__in=[])
    for stay in NpcStay.objects.filter(place=place).order_by("pk"):
        present |= Q(seq__gt=stay.since_seq, seq__lte=stay.until_seq)
    return present


def history(message: Message, npc: Npc) -> list[Message]:
    """The last messages that the character heard up to and with this one, oldest first."""
    limit = ROOM_MESSAGES if message.channel.kind == ROOM else TALK_MESSAGES
    said = heard_messages(message.channel, npc).filter(seq__lte=message.seq)
    return list(said.with_authors().order_by("-seq")[:limit])[::-1]


def without_summarised(messages: Sequence[Message], until: int) -> list[Message]:
    """What no summary stands for, and always the last few as they were said."""
    old = [message for message in messages[:-KEPT] if message.seq > until]
    return [*old, *messages[-KEPT:]]


def turns(messages: Sequence[Message], npc: Npc) -> list[Turn]:
    return [_turn(message, npc) for message in messages]


def _turn(message: Message, npc: Npc) -> Turn:
    source = f"message:{message.uuid}"
    if message.npc_id == npc.pk:
        return Turn("assistant", message.text, npc.name, source=source)
    subject = str(message.player.uuid) if message.player else ""
    return Turn(
        "user", message.text, message.author.name if message.author else "", source=source, subject=subject
    )
