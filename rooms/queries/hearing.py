"""What a character knows of what was said: only what it was there for, and only what was said to all."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from messaging.models import Channel, Message
from messaging.models.message import MessageQuerySet
from npcs.llm.base import Turn
from npcs.models import Npc
from padawanforge.kit.memory import recalled
from rooms.choices import ROOM
from rooms.models import NpcStay, RoomNpc
from rooms.rules.summaries import KEPT

ROOM_MESSAGES = 40
# Thirty of each.
TALK_MESSAGES = 60
# What a line of a prompt is made of; characters have long texts that would be read with each of their lines.
OF_A_TURN = (
    "uuid", "seq", "text", "player__uuid", "player__username", "player__profile__display_name", "npc__name",
)  # fmt: skip


def heard_messages(channel: Channel, npc: Npc) -> MessageQuerySet:
    """Everything in the channel that the character heard; whispers and lines of the system it never hears."""
    said = Message.objects.filter(channel=channel, deleted_at=None, hidden_at=None).visible_to(None)
    said = said.exclude(type=Message.Type.SYSTEM)
    return said.filter(_presence(channel, npc)) if channel.kind == ROOM else said


def place_in(channel: Channel, npc: Npc) -> RoomNpc | None:
    """The character's place in the room of the channel, with the room's settings."""
    return recalled((RoomNpc, channel.pk, npc.pk), lambda: _place_in(channel, npc))


def _place_in(channel: Channel, npc: Npc) -> RoomNpc | None:
    left = Exists(NpcStay.objects.filter(place=OuterRef("pk")))
    rows = RoomNpc.objects.filter(room__channel=channel, npc=npc).annotate(has_left=left)
    return rows.select_related("room__settings").first()


def _presence(channel: Channel, npc: Npc) -> Q:
    place = place_in(channel, npc)
    if place is None:
        return Q(pk__in=[])
    present = Q(seq__gt=place.since_seq) if place.is_active else Q(pk__in=[])
    stays = NpcStay.objects.filter(place=place).order_by("pk")
    for stay in stays if getattr(place, "has_left", True) else ():
        present |= Q(seq__gt=stay.since_seq, seq__lte=stay.until_seq)
    return present


def history(message: Message, npc: Npc) -> list[Message]:
    """The last messages that the character heard up to and with this one, oldest first."""
    limit = ROOM_MESSAGES if message.channel.kind == ROOM else TALK_MESSAGES
    said = heard_messages(message.channel, npc).filter(seq__lte=message.seq)
    spoken = said.select_related("player__profile", "npc").only(*OF_A_TURN)
    return list(spoken.order_by("-seq")[:limit])[::-1]


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
