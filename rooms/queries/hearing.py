"""What a character knows of what was said: only what it was there for, and only what was said to all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from messaging.models import Channel, Message
from messaging.models.message import MessageQuerySet
from npcs.llm.base import Turn
from npcs.models import Npc
from padawanforge.kit.memory import keep, recalled
from padawanforge.kit.prepared import prepared
from rooms.choices import ROOM
from rooms.models import NpcStay, RoomNpc
from rooms.rules.summaries import KEPT

ROOM_MESSAGES = 40
# Thirty of each.
TALK_MESSAGES = 60
OF_A_TURN = (
    "uuid", "seq", "text", "npc_id", "npc__name",
    "player__uuid", "player__username", "player__profile__display_name",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """Of a message what a turn is made of: dozens are read for each answer."""

    uuid: UUID
    seq: int
    text: str
    npc_id: int | None
    npc_name: str | None
    player: UUID | None
    username: str | None
    shown_name: str | None


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
    return recalled(
        (RoomNpc, channel.pk, npc.pk), lambda: next(iter(_places(channel.pk, npc.pk, True)), None)
    )


def know_place(channel: Channel, npc: Npc) -> None:
    """The channel was read together with its room and the settings for this very operation."""
    place = next(iter(_places(channel.pk, npc.pk, False)), None)
    if place is not None:
        place.room = channel.room
    keep((RoomNpc, channel.pk, npc.pk), place)


@prepared
def _places(channel_id: int, npc_id: int, with_room: bool) -> QuerySet[RoomNpc]:
    left = Exists(NpcStay.objects.filter(place=OuterRef("pk")))
    rows = RoomNpc.objects.filter(room__channel=channel_id, npc=npc_id).annotate(has_left=left)
    return rows.select_related("room__settings") if with_room else rows


def _presence(channel: Channel, npc: Npc) -> Q:
    place = place_in(channel, npc)
    if place is None:
        return Q(pk__in=[])
    present = Q(seq__gt=place.since_seq) if place.is_active else Q(pk__in=[])
    stays = NpcStay.objects.filter(place=place).order_by("pk")
    for stay in stays if getattr(place, "has_left", True) else ():
        present |= Q(seq__gt=stay.since_seq, seq__lte=stay.until_seq)
    return present


def history(message: Message, npc: Npc) -> list[Line]:
    """The last messages that the character heard up to and with this one, oldest first."""
    channel, is_room = message.channel, message.channel.kind == ROOM
    place = place_in(channel, npc) if is_room else None
    if is_room and (place is None or not place.is_active or getattr(place, "has_left", True)):
        said = heard_messages(channel, npc).filter(seq__lte=message.seq)
        rows: Sequence[tuple] = list(_of_turns(said, is_room))
    else:
        since = place.since_seq if place else 0
        rows = _without_a_gap(channel.pk, since, message.seq, timezone.now(), is_room)
    return [Line(*row) for row in reversed(rows)]


@prepared
def _without_a_gap(
    channel_id: int, since: int, until: int, now: datetime, is_room: bool
) -> QuerySet[Message, tuple]:
    """As nearly always: it has been there from that number on."""
    return _of_turns(_audible(channel_id, now).filter(seq__gt=since, seq__lte=until), is_room)


def _of_turns(said: QuerySet[Message], is_room: bool) -> QuerySet[Message, tuple]:
    lines = said.order_by("-seq").values_list(*OF_A_TURN)
    return lines[: ROOM_MESSAGES if is_room else TALK_MESSAGES]


def without_summarised(lines: Sequence[Line], until: int) -> list[Line]:
    """What no summary stands for, and always the last few as they were said."""
    old = [line for line in lines[:-KEPT] if line.seq > until]
    return [*old, *lines[-KEPT:]]


def turns(lines: Sequence[Line], npc: Npc) -> list[Turn]:
    return [_turn(line, npc) for line in lines]


def _turn(line: Line, npc: Npc) -> Turn:
    source = f"message:{line.uuid}"
    if line.npc_id == npc.pk:
        return Turn("assistant", line.text, npc.name, source=source)
    # As players and characters are called by themselves.
    name = line.shown_name or line.username or line.npc_name or ""
    return Turn("user", line.text, name, source=source, subject=str(line.player or ""))
