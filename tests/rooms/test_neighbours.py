"""Neighbours in a session who are asked different sides of a fact, so that nobody can copy."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from learning.models import AnswerEvent, Statement, TopicSkill
from learning.queries.statements import other_sides
from rooms.actions.annulments import annul_in_running
from rooms.actions.session_answers import Given, submit_answer
from rooms.actions.session_refusals import OddPlan
from rooms.models import GameSession
from rooms.player_history import asked
from rooms.queries.session_results import answer_rows
from rooms.queries.sessions import panel_for, recap
from tests.factories.learning import StatementFactory, TopicFactory
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db


def topic_of_pairs(count=4):
    """Facts with a true and a false sentence each."""
    topic = TopicFactory()
    for number in range(count):
        for key in (True, False):
            StatementFactory(topic=topic, fact_key=f"fact-{number}", answer=key, text=f"Fact {number} {key}.")
    return topic


def apart(players=3, rounds=4, **plan):
    return new_quiz(players=players, rounds=rounds, topic=topic_of_pairs(rounds), apart=True, **plan).begin()


def seen(quiz, player):
    return panel_for(room=quiz.room, player=player, may_start=False, now=quiz.now)


def say(quiz, player, verdict):
    given = Given(verdict, quiz.look().session.round_number)
    now = quiz.session.phase_started_at + timedelta(seconds=5)
    return submit_answer(session=quiz.session, player=player, given=given, now=now)


def test_every_second_player_is_asked_the_other_side():
    quiz = apart()

    ada, bo, che = (seen(quiz, player).statement for player in quiz.players)

    assert ada == che != bo
    assert ada.split()[:2] == bo.split()[:2]


def test_who_copies_his_neighbours_answer_is_wrong_and_each_sees_the_own_key():
    quiz = apart(players=2)
    ada, bo = quiz.players
    key = quiz.statement.answer

    say(quiz, ada, key)
    say(quiz, bo, key)

    mine, copied = seen(quiz, ada).reveal, seen(quiz, bo).reveal
    assert (mine.is_true, mine.was_right) == (key, True)
    assert (copied.is_true, copied.was_right) == (not key, False)


def test_answers_count_for_the_sentence_that_was_asked():
    quiz = apart(players=2)
    for player in quiz.players:
        say(quiz, player, quiz.statement.answer)

    events = AnswerEvent.objects.select_related("statement").order_by("player_id")
    assert [event.settlement_id is not None for event in events] == [True, True]
    assert events[0].statement != events[1].statement
    assert {event.statement.fact_key for event in events} == {quiz.statement.fact_key}
    assert TopicSkill.objects.count() == 2


def test_the_host_names_no_key_that_only_half_of_them_had():
    quiz = apart(players=2)
    for player in quiz.players:
        say(quiz, player, quiz.statement.answer)

    last = quiz.host_lines()[-1]

    assert "**true**" not in last
    assert "**false**" not in last


def test_the_row_of_the_neighbours_is_balanced_too():
    quiz = apart(rounds=8)

    rounds = list(quiz.session.rounds.select_related("statement", "other").order_by("number"))
    assert all(entry.other for entry in rounds)
    assert sum(entry.other.answer for entry in rounds) == 4


def test_recap_and_export_tell_each_what_he_was_asked():
    quiz = apart(players=2, rounds=1)
    ada, bo = quiz.players
    for player in quiz.players:
        say(quiz, player, True)
    quiz.pass_time()

    places = {place.player_id: place for place in quiz.session.participants.all()}
    texts = [recap(quiz.session, places[player.pk])[0].statement.text for player in (ada, bo)]
    rows = list(answer_rows(quiz.session, viewer=ada, everybody=True))

    assert texts[0] != texts[1]
    assert {row["player"]: row["statement"] for row in rows} == dict(
        zip((ada.username, bo.username), texts, strict=True)
    )
    assert {row["is_true"] for row in rows} == {True, False}


def test_both_sides_are_kept_from_the_notes_while_they_are_asked():
    quiz = apart(players=2)

    entry = quiz.session.rounds.get(number=1)

    assert {entry.statement_id, entry.other_id} <= set(asked(quiz.players[0].pk))


def test_when_one_side_is_out_of_play_the_round_counts_for_nobody():
    quiz = apart(players=2)
    other = quiz.session.rounds.get(number=1).other
    Statement.objects.filter(pk=other.pk).update(lifecycle="suspended")

    annul_in_running(statement_ids=[other.pk], now=quiz.now)

    assert quiz.session.rounds.get(number=1).annulled_at is not None


def test_a_side_that_became_doubtful_is_not_asked_any_more():
    quiz = apart(players=2)
    second = quiz.session.rounds.get(number=2)
    Statement.objects.filter(pk=second.other_id).update(lifecycle="suspect")

    quiz.play({})

    assert len({seen(quiz, player).statement for player in quiz.players}) == 1


def test_without_the_choice_all_are_asked_the_same():
    quiz = new_quiz(players=2, rounds=2, topic=topic_of_pairs()).begin()

    assert not quiz.session.rounds.exclude(other=None).exists()


def test_a_tournament_asks_everybody_the_same():
    with pytest.raises(OddPlan, match="same statements"):
        new_quiz(kind="tournament", format="swiss", apart=True)

    quiz = new_quiz()
    with pytest.raises(IntegrityError), transaction.atomic():
        GameSession.objects.filter(pk=quiz.session.pk).update(
            session_type="tournament", format="swiss", are_neighbours_apart=True
        )


def test_the_other_side_has_the_same_difficulty_and_can_be_played():
    topic = TopicFactory()
    one = StatementFactory(topic=topic, fact_key="a", answer=True)
    StatementFactory(topic=topic, fact_key="a", answer=False, difficulty="expert")
    StatementFactory(topic=topic, fact_key="a", answer=False, lifecycle="draft")
    alone = StatementFactory(topic=topic)

    assert other_sides([one, alone]) == {}
