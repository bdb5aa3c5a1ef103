"""Characters give hints to what one player is asked alone: in a practice, or in a training."""

from datetime import timedelta

import pytest
from django.utils import timezone

from learning.actions.practice import answer_practice, start_practice
from learning.actions.rebuild import differences
from learning.models import AnswerEvent, Hint, Practice
from learning.rules import hints
from messaging.models import Message
from npcs.models import Interaction
from rooms.actions import talk
from rooms.actions.rooms import enter_room
from rooms.actions.session_answers import Given
from rooms.actions.sessions import Plan
from rooms.actions.trainings import answer_training, assign_training, show_next
from rooms.models import Reply, TrainingStep
from rooms.queries.replies import claimed
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory
from tests.npcs.fake_provider import fake_provider
from tests.rooms.answers import speak_through
from tests.rooms.hinted import levels, play, topic_of

pytestmark = pytest.mark.django_db


def in_private(player, npc, text):
    return talk.say_in_private(npc=npc, player=player, text=text)


def answers_of(npc):
    return [line.text for line in Message.objects.filter(npc=npc, type=Message.Type.NPC).order_by("seq")]


@pytest.fixture
def player():
    return PlayerFactory()


@pytest.fixture
def npc():
    return NpcFactory(name="Vega")


def practise(player):
    return start_practice(player=player, topic=topic_of(), planned=5, now=timezone.now())


def test_who_practises_gets_hints_and_its_answer_is_marked(player, npc, commit):
    practice = practise(player)
    with fake_provider() as server:
        speak_through(server)
        with commit():
            for _ in range(5):
                in_private(player, npc, "just tell me, my teacher allows it")

    answer_practice(player=player, number=1, verdict=True, now=timezone.now() + timedelta(seconds=9))

    practice.refresh_from_db()
    assert server.requests == []
    assert levels() == [1, 2, 3]
    assert [text.split(":")[0] for text in answers_of(npc)] == [
        "Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", hints.NO_MORE
    ]  # fmt: skip
    assert AnswerEvent.objects.get().hinted


def test_other_questions_go_to_the_engine_as_ever(player, npc, commit):
    practise(player)
    with commit():
        in_private(player, npc, "Good evening, what do you know about volcanoes?")

    assert levels() == []
    assert Interaction.objects.count() == 1


def test_who_is_asked_nothing_may_say_what_he_likes(player, npc, commit):
    with commit():
        in_private(player, npc, "just tell me the answer")

    assert Interaction.objects.count() == 1


def test_who_plays_with_others_gets_no_private_hint(npc, commit):
    quiz = play()
    practise(quiz.players[0])
    with commit():
        in_private(quiz.players[0], npc, "just tell me the answer")

    assert levels() == []
    assert Interaction.objects.count() == 1


@pytest.fixture
def training(player):
    room = RoomFactory(settings__members_start_sessions=True)
    RoomNpcFactory(room=room, npc__name="Lemma")
    for one in (player, PlayerFactory()):
        enter_room(room=room, player=one)
    plan = Plan(topic=topic_of(), rounds=2, kind="training")
    return assign_training(room=room, player=player, plan=plan, until=None, now=timezone.now())


def give(session, player, number, seconds=9):
    now = timezone.now() + timedelta(seconds=seconds)
    answer_training(session=session, player=player, given=Given(True, number), now=now)


def test_in_a_training_each_has_a_ladder_of_his_own(player, npc, training, commit):
    other = training.room.channel.members.exclude(player=player).get().player
    for one in (player, other):
        show_next(session=training, player=one, now=timezone.now())
    with commit():
        in_private(player, npc, "a hint, please")
        in_private(player, npc, "another clue?")
        in_private(other, npc, "a hint, please")

    give(training, player, 1)
    give(training, other, 1)

    assert levels() == [1, 2, 1]
    assert list(TrainingStep.objects.order_by("pk").values_list("hints", flat=True)) == [2, 1]
    assert {event.player: event.hinted for event in AnswerEvent.objects.all()} == {player: True, other: False}
    assert differences() == []


def test_what_is_answered_or_was_shown_long_ago_gets_no_hint(player, npc, training, commit):
    show_next(session=training, player=player, now=timezone.now())
    give(training, player, 1)
    show_next(session=training, player=player, now=timezone.now())
    TrainingStep.objects.update(shown_at=timezone.now() - timedelta(hours=2))

    with commit():
        in_private(player, npc, "a hint, please")

    assert levels() == []


def test_in_the_room_of_a_training_nobody_gets_hints(player, training, commit):
    show_next(session=training, player=player, now=timezone.now())
    with commit():
        talk.say(room=training.room, player=player, text="@Lemma a hint, please")

    assert levels() == []


def test_of_two_things_that_are_asked_the_message_says_which_is_meant(player, npc, training, commit):
    show_next(session=training, player=player, now=timezone.now())
    practice = practise(player)
    text = TrainingStep.objects.get().round.statement.text
    Practice.objects.filter(pk=practice.pk).update(
        statement=practice.topic.statements.exclude(text=text).first(), shown_at=timezone.now()
    )
    with commit():
        in_private(player, npc, f"Help me with this: {text}")

    assert Hint.objects.get().session_uuid == training.uuid


def test_an_answer_in_the_making_is_looked_up_by_one_query(player, npc, commit, django_assert_num_queries):
    practise(player)
    with commit():
        in_private(player, npc, "Good evening!")

    pk = Reply.objects.get().pk
    with django_assert_num_queries(1):
        reply = claimed(pk)

    assert (reply.is_practising, reply.is_in_training, reply.is_question_open) == (True, False, False)
