"""Characters answer: once, within limits, and honestly when they can't."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.actions.messages import MessageEmpty, post_message
from messaging.models import Channel, Message
from npcs.models import Interaction
from rooms.actions import replies, talk, talks
from rooms.actions.rooms import enter_room
from rooms.models import Reply, RoomNpc, Talk
from tests.factories.learning import TopicFactory
from tests.factories.npcs import KnowledgeItemFactory, NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import ReplyFactory, RoomNpcFactory
from tests.npcs.fake_provider import fake_provider
from tests.rooms.answers import speak_through

pytestmark = pytest.mark.django_db
COMET = "A comet is a body of ice and dust that grows a long tail near the Sun."


@pytest.fixture
def room():
    """A room with Vega, who knows what a comet is, and with Ada."""
    place = RoomNpcFactory(npc__name="Vega")
    KnowledgeItemFactory(file__npc=place.npc, heading="Comets", text=COMET)
    enter_room(room=place.room, player=PlayerFactory(display_name="Ada"))
    return place.room


def ada(room):
    return room.channel.members.get().player


def vega(room):
    return room.npcs.get().npc


def answers(channel):
    return list(channel.messages.filter(type="npc").order_by("seq"))


def waiting(room, **fields):
    return ReplyFactory(channel=room.channel, player=ada(room), npc=vega(room), **fields)


def test_a_called_character_answers_with_its_sources(room, commit):
    with commit():
        asked = talk.say(room=room, player=ada(room), text="@Vega what is a comet?").message

    (answer,), reply = answers(room.channel), Reply.objects.get()
    assert COMET in answer.text
    assert (answer.npc, reply.answer, reply.state) == (vega(room), answer, "done")
    assert answer.metadata["draft"] == str(reply.uuid)
    assert answer.metadata["in_reply_to"] == str(asked.uuid)
    assert (answer.metadata["engine"], answer.metadata["outcome"]) == ("built-in engine", "ok")
    assert [source["heading"] for source in answer.metadata["sources"]] == ["Comets"]


def test_answers_are_counted_where_the_character_is(room, commit):
    elsewhere = RoomNpcFactory(npc=vega(room))

    with commit():
        talk.say(room=room, player=ada(room), text="@Vega what is a comet?")

    counts = dict(RoomNpc.objects.values_list("pk", "interaction_count"))
    assert counts == {room.npcs.get().pk: 1, elsewhere.pk: 0}
    assert room.npcs.get().last_interaction is not None


def test_the_character_hears_what_was_said_before_and_by_whom(room, commit):
    with fake_provider() as server:
        speak_through(server)
        post_message(channel=room.channel, player=PlayerFactory(display_name="Bo"), text="I saw a tail.")
        post_message(channel=room.channel, text="Somebody came in.")
        with commit():
            talk.say(room=room, player=ada(room), text="@Vega what was it?")

    said = str(server.requests[0]["messages"])
    assert 'said by "Bo"' in said
    assert 'said by "Ada"' in said
    assert "I saw a tail." in said
    assert "Somebody came in." not in said


def test_an_answer_that_is_sent_again_is_posted_once(room, commit):
    with commit():
        talk.say(room=room, player=ada(room), text="@Vega what is a comet?")

    with commit():
        replies.react(pk=Reply.objects.get().pk)
        replies.interrupt(Reply.objects.get())

    assert len(answers(room.channel)) == 1
    assert Interaction.objects.count() == 1


def test_what_another_worker_is_at_is_left_alone(room, commit):
    reply = waiting(room, state="running", attempts=1, lease_until=timezone.now() + timedelta(minutes=1))

    with commit():
        replies.react(pk=reply.pk)

    assert answers(room.channel) == []


def test_while_a_question_is_open_the_character_holds_off(room, commit):
    session = room.sessions.create(topic=TopicFactory(), phase="question", phase_started_at=timezone.now())
    with commit():
        talk.say(room=room, player=ada(room), text="@Vega what is a comet?")

    room.sessions.filter(pk=session.pk).update(phase="reveal")
    with commit():
        talk.say(room=room, player=ada(room), text="@Vega what is a comet?")

    held_off, answered = answers(room.channel)
    assert (held_off.text, COMET in answered.text) == (replies.HELD_OFF, True)
    assert Interaction.objects.count() == 1


def test_the_eleventh_question_of_a_minute_is_met_with_one_request_to_slow_down(room, commit):
    before = [waiting(room, state="done") for _ in range(replies.REPLIES_A_MINUTE)]
    asked = [waiting(room) for _ in range(3)]

    with commit():
        for reply in asked:
            replies.react(pk=reply.pk)

    assert [answer.text for answer in answers(room.channel)] == [replies.SLOW_DOWN]
    assert set(Reply.objects.exclude(pk__in=[r.pk for r in before]).values_list("state", flat=True)) == {
        "failed"
    }
    assert Interaction.objects.count() == 0


def test_the_first_ten_of_many_waiting_questions_are_answered(room, commit):
    asked = [waiting(room) for _ in range(replies.REPLIES_A_MINUTE + 2)]

    with commit():
        for reply in asked:
            replies.react(pk=reply.pk)

    said = [answer.text for answer in answers(room.channel)]
    assert (len(said), said.count(replies.SLOW_DOWN)) == (replies.REPLIES_A_MINUTE + 1, 1)


def test_other_players_and_earlier_minutes_do_not_count(room, commit):
    for _ in range(replies.REPLIES_A_MINUTE):
        ReplyFactory(channel=room.channel, npc=vega(room), state="done")
        waiting(room, state="done")
    mine = Reply.objects.filter(message__player=ada(room))
    mine.update(created_at=timezone.now() - timedelta(minutes=2))

    with commit():
        replies.react(pk=waiting(room).pk)

    assert COMET in answers(room.channel)[0].text


def test_a_job_whose_row_is_gone_does_nothing():
    replies.react(pk=4711)

    assert not Message.objects.exists()


def test_a_talk_begins_with_the_greeting_and_is_the_same_ever_after():
    npc, player = NpcFactory(greeting="  Good evening!  "), PlayerFactory()

    first, second = (talks.open_talk(player=player, npc=npc) for _ in range(2))

    assert (first, [message.text for message in answers(first.channel)]) == (second, ["Good evening!"])
    assert first.channel.kind == "npc"


def test_each_pair_has_a_talk_of_its_own():
    npc, player = NpcFactory(), PlayerFactory()

    mine = talks.open_talk(player=player, npc=npc)
    others = [
        talks.open_talk(player=PlayerFactory(), npc=npc),
        talks.open_talk(player=player, npc=NpcFactory()),
    ]

    assert len({mine.channel_id, *(other.channel_id for other in others)}) == 3


@pytest.mark.parametrize("greeting", ["", " \n", "\u200b", "x" * 9000])
def test_no_greeting_is_in_the_way_of_a_talk(greeting):
    opened = talks.open_talk(player=PlayerFactory(), npc=NpcFactory(greeting=greeting))

    assert [len(message.text) for message in answers(opened.channel)] == ([4000] if "x" in greeting else [])


def test_in_private_no_sign_is_needed(commit):
    npc, player = NpcFactory(greeting="Hello."), PlayerFactory()
    KnowledgeItemFactory(file__npc=npc, heading="Comets", text=COMET)

    with commit():
        posted = talk.say_in_private(npc=npc, player=player, text="What is a comet?")

    said = [message.text for message in posted.message.channel.messages.order_by("seq")]
    assert said[:2] == ["Hello.", "What is a comet?"]
    assert COMET in said[2]


def test_a_talk_that_would_begin_with_nothing_does_not_begin():
    with pytest.raises(MessageEmpty):
        talk.say_in_private(npc=NpcFactory(greeting="Hello."), player=PlayerFactory(), text=" ")

    assert not Talk.objects.exists()
    assert not Channel.objects.exists()
