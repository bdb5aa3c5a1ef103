"""Answers in the making, and how many there were lately: what the limits of rooms are counted by."""

from datetime import datetime, timedelta

from django.db.models import Max, Prefetch, Q

from messaging.models import Channel, Message
from npcs.models import Npc
from padawanforge.kit.work import WorkState
from rooms.models import Reply, ReplyDelta


def speaking(channel: Channel) -> list[dict]:
    """Every answer that is being made or waits for its turn, not for people who write; with what was said of it so far."""
    replies = (
        Reply.objects.unfinished()
        .filter(channel=channel, held_until=None)
        .select_related("npc", "player")
        .prefetch_related(Prefetch("deltas", ReplyDelta.objects.order_by("number")))
        .order_by("pk")
    )
    return [draft_data(reply) for reply in replies]


def draft_data(reply: Reply) -> dict:
    """A snapshot: the text up to a piece. What is told later has a higher number."""
    pieces = list(reply.deltas.all())
    return {
        "draft": str(reply.uuid),
        "npc": npc_data(reply.npc),
        "asker": str(reply.player.uuid) if reply.player else "",
        "state": reply.state,
        "text": "".join(piece.text for piece in pieces),
        "chunk_no": pieces[-1].number if pieces else 0,
    }


def npc_data(npc: Npc) -> dict[str, object]:
    return {
        "uuid": str(npc.uuid), "name": npc.name, "url": npc.get_absolute_url(),
        "avatar_url": npc.avatar_url, "colour": npc.avatar_colour,
    }  # fmt: skip


def last_said_by_people(channel: Channel) -> int:
    """The number of the last message that a person wrote to all; 0 when there is none."""
    said = Message.objects.filter(channel=channel, type=Message.Type.TEXT, whisper_to=None)
    return said.aggregate(last=Max("seq"))["last"] or 0


def answers_since(channel: Channel, seq: int) -> int:
    """How many answers go back to what people said from that number on."""
    return Reply.objects.counted().filter(channel=channel, root__seq__gte=seq).count()


def answers_lately(channel: Channel, now: datetime, window: timedelta) -> int:
    return Reply.objects.counted().filter(channel=channel, created_at__gt=now - window).count()


def answers_of_pair(channel: Channel, one: int, other: int, since: datetime) -> int:
    """How often two characters answered each other."""
    either = Q(npc=one, message__npc=other) | Q(npc=other, message__npc=one)
    return Reply.objects.counted().filter(either, channel=channel, created_at__gt=since).count()


def waiting_answers() -> int:
    return Reply.objects.filter(state=WorkState.WAITING).count()


def last_speaker(channel: Channel) -> int | None:
    """The character that was last given a turn in the channel."""
    turns = Reply.objects.counted().filter(channel=channel).order_by("-pk")
    return turns.values_list("npc_id", flat=True).first()


def is_noted(channel: Channel, note: str, *, since: int = 0, after: datetime | None = None) -> bool:
    """Whether the room was told so already."""
    lines = Message.objects.filter(
        channel=channel, type=Message.Type.SYSTEM, metadata__note=note, seq__gte=since
    )
    return (lines.filter(sent_at__gt=after) if after else lines).exists()
