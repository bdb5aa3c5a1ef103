"""An answer as work that goes on by itself: told while it grows, stopped, interrupted."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from messaging.database import in_database
from npcs.models import Interaction
from padawanforge.kit.work import requeue_abandoned
from rooms.actions import replies, variants
from rooms.actions.hearing import begin
from rooms.actions.rooms import enter_room
from rooms.actions.talk import say
from rooms.models import Reply, ReplyDelta
from tests.factories.players import PlayerFactory
from tests.factories.rooms import ReplyFactory
from tests.messaging.sockets import Tab
from tests.rooms.answers import answered, room_of, speak_through
from tests.rooms.scripted import scripted

WORDS = [f"word{number} " for number in range(200)]


def in_the_background(function):
    """Runs it in a thread of its own, as a worker would, and closes the thread's connection."""

    def run():
        try:
            function()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It did not happen."
        time.sleep(0.02)


# --- Stopping ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_stop_closes_the_stream_within_a_second_and_keeps_what_was_said():
    room = room_of("Vega")
    player = enter_room(room=room, player=PlayerFactory()).player
    with scripted(WORDS, is_paced=True) as server:
        speak_through(server)
        message = say(room=room, player=player, text="Go on").message
        reply = begin_unheard(message, room)
        worker = in_the_background(lambda: replies.react(pk=reply.pk))
        server.let(5)
        until(lambda: ReplyDelta.objects.filter(reply=reply).exists() and server.said == 5)

        began = time.monotonic()
        assert variants.stop(reply=reply)
        worker.join(timeout=5)
        took = time.monotonic() - began
        server.let(100)
        until(server.hung_up.is_set)

    reply.refresh_from_db()
    assert took < 1
    assert (reply.state, reply.ending, reply.slot) == ("done", "stopped", None)
    assert reply.answer.text == "".join(WORDS[:5]).strip()
    assert reply.answer.metadata["answer"]["ending"] == "stopped"
    assert server.said < 20
    assert Interaction.objects.get().tokens_out > 0
    assert not ReplyDelta.objects.exists()


def begin_unheard(message, room):
    """An answer that waits; jobs run at once in tests, so nobody is called by the message."""
    npc = room.npcs.get().npc
    return Reply.objects.create(
        message=message, npc=npc, channel=room.channel, player=message.player, root=message
    )


@pytest.mark.django_db(transaction=True)
def test_a_silent_provider_is_left_within_a_second_and_nothing_is_posted():
    room = room_of("Vega")
    player = enter_room(room=room, player=PlayerFactory()).player
    with scripted(WORDS, is_paced=True) as server:
        speak_through(server)
        reply = begin_unheard(say(room=room, player=player, text="Go on").message, room)
        worker = in_the_background(lambda: replies.react(pk=reply.pk))
        until(lambda: server.requests)

        variants.stop(reply=reply)
        began = time.monotonic()
        worker.join(timeout=5)
        took = time.monotonic() - began

    reply.refresh_from_db()
    assert took < 1
    assert (reply.ending, reply.answer) == ("stopped", None)
    assert not room.channel.messages.filter(type="npc").exists()


@pytest.mark.django_db
def test_an_answer_that_waits_is_not_begun_once_it_is_stopped(commit):
    reply = ReplyFactory()

    with commit():
        assert variants.stop(reply=reply)
        replies.react(pk=reply.pk)

    reply.refresh_from_db()
    assert (reply.state, reply.ending, reply.attempts) == ("done", "stopped", 0)
    assert not variants.stop(reply=reply)
    assert not Interaction.objects.exists()


@pytest.mark.django_db
def test_after_a_stop_the_room_takes_the_next_question(commit):
    reply, player = answered(room_of("Vega"), commit)

    with commit():
        say(room=reply.channel.room, player=player, text="@Vega and a star?")

    assert [row.state for row in Reply.objects.order_by("pk")] == ["done", "done"]


# --- A worker that dies --------------------------------------------------------------------------------------


def died(room, *pieces, **fields):
    """An answer whose worker is gone since a while."""
    reply = ReplyFactory(
        channel=room.channel,
        npc=room.npcs.get().npc,
        state="running",
        attempts=1,
        slot=1,
        lease_until=timezone.now() - timedelta(seconds=1),
        **fields,
    )
    for number, piece in enumerate(pieces, start=1):
        ReplyDelta.objects.create(reply=reply, number=number, text=piece)
    return reply


@pytest.mark.django_db
def test_an_answer_whose_worker_died_is_interrupted_and_not_begun_again(commit):
    room = room_of("Vega")
    reply = died(room, "A comet ", "is")

    for _ in range(3):
        with commit():
            requeue_abandoned()

    reply.refresh_from_db()
    (answer,) = room.channel.messages.filter(type="npc")
    assert (reply.state, reply.ending, reply.attempts, reply.slot) == ("done", "interrupted", 1, None)
    assert answer.text == "A comet is"
    assert answer.metadata["answer"] | {"uuid": "", "asker": ""} == {
        "uuid": "", "asker": "", "n": 1, "of": 1, "ending": "interrupted", "may_retry": True
    }  # fmt: skip
    assert not Interaction.objects.exists()


