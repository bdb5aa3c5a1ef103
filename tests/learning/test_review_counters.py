"""Facts that came back, and days on which nothing due was left."""

from datetime import timedelta

import pytest

from learning.models import ReviewCard
from learning.queries.review_counters import reviews
from players.counters import known
from tests.factories.learning import StatementFactory
from tests.factories.players import PlayerFactory
from tests.learning.answering import NOW, answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def player():
    return PlayerFactory()


def days(number):
    return NOW - timedelta(days=400) + timedelta(days=number)


def forgotten(player, statement, *, times):
    """Learned, and then forgotten again and again; the day after the last time."""
    answer(player, statement, at=days(0))
    for number in range(1, times + 1):
        answer(player, statement, is_right=False, at=days(number))
    return times


def test_both_are_counted_and_begin_at_nothing(player):
    assert known() >= {"facts_regained", "reviews_emptied_days"}
    assert reviews(player.pk) == {"facts_regained": 0, "reviews_emptied_days": 0}


@pytest.mark.parametrize(
    ("lapses", "away", "is_right", "count"),
    [(3, 21, True, 1), (2, 21, True, 0), (3, 20, True, 0), (3, 21, False, 0)],
)
def test_a_fact_forgotten_three_times_and_known_after_three_weeks_came_back(
    player, lapses, away, is_right, count
):
    statement = StatementFactory()
    last = forgotten(player, statement, times=lapses)

    answer(player, statement, is_right=is_right, at=days(last + away))

    assert reviews(player.pk)["facts_regained"] == count


def test_a_day_counts_when_nothing_due_is_left(player):
    first, second = StatementFactory.create_batch(2)
    answer(player, first, at=days(0))
    answer(player, second, at=days(0))

    answer(player, first, at=days(9))
    one_left = reviews(player.pk)["reviews_emptied_days"]
    answer(player, second, at=days(9) + timedelta(minutes=1))

    assert (one_left, reviews(player.pk)["reviews_emptied_days"]) == (0, 1)


def test_new_facts_alone_empty_nothing(player):
    answer(player, StatementFactory(), at=days(0))

    assert reviews(player.pk)["reviews_emptied_days"] == 0


def test_what_was_put_aside_is_not_waited_for(player):
    first, second = StatementFactory.create_batch(2)
    answer(player, first, at=days(0))
    answer(player, second, at=days(0))
    ReviewCard.objects.filter(player=player, fact_key=f"#{second.pk}").update(suspended=True)

    answer(player, first, at=days(9))

    assert reviews(player.pk)["reviews_emptied_days"] == 1


def test_the_bench_has_the_cards_that_are_stored(player):
    """What is counted stands on the same days as what was asked."""
    from learning.queries.review_counters import Bench, _reviews

    for statement in StatementFactory.create_batch(3):
        for day in (0, 3, 20, 60):
            answer(player, statement, at=days(day))
    bench = Bench(player.pk)
    for review in _reviews(player.pk):
        bench.take(review)

    stored = {(row.topic_id, row.fact_key): row.due for row in ReviewCard.objects.filter(player=player)}
    assert {key: card.due for key, card in bench.cards.items()} == stored
