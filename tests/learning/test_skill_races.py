"""Answers at the same moment: threads with a database connection each."""

import pytest

from learning.actions.rebuild import differences
from learning.models import AnswerEvent, Settlement, Statement, TopicSkill
from tests.factories.learning import StatementFactory
from tests.factories.players import PlayerFactory
from tests.learning.answering import answer
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_players_answer_the_same_statement_at_once():
    statement = StatementFactory(difficulty="intermediate")
    players = PlayerFactory.create_batch(8)

    at_once(*[lambda player=player: answer(player, statement) for player in players])

    statement.refresh_from_db()
    in_order = AnswerEvent.objects.order_by("settlement_id").values_list("beta_before", flat=True)
    assert (statement.n_first, statement.n_first_correct) == (8, 8)
    assert list(in_order) == sorted(in_order, reverse=True)
    assert len(set(in_order)) == 8
    assert differences() == []


def test_one_player_answers_two_statements_at_once():
    player = PlayerFactory()
    one = StatementFactory()
    other = StatementFactory(topic=one.topic)

    at_once(lambda: answer(player, one), lambda: answer(player, other))

    row = TopicSkill.objects.get()
    first, second = AnswerEvent.objects.order_by("settlement_id")
    assert (row.n_answers, second.theta_before) == (2, pytest.approx(first.theta_after))
    assert row.theta_mean == pytest.approx(second.theta_after)


def test_one_player_begins_two_topics_at_once():
    player = PlayerFactory()
    statements = StatementFactory.create_batch(2)

    at_once(*[lambda statement=statement: answer(player, statement) for statement in statements])

    first, second = AnswerEvent.objects.order_by("settlement_id")
    assert second.theta_before == pytest.approx(first.theta_after / 2)
    assert differences() == []


def test_the_same_statement_answered_twice_at_once_is_a_first_attempt_once():
    player, statement = PlayerFactory(), StatementFactory()

    at_once(*[lambda: answer(player, statement)] * 2)

    assert sorted(AnswerEvent.objects.values_list("first_attempt", flat=True)) == [False, True]
    assert Statement.objects.get().n_first == 1


def test_players_and_statements_crosswise_never_wait_for_each_other_for_ever():
    players, statements = PlayerFactory.create_batch(3), StatementFactory.create_batch(3)

    at_once(
        *[
            lambda player=player, statement=statement: answer(player, statement)
            for player in players
            for statement in statements
        ]
    )

    assert (Settlement.objects.count(), AnswerEvent.objects.exclude(settlement=None).count()) == (9, 9)
    assert differences() == []
