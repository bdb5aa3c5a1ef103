"""A statement is reported out of play while a session runs."""

import pytest

from learning.models import AnswerEvent, Statement
from learning.signals import statements_withdrawn
from messaging.models import ChannelEvent, Message
from rooms.actions.annulments import annul_in_running
from rooms.queries.sessions import panel_for, recap
from rooms.queries.standings import standings
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db


def suspend(quiz, number):
    statement = quiz.session.rounds.get(number=number).statement
    Statement.objects.filter(pk=statement.pk).update(lifecycle="suspended")
    annul_in_running(statement_ids=[statement.pk], now=quiz.now)
    quiz.look()


def test_points_of_an_earlier_round_are_nobodys_any_more():
    quiz = new_quiz(rounds=3).begin()
    ada, bo = quiz.players
    quiz.answer(ada, sure=3)
    quiz.answer(bo, is_right=False, sure=2)
    before = {one.player: one.points for one in standings(quiz.session)}

    suspend(quiz, 1)

    board = {one.player: (one.points, one.skips) for one in standings(quiz.session)}
    assert before == {ada: 3, bo: 0}
    assert board == {ada: (0, 0), bo: (0, 0)}
    assert ChannelEvent.objects.filter(type="session.annulled").count() == 1
    assert Message.objects.filter(text__startswith="Statement 1 was reported").exists()


def test_an_open_question_ends_at_once_and_its_answers_never_count():
    quiz = new_quiz(rounds=2).begin()
    ada, bo = quiz.players
    quiz.answer(ada, sure=3)

    suspend(quiz, 1)
    quiz.pass_time()

    assert quiz.phase == ("reveal", 1)
    assert quiz.session.phase_started_at == quiz.now
    assert AnswerEvent.objects.get().settlement is None
    panel = panel_for(room=quiz.room, player=ada, may_start=False, now=quiz.now)
    assert (panel.reveal.annulled, panel.my_standing.points) == (True, 0)
    quiz.pass_time()
    quiz.answer(bo)
    assert quiz.phase == ("question", 2)


def test_what_was_not_asked_yet_is_left_out_in_silence():
    quiz = new_quiz(rounds=3).begin()

    suspend(quiz, 2)
    quiz.pass_time()
    quiz.pass_time()

    assert quiz.phase == ("question", 3)
    assert not ChannelEvent.objects.filter(type="session.annulled").exists()


def test_a_session_whose_last_questions_are_gone_is_over():
    quiz = new_quiz(rounds=2).begin()

    suspend(quiz, 2)
    quiz.pass_time()
    quiz.pass_time()

    assert quiz.phase == ("finished", 1)
    assert quiz.session.analytics.rounds_annulled == 1


def test_a_suspect_statement_is_not_asked_and_takes_no_points_away():
    quiz = new_quiz(rounds=2).begin()
    ada = quiz.players[0]
    quiz.play({ada: True})
    Statement.objects.update(lifecycle="suspect")

    annul_in_running(statement_ids=list(Statement.objects.values_list("pk", flat=True)), now=quiz.now)

    assert standings(quiz.look().session)[0].points == 1


def test_a_session_that_is_over_keeps_its_points():
    quiz = new_quiz(rounds=1).begin()
    quiz.play(dict.fromkeys(quiz.players, True))

    suspend(quiz, 1)

    assert [one.points for one in standings(quiz.session)] == [1, 1]


def test_the_recap_says_what_was_taken_out():
    quiz = new_quiz(rounds=2).begin()
    quiz.play(dict.fromkeys(quiz.players, True))
    suspend(quiz, 1)
    quiz.play(dict.fromkeys(quiz.players, True))

    lines = recap(quiz.session, quiz.session.participants.first())

    assert [line.annulled for line in lines] == [True, False]


def test_learning_says_what_was_withdrawn():
    quiz = new_quiz(rounds=2).begin()
    statement = quiz.statement
    Statement.objects.filter(pk=statement.pk).update(lifecycle="suspended")

    statements_withdrawn.send(sender=Statement, statement_ids=[statement.pk], lifecycle="suspended")

    assert quiz.session.rounds.get(number=1).annulled_at is not None
