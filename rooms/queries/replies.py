"""Answers in the making, and how many there were lately: what the limits of rooms are counted by."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import (
    Count,
    Exists,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    prefetch_related_objects,
)
from django.utils import timezone

from messaging.models import Channel, Message
from npcs.models import Npc
from padawanforge.kit.prepared import prepared
from padawanforge.kit.work import WorkState
from rooms.models import Reply, ReplyDelta
from rooms.queries.hints import SHOWN_WITHIN, practising, unanswered_steps
from rooms.queries.sessions import asking_sessions


def speaking(channel: Channel) -> list[dict]:
    """Every answer that is being made or waits for its turn, not for people who write; with what was said of it so far."""
    replies = _unfinished(channel.pk)
    prefetch_related_objects(replies, Prefetch("deltas", ReplyDelta.objects.order_by("number")))
    return [draft_data(reply) for reply in replies]


@prepared
def _unfinished(channel_id: int) -> QuerySet[Reply]:
    replies = Reply.objects.unfinished().filter(channel=channel_id, held_until=None)
    return replies.select_related("npc", "player").order_by("pk")


def claimed(pk: int) -> Reply:
    """An answer that is to be made now, with all that is asked before: one query.

    `is_question_open`: in the room; `is_practising`, `is_in_training`: the player is being asked alone.
    """
    reply = next(iter(_claimed(pk, timezone.now() - SHOWN_WITHIN)))
    if reply.message.channel_id == reply.channel_id:
        reply.message.channel = reply.channel
    return reply


@prepared
def _claimed(pk: int, since: datetime) -> QuerySet[Reply]:
    question = asking_sessions().filter(room__channel=OuterRef("channel"))
    rows = Reply.objects.select_related(
        "channel__room__settings",
        "channel__talk",
        "message",
        "npc__configuration",
        "player__profile",
    )
    asked = OuterRef("player")
    return rows.annotate(
        is_question_open=Exists(question),
        is_practising=Exists(practising(asked)),
        is_in_training=Exists(unanswered_steps(asked, since)),
    ).filter(pk=pk)


def draft_data(reply: Reply, pieces: Sequence[ReplyDelta] | None = None) -> dict:
    """A snapshot: the text up to a piece. What is told later has a higher number. `pieces` when they are known."""
    pieces = list(reply.deltas.all()) if pieces is None else pieces
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


def answers_before(reply: Reply, since: datetime) -> int:
    """How many answers the player got, or is about to get, from that moment on and before this one."""
    return len(_answers_before(reply.player_id, reply.pk, since))


@prepared
def _answers_before(player_id: int | None, pk: int, since: datetime) -> QuerySet[Reply, int]:
    rows = Reply.objects.counted().filter(player=player_id, pk__lt=pk, created_at__gt=since)
    return rows.values_list("pk", flat=True)


def last_said_by_people(channel: Channel) -> int:
    """The number of the last message that a person wrote to all; 0 when there is none."""
    said = Message.objects.filter(channel=channel, type=Message.Type.TEXT, whisper_to=None)
    return said.aggregate(last=Max("seq"))["last"] or 0


def answers_since(channel: Channel, seq: int) -> int:
    """How many answers go back to what people said from that number on."""
    return Reply.objects.counted().filter(channel=channel, root__seq__gte=seq).count()


def load(channel: Channel, now: datetime, window: timedelta) -> tuple[int, int]:
    """How many answers wait anywhere, and how many the channel had lately: both by one query."""
    [found] = _load(channel.pk, now - window)
    return found


@prepared
def _load(channel_id: int, since: datetime) -> QuerySet[Reply, tuple[int, int]]:
    is_waiting = Q(state=WorkState.WAITING)
    is_late = Q(channel=channel_id, created_at__gt=since) & ~Q(state=WorkState.FAILED)
    # Grouped by what is the same for all: one row, also of nothing.
    together = Reply.objects.filter(is_waiting | is_late).order_by().values(all=Value(1))
    counted = together.annotate(waiting=Count("pk", filter=is_waiting), lately=Count("pk", filter=is_late))
    return counted.values_list("waiting", "lately")


def answers_of_pair(channel: Channel, one: int, other: int, since: datetime) -> int:
    """How often two characters answered each other."""
    either = Q(npc=one, message__npc=other) | Q(npc=other, message__npc=one)
    return Reply.objects.counted().filter(either, channel=channel, created_at__gt=since).count()


def waiting_answers() -> int:
    """Anywhere."""
    return next(iter(_count_waiting()))


@prepared
def _count_waiting() -> QuerySet[Reply, int]:
    together = Reply.objects.filter(state=WorkState.WAITING).order_by().values(all=Value(1))
    return together.annotate(waiting=Count("pk")).values_list("waiting", flat=True)


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
