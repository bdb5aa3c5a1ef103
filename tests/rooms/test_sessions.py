from datetime import timedelta

import pytest
from django.utils import timezone

from learning.models import Statement
from messaging.models import ChannelEvent
from rooms import modes
from rooms.actions import session_refusals as refusals
from rooms.actions.rooms import close_room, leave_room
from rooms.actions.session_answers import Given, submit_answer
from rooms.actions.session_lead import cancel_session
from rooms.actions.session_people import join_session, set_ready
from rooms.actions.sessions import Plan, open_session, start_session
from rooms.models import GameSession, RoomNpc, SessionAnswer
from rooms.queries.sessions import asking_sessions, current_session
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory
from tests.rooms.quiz import new_quiz, topic_with_statements

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def open_in(room, **plan):
    plan = {"topic": topic_with_statements(3), "rounds": 3, **plan}
    return open_session(room=room, player=PlayerFactory(), plan=Plan(**plan), now=NOW)


def start(quiz):
    start_session(session=quiz.session, player=quiz.players[0], now=quiz.now)


def test_who_opens_a_session_takes_part_and_everybody_is_told():
    room, player = RoomFactory(max_players=9), PlayerFactory()
    plan = Plan(topic=topic_with_statements(3), rounds=3, seconds=15)

    session = open_session(room=room, player=player, plan=plan, now=NOW)

    assert (session.phase, session.rounds_planned, session.seconds_per_round) == ("lobby", 3, 15)
    assert (session.max_participants, session.phase_ends_at) == (9, None)
    assert [participant.player for participant in session.participants.all()] == [player]
    event = ChannelEvent.objects.get(channel=room.channel, type="session.opened")
    assert (event.type, event.actor, event.payload["session"]) == (
        "session.opened",
        player,
        str(session.uuid),
    )


def test_a_room_has_one_session_at_a_time():
    room = RoomFactory()
    first = open_in(room)

    with pytest.raises(refusals.SessionAlreadyRunning, match="already running"):
        open_in(room)
    cancel_session(session=first, player=None, now=NOW)

    assert open_in(room) == current_session(room)


def test_a_topic_with_too_few_statements_says_how_many_it_has():
    topic = topic_with_statements(3)

    with pytest.raises(refusals.NotEnoughStatements, match="has 3 statements of that kind"):
        open_in(RoomFactory(), topic=topic, rounds=4)
    with pytest.raises(refusals.NotEnoughStatements, match="has 0 statements of that kind"):
        open_in(RoomFactory(), topic=topic, difficulty="expert")

    assert not GameSession.objects.exists()


def test_the_first_character_that_speaks_in_the_room_is_the_host():
    room = RoomFactory()
    RoomNpcFactory(room=room, role=RoomNpc.Role.OBSERVER)
    RoomNpcFactory(room=room, is_active=False)
    host = RoomNpcFactory(room=room, role=RoomNpc.Role.ASSISTANT).npc
    RoomNpcFactory(room=room)

    assert open_in(room).host == host


def test_another_host_can_be_chosen_and_a_room_may_have_none():
    npc = NpcFactory()

    assert open_in(RoomNpcFactory().room, host=npc).host == npc
    assert open_in(RoomFactory()).host is None


def test_joining_twice_is_joining_once():
    quiz, player = new_quiz(players=1), PlayerFactory()

    first, again = (join_session(session=quiz.session, player=player, now=timezone.now()) for _ in range(2))

    assert first == again
    assert quiz.session.participants.count() == 2


def test_nobody_joins_what_is_over():
    quiz = new_quiz()
    cancel_session(session=quiz.session, player=None, now=NOW)

    with pytest.raises(refusals.NotInSession, match="over"):
        join_session(session=quiz.session, player=PlayerFactory(), now=timezone.now())


def test_a_full_session_takes_a_new_player_when_one_has_left_the_room():
    quiz = new_quiz(players=2)
    GameSession.objects.update(max_participants=2)

    with pytest.raises(refusals.SessionFull, match="2 people"):
        quiz.enter()
    leave_room(room=quiz.room, player=quiz.players[1])

    assert quiz.enter() in [one.player for one in quiz.session.participants.all()]


def test_getting_ready_joins_and_can_be_taken_back():
    quiz, player = new_quiz(players=1), PlayerFactory()

    set_ready(session=quiz.session, player=player, is_ready=True, now=NOW)
    assert quiz.session.participants.get(player=player).is_ready is True
    set_ready(session=quiz.session, player=player, is_ready=False, now=NOW)

    assert quiz.session.participants.get(player=player).is_ready is False


def test_nothing_begins_before_somebody_is_ready():
    quiz = new_quiz()

    with pytest.raises(refusals.NobodyReady):
        start(quiz)

    assert quiz.look().phase == ("lobby", 0)


