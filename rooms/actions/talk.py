"""People say something, characters hear it and answer: the path of every message that calls a character."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from messaging import events
from messaging.actions.channels import add_member, open_channel
from messaging.actions.messages import post_message
from messaging.models import Channel, Message
from npcs.actions.speaking import Speech, speak
from npcs.llm.base import Turn
from npcs.models import Npc
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.work import WorkState
from players.models import Player
from rooms.choices import ROOM, TALK
from rooms.mentions import called
from rooms.models import Reply, Room, RoomNpc, Talk
from rooms.queries.rooms import last_messages, speaking_npcs
from rooms.queries.sessions import question_is_open

logger = logging.getLogger(__name__)

TURNS_HEARD = 20
REPLIES_A_MINUTE = 10
DELTA_SECONDS = 0.08
HELD_OFF = "I'll gladly talk about it after the reveal."
SLOW_DOWN = "So many questions! Give me a minute, then ask me again."
GAVE_UP = "I lost my thread and could not answer. Your message is kept; please ask me again."


@transaction.atomic
def open_talk(*, player: Player, npc: Npc) -> Talk:
    """The private talk of the two; the character greets when it is new."""
    if talk := Talk.objects.select_related("channel").filter(player=player, npc=npc).first():
        return talk
    # The player's row is the lock, so that two tabs make one talk.
    Player.objects.select_for_update().get(pk=player.pk)
    if talk := Talk.objects.select_related("channel").filter(player=player, npc=npc).first():
        return talk
    talk = Talk.objects.create(player=player, npc=npc, channel=open_channel(kind=TALK))
    add_member(channel=talk.channel, player=player)
    if npc.greeting:
        post_message(channel=talk.channel, npc=npc, text=npc.greeting)
    return talk


def hear(*, message: Message) -> list[Reply]:
    """Make a reply for each character that the message calls; characters never answer characters."""
    Room.objects.filter(channel=message.channel).update(last_activity_at=message.sent_at)
    if message.player_id is None:
        return []
    return [_begin_reply(message, npc) for npc in _listeners(message)]


def _listeners(message: Message) -> list[Npc]:
    channel = message.channel
    if channel.kind == TALK:
        return list(Npc.objects.active().filter(talks__channel=channel))
    if channel.kind != ROOM or "@" not in message.text:
        return []
    npcs = {npc.name: npc for npc in speaking_npcs(channel)}
    return [npcs[name] for name in called(message.text, npcs)]


@transaction.atomic
def _begin_reply(message: Message, npc: Npc) -> Reply:
    reply, created = Reply.objects.get_or_create(message=message, npc=npc)
    if created:
        enqueue("rooms.react", pk=reply.pk)
    return reply


def react(*, pk: int) -> None:
    """Work on a reply: the provider may take many seconds, so no transaction is open while it speaks."""
    if not Reply.objects.claim(pk, now=timezone.now()):
        return
    reply = Reply.objects.select_related("message__channel", "message__player__profile", "npc").get(pk=pk)
    channel, npc = reply.message.channel, reply.npc
    if line := _line_instead(reply):
        _finish(reply, Speech(line))
        return
    events.signal(channel, "npc.thinking", draft=str(reply.uuid), npc=_npc_data(npc))
    speech = speak(
        npc=npc,
        heard=[_turn(message, npc) for message in last_messages(reply.message, TURNS_HEARD)],
        player=reply.message.player,
        on_text=_stream_to(channel, reply),
    )
    _finish(reply, speech)


def give_up(reply: Reply) -> None:
    """After the last attempt: an honest line instead of silence."""
    logger.warning("Reply %s was given up: %s", reply.pk, reply.last_error)
    _finish(reply, Speech(GAVE_UP), state=WorkState.FAILED)


@transaction.atomic
def _finish(reply: Reply, speech: Speech, state: str = WorkState.DONE) -> None:
    """Post the answer and close the reply together: a reply that comes a second time posts nothing."""
    # The conditional update takes the row, so of two workers one goes on.
    unfinished = Reply.objects.filter(pk=reply.pk, state__in=(WorkState.WAITING, WorkState.RUNNING))
    if not unfinished.update(state=state, lease_until=None):
        return
    metadata = {
        "draft": str(reply.uuid),
        "engine": speech.engine,
        "outcome": speech.outcome,
        "in_reply_to": str(reply.message.uuid),
        "sources": [{**asdict(source), "uuid": str(source.uuid)} for source in speech.sources],
    }
    channel = reply.message.channel
    posted = post_message(channel=channel, npc=reply.npc, text=speech.text, metadata=metadata)
    Reply.objects.filter(pk=reply.pk).update(answer=posted.message)
    RoomNpc.objects.filter(room__channel=channel, npc=reply.npc).update(
        interaction_count=F("interaction_count") + 1, last_interaction=timezone.now()
    )


def _line_instead(reply: Reply) -> str:
    """What the character says without thinking; empty when it shall think."""
    channel = reply.message.channel
    if channel.kind == ROOM and question_is_open(channel.room):
        return HELD_OFF
    recent = Reply.objects.filter(
        message__player=reply.message.player, created_at__gt=reply.created_at - timedelta(minutes=1)
    )
    return SLOW_DOWN if recent.count() > REPLIES_A_MINUTE else ""


def _stream_to(channel: Channel, reply: Reply) -> Callable[[str], None]:
    """Collects pieces and tells them at most every DELTA_SECONDS; what is left comes with the message."""
    waiting: list[str] = []
    state = {"chunk": 0, "sent_at": 0.0}

    def on_text(piece: str) -> None:
        waiting.append(piece)
        now = time.monotonic()
        if now - state["sent_at"] < DELTA_SECONDS:
            return
        state["chunk"] += 1
        state["sent_at"] = now
        events.signal(
            channel, "npc.delta", draft=str(reply.uuid), npc=_npc_data(reply.npc), chunk_no=state["chunk"],
            text="".join(waiting),
        )  # fmt: skip
        waiting.clear()

    return on_text


def _turn(message: Message, npc: Npc) -> Turn:
    if message.npc_id == npc.pk:
        return Turn("assistant", message.text, npc.name)
    return Turn("user", message.text, message.author.name if message.author else "")


def _npc_data(npc: Npc) -> dict[str, object]:
    return {
        "uuid": str(npc.uuid), "name": npc.name, "url": npc.get_absolute_url(),
        "avatar_url": npc.avatar_url, "colour": npc.avatar_colour,
    }  # fmt: skip
