"""What a character knows of what was said: only what it was there for, and only what was said to all."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from messaging.models import Channel, Message
from messaging.models.message import MessageQuerySet
from npcs.llm.base import Turn
from npcs.models import Npc
from padawanforge.kit.memory import recalled
from padawanforge.kit.prepared import prepared
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
    said = _audible(channel.pk, timezone.now())
    return said.filter(_presence(channel, npc)) if channel.kind == ROOM else said


def _audible(channel_id: int, now: datetime) -> MessageQuerySet:
    said = Message.objects.filter(channel=channel_id, deleted_at=None, hidden_at=None)
    said = said.visible_to(None, now=now)
    return said.exclude(type=Message.Type.SYSTEM)


def place_in(channel: Channel, npc: Npc) -> RoomNpc | None:
    """The character's place in the room of the channel, with the room's settings."""
    return recalled((RoomNpc, channel.pk, npc.pk), lambda: next(iter(_places(channel.pk, npc.pk)), None))


@prepared
def _places(channel_id: int, npc_id: int) -> QuerySet[RoomNpc]:
    left = Exists(NpcStay.objects.filter(place=OuterRef("pk")))
    rows = RoomNpc.objects.filter(room__channel=channel_id, npc=npc_id).annotate(has_left=left)
    return rows.select_related("room__settings")


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
    channel, is_room = message.channel, message.channel.kind == ROOM
    place = place_in(channel, npc) if is_room else None
    if is_room and (place is None or not place.is_active or getattr(place, "has_left", True)):
        said = heard_messages(channel, npc).filter(seq__lte=message.seq)
        return list(_of_turns(said, is_room))[::-1]
    since = place.since_seq if place else 0
    return _without_a_gap(channel.pk, since, message.seq, timezone.now(), is_room)[::-1]


@prepared
def _without_a_gap(
    channel_id: int, since: int, until: int, now: datetime, is_room: bool
) -> QuerySet[Message]:
    """As nearly always: it has been there from that number on."""
    return _of_turns(_audible(channel_id, now).filter(seq__gt=since, seq__lte=until), is_room)


def _of_turns(said: QuerySet[Message], is_room: bool) -> QuerySet[Message]:
    spoken = said.select_related("player__profile", "npc").only(*OF_A_TURN)
    return spoken.order_by("-seq")[: ROOM_MESSAGES if is_room else TALK_MESSAGES]


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
