"""The same moment in several processes: threads with a database connection each."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from learning.models import AnswerEvent
from messaging.models import ChannelEvent, Message
from players.models import ExperienceEntry, PlayerGameData
from rooms.actions.rooms import enter_room
from rooms.actions.session_answers import Given, submit_answer
from rooms.actions.session_lead import cancel_session, pause_session, resume_session
from rooms.actions.session_people import join_session
from rooms.actions.session_refusals import (
    AlreadyAnswered,
    NoQuestionOpen,
    SessionAlreadyRunning,
    SessionFull,
    SessionNotInLobby,
)
from rooms.actions.session_steps import advance
from rooms.actions.sessions import Plan, open_session, start_session
from rooms.actions.trainings import answer_training, assign_training, show_next
from rooms.models import GameSession, SessionAnswer
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.races import at_once
from tests.rooms.quiz import new_quiz, topic_with_statements

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()


def answering(quiz, player, *, after=4.0, **more):
    session, statement = quiz.session, quiz.statement
    moment = session.phase_started_at + timedelta(seconds=after)
    return lambda: submit_answer(
        session=session,
        player=player,
        given=Given(statement.answer, session.round_number, **more),
        now=moment,
    )


def ticking(quiz, seconds=0.0):
    end = quiz.session.phase_ends_at + timedelta(seconds=seconds)
    return lambda: advance(pk=quiz.session.pk, now=end)


def told(quiz, type):
    return ChannelEvent.objects.filter(channel=quiz.room.channel, type=type).count()


def test_two_answers_of_one_player_at_once_are_one():
    quiz = new_quiz().begin()

    results = at_once(*[answering(quiz, quiz.players[0])] * 4)

    assert [result for result in results if result is AlreadyAnswered] == [AlreadyAnswered] * 3
    assert (SessionAnswer.objects.count(), AnswerEvent.objects.count()) == (1, 1)


def test_the_last_answers_of_all_players_close_the_question_once():
    quiz = new_quiz(players=5).begin()

    results = at_once(*[answering(quiz, player) for player in quiz.players])

    assert {type(result) for result in results} == {SessionAnswer}
    assert (quiz.look().phase, told(quiz, "session.reveal")) == (("reveal", 1), 1)
    counted = PlayerGameData.objects.values_list("total_questions_answered", "total_correct_answers")
    assert set(counted) == {(1, 1)}


def test_many_clocks_take_one_step():
    quiz = new_quiz().begin()

    results = at_once(*[ticking(quiz, late) for late in (0, 0.2, 0.4, 0.6)])

    assert sorted(results) == [False, False, False, True]
    assert (quiz.look().phase, told(quiz, "session.reveal")) == (("reveal", 1), 1)


def test_many_clocks_end_a_session_once_and_pay_once():
    quiz = new_quiz(players=2, rounds=5).begin()
    everybody = dict.fromkeys(quiz.players, True)
    quiz.play(*[everybody] * 4)
    for player in quiz.players:
        quiz.answer(player)

    results = at_once(*[ticking(quiz, late) for late in (0, 0.1, 0.2, 0.3)])

    assert sorted(results) == [False, False, False, True]
    assert (told(quiz, "session.ended"), ExperienceEntry.objects.count()) == (1, 2)
    assert set(PlayerGameData.objects.values_list("total_sessions", flat=True)) == {1}
    assert Message.objects.filter(text__startswith="The quiz is over").count() == 1


@pytest.mark.parametrize("_", range(3))
def test_an_answer_against_the_clock_counts_wholly_or_not_at_all(_):
    quiz = new_quiz().begin()
    player = quiz.players[0]

    answer, moved = at_once(answering(quiz, player, after=19.9), ticking(quiz))

    row = PlayerGameData.objects.get(player=player)
    is_in = isinstance(answer, SessionAnswer)
    assert moved is True
    assert is_in or answer is NoQuestionOpen
    assert (SessionAnswer.objects.count(), row.total_questions_answered) == (is_in, is_in)
    assert quiz.look().phase == ("reveal", 1)


def test_a_session_begins_once_however_many_press_the_button():
    quiz = new_quiz()
    quiz.session.participants.update(is_ready=True)
    player = quiz.players[0]

    results = at_once(*[lambda: start_session(session=quiz.session, player=player, now=quiz.now)] * 4)

    assert results.count(SessionNotInLobby) == 3
    assert (quiz.look().phase, quiz.session.rounds.count()) == (("question", 1), 3)
    assert told(quiz, "session.question") == 1


def test_a_room_gets_one_session_however_many_open_one():
    room, player = RoomFactory(), PlayerFactory()
    plan = Plan(topic=topic_with_statements(3), rounds=3)

    results = at_once(*[lambda: open_session(room=room, player=player, plan=plan, now=NOW)] * 4)

    assert results.count(SessionAlreadyRunning) == 3
    assert GameSession.objects.count() == 1


def test_the_last_place_goes_to_one():
    quiz = new_quiz(players=1)
    newcomers = [quiz.enter() for _ in range(3)]
    quiz.session.participants.filter(player__in=newcomers).delete()
    GameSession.objects.update(max_participants=2)

    results = at_once(
        *[
            lambda player=player: join_session(session=quiz.session, player=player, now=timezone.now())
            for player in newcomers
        ]
    )

    assert results.count(SessionFull) == 2
    assert quiz.session.participants.count() == 2


def test_joining_in_two_tabs_is_joining_once():
    quiz, player = new_quiz(players=1), PlayerFactory()

    results = at_once(*[lambda: join_session(session=quiz.session, player=player, now=timezone.now())] * 4)

    assert len({participant.pk for participant in results}) == 1


@pytest.mark.parametrize("_", range(3))
def test_calling_off_against_the_clock_ends_the_session_once(_):
    quiz = new_quiz(players=1, rounds=1).begin()
    quiz.answer(quiz.players[0])

    cancelled, finished = at_once(
        lambda: cancel_session(session=quiz.session, player=None, now=quiz.now), ticking(quiz)
    )

    assert cancelled is not finished
    assert quiz.look().session.phase == ("cancelled" if cancelled else "finished")
    assert told(quiz, "session.cancelled") + told(quiz, "session.ended") == 1


@pytest.mark.parametrize("_", range(3))
def test_rooms_with_the_same_players_never_wait_for_each_other_for_ever(_):
    first, second = new_quiz(players=4, rounds=5), new_quiz(players=1, rounds=5)
    GameSession.objects.filter(pk=second.session.pk).update(topic=first.session.topic)
    for player in first.players[::-1]:
        second.enter(player=player)
    for quiz in (first, second):
        quiz.begin().play(*[{}] * 4)
        for player in first.players:
            quiz.answer(player)
        quiz.pass_time() if quiz.session.phase == "question" else None

    results = at_once(ticking(first), ticking(second))

    assert results == [True, True]
    rows = PlayerGameData.objects.filter(player__in=first.players)
    assert set(rows.values_list("total_sessions", "total_questions_answered")) == {(2, 2)}


def test_the_same_answer_from_many_tabs_at_once_is_one_answer_for_all():
    quiz = new_quiz(players=2).begin()
    cid = uuid4()

    results = at_once(*[answering(quiz, quiz.players[0], client_id=cid)] * 8)

    assert len({result.pk for result in results}) == 1
    assert (SessionAnswer.objects.count(), AnswerEvent.objects.count()) == (1, 1)


def test_a_step_is_claimed_by_one_of_many_workers():
    quiz = new_quiz().begin()
    now = quiz.session.phase_ends_at

    results = at_once(
        *[
            lambda worker=worker: GameSession.objects.claim(quiz.session.pk, worker=worker, now=now)
            for worker in "abcdefgh"
        ]
    )

    assert sorted(results) == [False] * 7 + [True]


@pytest.mark.parametrize("_", range(3))
def test_a_pause_against_the_clock_stops_the_game_before_or_behind_the_step(_):
    quiz = new_quiz().begin()
    moment = quiz.session.phase_ends_at

    paused, moved = at_once(
        lambda: pause_session(session=quiz.session, player=quiz.players[0], reason="", now=moment),
        ticking(quiz),
    )

    assert paused is True
    assert quiz.look().phase == (("reveal", 1) if moved else ("question", 1))
    assert quiz.session.paused_at is not None


def test_many_resume_and_the_time_is_moved_once():
    quiz = new_quiz().begin()
    ends_at = quiz.session.phase_ends_at
    pause_session(session=quiz.session, player=quiz.players[0], reason="", now=quiz.now)
    later = quiz.now + timedelta(seconds=60)

    results = at_once(*[lambda: resume_session(session=quiz.session, player=quiz.players[0], now=later)] * 4)

    assert sorted(results) == [False, False, False, True]
    assert quiz.look().session.phase_ends_at == ends_at + timedelta(seconds=60)


def test_the_last_statement_of_a_training_is_answered_and_paid_once():
    room, player = RoomFactory(), PlayerFactory()
    enter_room(room=room, player=player)
    plan = Plan(topic=topic_with_statements(5), rounds=5, kind="training")
    session = assign_training(room=room, player=player, plan=plan, until=None, now=NOW)
    for number in range(1, 5):
        show_next(session=session, player=player, now=NOW)
        verdict = session.rounds.get(number=number).statement.answer
        later = NOW + timedelta(seconds=4)
        answer_training(session=session, player=player, given=Given(verdict, number), now=later)
    show_next(session=session, player=player, now=NOW)
    last = session.rounds.get(number=5).statement.answer

    at_once(
        *[
            lambda: answer_training(
                session=session, player=player, given=Given(last, 5), now=NOW + timedelta(seconds=4)
            )
        ]
        * 4
    )

    assert SessionAnswer.objects.count() == 5
    assert ExperienceEntry.objects.filter(source_type="session").count() == 1