@pytest.mark.django_db
def test_an_interrupted_answer_is_made_once_more_when_somebody_asks_for_it(commit):
    room = room_of("Vega")
    reply = died(room)
    with commit():
        requeue_abandoned()
    reply.refresh_from_db()
    assert reply.answer.text == replies.BROKE_OFF

    with commit():
        variants.make_again(reply=reply, by=reply.player, now=timezone.now())

    reply.refresh_from_db()
    assert (reply.state, reply.ending, reply.selected) == ("done", "answered", 2)
    assert reply.answer.text == reply.variants.get(number=2).text != replies.BROKE_OFF
    assert not reply.answer.metadata["answer"]["may_retry"]
    assert room.channel.messages.filter(type="npc").count() == 1
    assert Interaction.objects.count() == 1


@pytest.mark.django_db
def test_a_worker_that_comes_back_too_late_changes_nothing(commit):
    room = room_of("Vega")
    reply = died(room, "A comet ")
    late = Reply.objects.select_related("channel", "message", "npc", "player").get(pk=reply.pk)
    with commit():
        requeue_abandoned()

    with commit():
        is_counted = replies.finish(late, replies.Speech("Too late."))

    assert not is_counted
    assert [message.text for message in room.channel.messages.filter(type="npc")] == ["A comet"]


@pytest.mark.django_db
def test_a_worker_that_is_alive_is_left_alone(commit):
    reply = died(room_of("Vega"))
    Reply.objects.update(lease_until=timezone.now() + timedelta(seconds=10))

    with commit():
        requeue_abandoned()

    reply.refresh_from_db()
    assert reply.state == "running"


@pytest.mark.django_db
def test_a_question_whose_job_was_lost_is_taken_up(commit):
    room = room_of("Vega")
    reply = ReplyFactory(
        channel=room.channel, npc=room.npcs.get().npc, queued_at=timezone.now() - timedelta(minutes=1)
    )

    with commit():
        requeue_abandoned()

    reply.refresh_from_db()
    assert reply.ending == "answered"


# --- What pages are told -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
async def test_whoever_comes_later_reads_what_was_said_and_hears_the_rest():
    room = await in_database(room_of)("Vega")
    player = (await in_database(enter_room)(room=room, player=await in_database(PlayerFactory)())).player
    with scripted(WORDS[:30], is_paced=True) as server:
        await in_database(speak_through)(server)
        message = (await in_database(say)(room=room, player=player, text="Go on")).message
        reply = await in_database(begin_unheard)(message, room)
        worker = in_the_background(lambda: replies.react(pk=reply.pk))
        server.let(10)
        await in_database(until)(
            lambda: ReplyDelta.objects.filter(reply=reply).exists() and server.said == 10
        )
        # The pieces that came together are let out together, a moment later.
        await in_database(until)(lambda: said(reply) == "".join(WORDS[:10]))

        tab = await Tab.of(player)
        snapshot = await subscribed(tab, room)
        server.let(20)
        texts = [snapshot["text"]]
        while True:
            frame = await tab.next("sig", "ev", where=lambda f: f["op"] == "ev" or f["type"] == "npc.delta")
            if frame["op"] == "ev":
                break
            if frame["data"]["chunk_no"] > snapshot["chunk_no"]:
                texts.append(frame["data"]["text"])
        await in_database(worker.join)(5)
        assert (await subscribed(tab, room)) is None
        await tab.leave()

    told = frame["data"]["message"]
    assert (snapshot["npc"]["name"], snapshot["asker"]) == ("Vega", str(player.uuid))
    assert "".join(WORDS[:30]).startswith("".join(texts))
    assert snapshot["text"] == "".join(WORDS[:10])
    assert (told["draft"], told["text"]) == (snapshot["draft"], "".join(WORDS[:30]).strip())
    assert await in_database(room.channel.messages.filter(type="npc").count)() == 1


def said(reply):
    return "".join(reply.deltas.order_by("number").values_list("text", flat=True))


async def subscribed(tab, room):
    await tab.tell("sub", room=str(room.channel.uuid))
    frame = await tab.next("sub")
    return frame["speaking"][0] if frame["speaking"] else None


@pytest.mark.django_db
def test_begin_is_asked_twice_and_begins_once():
    room = room_of("Vega")
    message = ReplyFactory(channel=room.channel).message
    npc = room.npcs.get().npc

    rows = {begin(message, npc, player=message.player, root=message).pk for _ in range(2)}

    assert len(rows) == 1