def test_a_session_begins_with_its_rounds_chosen_and_the_first_question_open():
    quiz = new_quiz(rounds=3, seconds=20).begin()

    assert quiz.phase == ("question", 1)
    assert quiz.session.phase_ends_at == quiz.now + timedelta(seconds=20)
    assert [entry.number for entry in quiz.session.rounds.order_by("number")] == [1, 2, 3]
    first = quiz.session.rounds.get(number=1)
    assert (first.opened_at, first.closes_at, first.revealed_at) == (
        quiz.now,
        quiz.session.phase_ends_at,
        None,
    )
    assert asking_sessions().filter(room=quiz.room).exists()


def test_a_session_begins_once():
    quiz = new_quiz().begin()

    with pytest.raises(refusals.SessionNotInLobby):
        start(quiz)

    assert quiz.session.rounds.count() == 3


def test_statements_taken_out_of_play_meanwhile_make_the_session_shorter():
    quiz = new_quiz(rounds=3)
    Statement.objects.filter(pk=Statement.objects.first().pk).update(lifecycle="retired")

    quiz.begin()

    assert (quiz.session.rounds_planned, quiz.session.rounds.count()) == (2, 2)


def test_without_statements_the_session_stays_in_its_lobby():
    quiz = new_quiz()
    Statement.objects.update(lifecycle="retired")

    with pytest.raises(refusals.NotEnoughStatements, match="any more"):
        quiz.begin()

    assert quiz.look().phase == ("lobby", 0)


def test_an_answer_is_stored_with_its_points_and_its_fact():
    quiz = new_quiz().begin()

    answer = quiz.answer(quiz.players[0], after=15, sure=2)

    event = answer.event
    assert (answer.is_correct, answer.points, answer.confidence) == (True, 2, 2)
    assert (event.session_uuid, event.mode, event.rt_ms) == (quiz.session.uuid, "quiz", 15_000)
    assert event.confidence == 2
    assert event.shown_at == quiz.now


def test_a_mode_that_counts_them_is_told_how_many_were_right_before():
    told = []

    def score(*, is_correct, confidence, speed, streak):
        told.append(streak)
        return int(is_correct)

    modes.register(modes.Mode(slug="runs", label="Runs", score=score, counts_streaks=True))
    try:
        quiz = new_quiz(players=1, rounds=5, mode="runs").begin()
        player = quiz.players[0]
        quiz.play({player: True}, {player: True}, {}, {player: True}, {player: False})
    finally:
        modes.withdraw("runs")

    assert told == [0, 1, 0, 1]


@pytest.mark.parametrize(("after", "is_late"), [(0, False), (19.99, False), (20, True), (25, True)])
def test_the_servers_clock_says_what_is_too_late(after, is_late):
    quiz = new_quiz(seconds=20).begin()

    if is_late:
        with pytest.raises(refusals.TooLate):
            quiz.answer(quiz.players[0], after=after)
    else:
        quiz.answer(quiz.players[0], after=after)

    assert SessionAnswer.objects.exists() is not is_late


def test_the_first_answer_counts():
    quiz = new_quiz().begin()
    first = quiz.answer(quiz.players[0])

    with pytest.raises(refusals.AlreadyAnswered, match="first answer counts"):
        quiz.answer(quiz.players[0], is_right=False)

    assert SessionAnswer.objects.get().verdict == first.verdict


def test_who_has_not_joined_has_no_answer():
    quiz = new_quiz().begin()

    with pytest.raises(refusals.NotInSession, match="Join"):
        quiz.answer(PlayerFactory())


@pytest.mark.parametrize("number", [0, 2, 99])
def test_only_the_open_question_is_answered(number):
    quiz = new_quiz().begin()

    with pytest.raises(refusals.NoQuestionOpen):
        submit_answer(session=quiz.session, player=quiz.players[0], given=Given(True, number), now=quiz.now)


def test_in_the_lobby_and_after_the_reveal_nothing_is_answered():
    quiz = new_quiz()
    with pytest.raises(refusals.NoQuestionOpen):
        submit_answer(session=quiz.session, player=quiz.players[0], given=Given(True, 0), now=quiz.now)
    quiz.begin().pass_time()

    with pytest.raises(refusals.NoQuestionOpen):
        quiz.answer(quiz.players[0])


def test_a_cancelled_session_is_over_and_said_so_once():
    quiz = new_quiz().begin()

    ended = [cancel_session(session=quiz.session, player=quiz.players[0], now=quiz.now) for _ in range(2)]

    quiz.look()
    assert (ended, quiz.phase) == ([True, False], ("cancelled", 1))
    assert (quiz.session.ended_at, quiz.session.ended_by) == (quiz.now, quiz.players[0])
    event = ChannelEvent.objects.get(type="session.cancelled")
    assert event.payload["ends_at"] is None
    assert not asking_sessions().filter(room=quiz.room).exists()


def test_closing_the_room_ends_its_session():
    quiz = new_quiz().begin()

    close_room(room=quiz.room, now=quiz.now)

    assert quiz.look().session.phase == "cancelled"
