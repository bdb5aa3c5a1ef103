"""Making an answer: claimed once, spoken without a transaction, posted with its first variant."""

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.models import Channel
from messaging.rules.slow import in_words
from npcs.actions.memory_keeping import forget_message, forget_words
from npcs.actions.ratings import note_answer
from npcs.actions.sections import Place
from npcs.actions.speaking import Speech, speak
from npcs.builtin.text import escape_markdown
from npcs.llm.builtin import LABEL
from npcs.models import Interaction
from npcs.queries.retrieval import know_version
from padawanforge.kit.events import announce
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.memory import keep, one_reading
from padawanforge.kit.work import WorkItem, WorkState
from rooms import events
from rooms.actions.drafts import Draft, said_so_far
from rooms.actions.hints import Told, hint_in_room, hint_in_talk
from rooms.actions.summaries import summarise_if_full
from rooms.actions.turns import turn
from rooms.actions.variants import add_variant, answer_data, show_ending
from rooms.choices import ROOM, TALK
from rooms.models import Reply, RoomNpc, Talk
from rooms.queries.conversations import conversation_of, know_talk, summary_holds
from rooms.queries.hearing import Line, history, know_place, turns, without_summarised
from rooms.queries.replies import answers_before, claimed
from rooms.queries.settings import pause_of
from rooms.signals import character_answered

logger = logging.getLogger(__name__)

REPLIES_A_MINUTE = 10
MINUTE = timedelta(minutes=1)
A_DAY = 24 * 60 * 60
HELD_OFF = "I'll gladly talk about it after the reveal."
SLOW_DOWN = "So many questions! Give me a minute, then ask me again."
RESTING = "I answer once in {} here. Ask me again a little later."
BROKE_OFF = "I was interrupted before I could say anything."
NOT_BETTER = "I could not reach my language model just now; what I said before stays."
Ending = Reply.Ending


def react(*, pk: int) -> None:
    """Work on an answer if it is its turn: the provider may take many seconds, so no transaction is open."""
    with turn(pk) as is_ours:
        if is_ours:
            _work(claimed(pk))


def _work(reply: Reply) -> None:
    if reply.selected == 0 and _is_turned_away(reply):
        return
    draft = Draft(reply)
    draft.begin()
    speech = speak(
        npc=reply.npc,
        heard=lambda: turns(_heard(reply), reply.npc),
        player=reply.player,
        on_text=draft.add,
        should_stop=draft.should_stop,
        place=place_of(reply),
    )
    with one_reading():
        # Everybody who hears of the message reads it.
        is_finished = finish(reply, speech)
    if not is_finished and _was_deleted(reply) and reply.player:
        # The talk was deleted while the character spoke; the record of the answer came after that.
        forget_words(place=reply.channel.uuid, player=reply.player)
        forget_message(message=reply.message.uuid, player_id=reply.player.pk)


def _was_deleted(reply: Reply) -> bool:
    return not Reply.objects.filter(pk=reply.pk).exists()


def _heard(reply: Reply) -> list[Line]:
    """The history, without what the summary in the prompt stands for."""
    keep((Channel, reply.channel.uuid), reply.channel)
    if reply.channel.kind == ROOM:
        know_place(reply.channel, reply.npc)
    else:
        know_talk(reply.channel, reply.npc)
    know_version(reply.npc)
    messages = history(reply.message, reply.npc)
    conversation = conversation_of(reply.channel, reply.npc)
    if conversation is None or not summary_holds(conversation, reply.channel):
        return messages
    return without_summarised(messages, conversation.summary_seq)


def place_of(reply: Reply) -> Place:
    is_room = reply.channel.kind == ROOM
    return Place(
        kind="room" if is_room else "talk",
        uuid=reply.channel.uuid,
        reach="room" if is_room else "private",
        message=reply.message.uuid,
    )


@transaction.atomic
def finish(reply: Reply, speech: Speech) -> bool:
    """Post the answer and close the reply together; False when this attempt is no longer the one that counts."""
    ending = Ending.STOPPED if speech.outcome == Interaction.Outcome.STOPPED else Ending.ANSWERED
    if not _close(reply, ending):
        return False
    _count_tokens(reply, speech)
    is_no_better = speech.outcome == Interaction.Outcome.UNAVAILABLE and reply.answer_id is not None
    if is_no_better or not speech.text:
        events.ended(reply, reason=NOT_BETTER if is_no_better else "")
        show_ending(reply)
        return True
    is_first = reply.answer_id is None
    _say(reply, speech, ending)
    if is_first:
        _count_answer(reply)
    summarise_if_full(reply)
    return True


def interrupt(reply: WorkItem) -> None:
    """Its worker died: what was said is kept, and it is begun again only if somebody asks for it."""
    assert isinstance(reply, Reply)  # noqa: S101 - registered for this model
    logger.warning("The answer %s was interrupted.", reply.pk)
    with transaction.atomic():
        if not _close(reply, Ending.INTERRUPTED, error="Its worker died."):
            return
        said = clean_text(said_so_far(reply))
        if said or reply.answer_id is None:
            _say(reply, Speech(said or BROKE_OFF), Ending.INTERRUPTED)
        else:
            events.ended(reply)
            show_ending(reply)


