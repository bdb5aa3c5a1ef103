"""People say something, characters hear it and answer: the path of every message that calls a character."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from messaging import events
from messaging.actions.channels import add_member, open_channel
from messaging.actions.messages import Posted, post_message
from messaging.models import MESSAGE_MAX_LENGTH, Channel, Message
from npcs.actions.speaking import Speech, speak
from npcs.llm.base import Turn
from npcs.models import Npc
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.markdown import clean_text
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
MINUTE = timedelta(minutes=1)
DELTA_SECONDS = 0.08
HELD_OFF = "I'll gladly talk about it after the reveal."
SLOW_DOWN = "So many questions! Give me a minute, then ask me again."
GAVE_UP = "I lost my thread and could not answer. Your message is kept; please ask me again."


def say(*, room: Room, player: Player, text: str, client_id: UUID | None = None) -> Posted:
    """Say something to everybody in the room; the characters that are called answer later."""
    return post_message(channel=room.channel, player=player, text=text, client_id=client_id)


@transaction.atomic
def say_in_private(*, npc: Npc, player: Player, text: str, client_id: UUID | None = None) -> Posted:
    """Say something to the character alone; a talk that would begin with a refused message does not begin."""
    talk = open_talk(player=player, npc=npc)
    return post_message(channel=talk.channel, player=player, text=text, client_id=client_id)


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
    if greeting := clean_text(npc.greeting)[:MESSAGE_MAX_LENGTH]:
        post_message(channel=talk.channel, npc=npc, text=greeting)
    return talk


def remove_empty_talks() -> int:
    """Delete the channels whose talk is gone with its player or its character; how many there were."""
    # A talk is made in one transaction with its channel, so none in the making is seen here.
    _, rows = Channel.objects.filter(kind=TALK, talk=None).delete()
    return rows.get(Channel._meta.label, 0)


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
    if _is_too_much(reply):
        _slow_down(reply)
        return
    if channel.kind == ROOM and question_is_open(channel.room):
        _finish(reply, Speech(HELD_OFF))
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
    logger.warning("Reply %s was given up after %s attempts.", reply.pk, reply.attempts)
    _finish(reply, Speech(GAVE_UP), failure="It broke off several times.")


@transaction.atomic
def _finish(reply: Reply, speech: Speech, failure: str = "") -> None:
    """Post the answer and close the reply together: a reply that comes a second time posts nothing."""
    if not _close(reply, failure):
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


def _close(reply: Reply, failure: str = "") -> bool:
    """False when another worker has closed it: the conditional update takes the row, so only one goes on."""
    unfinished = Reply.objects.filter(pk=reply.pk, state__in=(WorkState.WAITING, WorkState.RUNNING))
    state = WorkState.FAILED if failure else WorkState.DONE
    return bool(unfinished.update(state=state, last_error=failure, lease_until=None))


def _is_too_much(reply: Reply) -> bool:
    """Whether the player got, or is about to get, as many answers in a minute as one may have."""
    earlier = Reply.objects.filter(
        message__player=reply.message.player_id, pk__lt=reply.pk, created_at__gt=reply.created_at - MINUTE
    )
    return earlier.exclude(state=WorkState.FAILED).count() >= REPLIES_A_MINUTE


def _slow_down(reply: Reply) -> None:
    """Say once a minute that it is too much; the other questions are dropped."""
    failure = "Too many questions in a minute."
    if cache.add(f"rooms.slow_down.{reply.message.player_id}", 1, timeout=MINUTE.total_seconds()):
        _finish(reply, Speech(SLOW_DOWN), failure=failure)
    else:
        _close(reply, failure)


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