def _say(reply: Reply, speech: Speech, ending: str) -> None:
    """As a message when it is the first variant, else in the place of the one that was shown."""
    sources = [{**asdict(source), "uuid": str(source.uuid)} for source in speech.sources]
    variant = add_variant(
        reply, text=speech.text, ending=ending, engine=speech.engine, outcome=speech.outcome, sources=sources
    )
    if reply.answer is not None:
        note_answer(interaction=speech.interaction, message=reply.answer.uuid)
        return
    metadata = {
        "draft": str(reply.uuid),
        "engine": speech.engine,
        "outcome": speech.outcome,
        "in_reply_to": str(reply.message.uuid),
        "sources": sources,
        "asks": [{"uuid": str(ask.uuid)} for ask in speech.asks],
        "answer": answer_data(reply, variant, of=1),
    }
    posted = post_message(channel=reply.channel, npc=reply.npc, text=speech.text, metadata=metadata)
    Reply.objects.filter(pk=reply.pk).update(answer=posted.message, selected=1)
    note_answer(interaction=speech.interaction, message=posted.message.uuid)


def _count_tokens(reply: Reply, speech: Speech) -> None:
    if speech.interaction is None or reply.channel.kind == ROOM:
        return
    # The record of the answer may be gone already: whoever deletes a talk does not wait for it.
    for tokens in Interaction.objects.filter(pk=speech.interaction).values_list("tokens_in", "tokens_out"):
        Talk.objects.filter(channel=reply.channel_id).update(total_tokens=F("total_tokens") + sum(tokens))


def _count_answer(reply: Reply) -> None:
    RoomNpc.objects.filter(room__channel=reply.channel_id, npc=reply.npc_id).update(
        interaction_count=F("interaction_count") + 1, last_interaction=timezone.now()
    )
    announce(
        character_answered, sender=Reply, reply_id=reply.pk, npc_id=reply.npc_id, player_id=reply.player_id
    )


def _close(reply: Reply, ending: str, *, error: str = "") -> bool:
    """False when this attempt was closed by another: the conditional update takes the row, so only one goes on."""
    running = Reply.objects.filter(pk=reply.pk, state=WorkState.RUNNING, attempts=reply.attempts)
    state = WorkState.FAILED if ending == Ending.TURNED_AWAY else WorkState.DONE
    is_closed = running.update(state=state, ending=ending, last_error=error, lease_until=None, slot=None)
    reply.state, reply.ending = state, ending
    return bool(is_closed)


# --- Refusals in the character's own words -------------------------------------------------------------------


def _is_turned_away(reply: Reply) -> bool:
    if _is_too_much(reply):
        minute = int(MINUTE.total_seconds())
        _turn_away(
            reply,
            SLOW_DOWN,
            "Too many questions in a minute.",
            once=f"slow.{reply.player_id}",
            seconds=minute,
        )
        return True
    pause = pause_of(reply.channel)
    if pause and not _has_turn(reply, pause):
        once = f"pause.{reply.channel_id}.{reply.npc_id}"
        error = "The character pauses between two answers in this room."
        _turn_away(reply, RESTING.format(in_words(pause)), error, once=once, seconds=pause)
        return True
    find = _hints_for(reply)
    if find is not None and _is_hinted(reply, find):
        return True
    if reply.is_question_open:  # type: ignore[attr-defined]
        _turn_away(reply, HELD_OFF, "A question was open.")
        return True
    return False


def _hints_for(reply: Reply) -> Callable[[Reply, datetime], Told | None] | None:
    """Where a hint may be found; None while nothing is asked of anybody who reads the answer."""
    if reply.is_question_open:  # type: ignore[attr-defined]
        return hint_in_room
    is_asked = reply.is_practising or reply.is_in_training  # type: ignore[attr-defined]
    return hint_in_talk if is_asked and reply.channel.kind == TALK else None


@transaction.atomic
def _is_hinted(reply: Reply, find: Callable[[Reply, datetime], Told | None]) -> bool:
    """Whether a hint takes the place of an answer: it is given, noted and posted together."""
    told = find(reply, timezone.now())
    if told is None:
        return False
    if not told.level:
        _turn_away(reply, told.text, "All hints were given.", once=f"hints.{told.ladder}", seconds=A_DAY)
    elif _close(reply, Ending.ANSWERED):
        metadata = {
            "draft": str(reply.uuid),
            "engine": LABEL,
            "in_reply_to": str(reply.message.uuid),
            "hint": told.data,
        }
        text = escape_markdown(told.text)
        posted = post_message(channel=reply.channel, npc=reply.npc, text=text, metadata=metadata)
        Reply.objects.filter(pk=reply.pk).update(answer=posted.message)
        _count_answer(reply)
    else:
        # Another attempt has taken it: then this one has given nothing.
        transaction.set_rollback(True)
    return True


def _is_too_much(reply: Reply) -> bool:
    """Whether the player got, or is about to get, as many answers in a minute as one may have."""
    return answers_before(reply, reply.created_at - MINUTE) >= REPLIES_A_MINUTE


def _has_turn(reply: Reply, pause: int) -> bool:
    """Whether the character has rested long enough in this room: of two questions at once, one gets the turn."""
    now = timezone.now()
    place = RoomNpc.objects.filter(room__channel=reply.channel_id, npc=reply.npc_id)
    rested = Q(last_interaction=None) | Q(last_interaction__lte=now - timedelta(seconds=pause))
    return bool(place.filter(rested).update(last_interaction=now))


@transaction.atomic
def _turn_away(reply: Reply, text: str, error: str, *, once: str = "", seconds: int = 0) -> None:
    """Say why, but not again and again: other questions of the same time are dropped."""
    if not _close(reply, Ending.TURNED_AWAY, error=error):
        return
    if once and not cache.add(f"rooms.{once}", 1, timeout=seconds):
        return
    metadata = {"draft": str(reply.uuid), "in_reply_to": str(reply.message.uuid)}
    posted = post_message(channel=reply.channel, npc=reply.npc, text=text, metadata=metadata)
    Reply.objects.filter(pk=reply.pk).update(answer=posted.message)
