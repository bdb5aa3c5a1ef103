"""The review cards that answers leave behind."""

from datetime import UTC, datetime, timedelta

import pytest

from learning.actions.answers import Circumstances, record_answer
from learning.models import AnswerEvent, ReviewCard
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.players import PlayerFactory
from tests.learning.answering import answer

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fact(**more):
    """The true and the false sentence about one fact."""
    topic = TopicFactory()
    return [StatementFactory(topic=topic, fact_key="orbit", answer=key, **more) for key in (True, False)]


def test_an_answer_makes_a_card_of_its_fact():
    statement, player = StatementFactory(), PlayerFactory()

    event = answer(player, statement, at=NOON)

    card = ReviewCard.objects.get()
    assert (card.player, card.topic, card.fact_key) == (player, statement.topic, f"#{statement.pk}")
    assert (card.due - NOON, card.last_review, card.reps) == (timedelta(days=2), NOON, 1)
    assert (event.grade, event.due_review, card.last_variant) == (AnswerEvent.Grade.GOOD, False, True)


def test_both_variants_are_one_card():
    true, false = fact()
    player = PlayerFactory()

    answer(player, true, at=NOON)
    event = answer(player, false, at=NOON + timedelta(days=3))

    card = ReviewCard.objects.get()
    assert (card.reps, card.last_variant, event.due_review, event.first_attempt) == (2, False, True, True)


def test_a_click_leaves_the_card_and_everything_else_as_it_was():
    statement, player = StatementFactory(text=" ".join(["word"] * 14)), PlayerFactory()
    answer(player, statement, at=NOON)
    before = ReviewCard.objects.values().get()

    event = answer(player, statement, at=NOON + timedelta(days=5), seconds=0.5, is_right=False)

    assert (event.rapid, event.grade, event.xp) == (True, None, 0)
    assert ReviewCard.objects.values().get() == before
    player.game_data.refresh_from_db()
    assert (player.game_data.current_streak, player.game_data.total_questions_answered) == (1, 1)


def test_a_first_click_makes_no_card():
    answer(PlayerFactory(), StatementFactory(), seconds=0.2)

    assert not ReviewCard.objects.exists()


def test_a_card_is_graded_once_a_day_and_remembers_the_variant():
    true, false = fact()
    player = PlayerFactory()

    answer(player, true, at=NOON)
    again = answer(player, false, at=NOON + timedelta(hours=2), is_right=False)

    card = ReviewCard.objects.get()
    assert (card.reps, card.due - NOON, card.last_variant) == (1, timedelta(days=2), False)
    assert (again.grade, again.due_review) == (None, False)


@pytest.mark.parametrize(("confidence", "grade", "days"), [
    (1, AnswerEvent.Grade.SOFT, 1), (2, AnswerEvent.Grade.GOOD, 2), (None, AnswerEvent.Grade.GOOD, 2),
])  # fmt: skip
def test_a_right_guess_comes_again_tomorrow(confidence, grade, days):
    event = answer(PlayerFactory(), StatementFactory(), at=NOON, confidence=confidence)

    assert event.grade == grade
    assert ReviewCard.objects.get().due - NOON == timedelta(days=days)


def test_sure_and_fast_is_easy_where_the_usual_time_is_known():
    statement = StatementFactory(rt_median_ms=10_000)

    event = answer(PlayerFactory(), statement, at=NOON, confidence=3, seconds=4)

    assert event.grade == AnswerEvent.Grade.EASY
    assert 7 <= (ReviewCard.objects.get().due - NOON).days <= 9


def test_a_skipped_statement_is_wrong_for_the_player_and_nothing_for_the_statement():
    statement, player = StatementFactory(difficulty="intermediate"), PlayerFactory()

    event = record_answer(
        player=player,
        statement=statement,
        verdict=None,
        at=Circumstances(NOON - timedelta(seconds=6), NOON, None, "practice", confidence=3),
        idempotency_key="skip",
    )

    statement.refresh_from_db()
    assert (event.answer, event.correct, event.confidence, event.xp) == (None, False, None, 0)
    assert event.theta_after == pytest.approx(-0.58 / 2, abs=0.002)
    assert (event.grade, statement.n_first, statement.beta_mean) == (AnswerEvent.Grade.AGAIN, 0, 0.0)


def test_what_the_player_has_put_aside_stays_there():
    statement, player = StatementFactory(), PlayerFactory()
    answer(player, statement, at=NOON)
    ReviewCard.objects.update(suspended=True)

    answer(player, statement, at=NOON + timedelta(days=3))

    card = ReviewCard.objects.get()
    assert (card.suspended, card.reps) == (True, 2)
    assert not ReviewCard.objects.due(NOON + timedelta(days=999)).exists()


def test_a_repetition_that_is_not_due_earns_one():
    statement, player = StatementFactory(difficulty="intermediate"), PlayerFactory()

    events = [answer(player, statement, at=NOON + timedelta(days=days), seconds=5) for days in (0, 0.1, 2.5)]

    assert [event.xp for event in events] == [6, 1, 5]


def test_the_more_a_day_has_seen_the_less_an_answer_earns():
    topic, player = TopicFactory(), PlayerFactory()
    statements = StatementFactory.create_batch(83, topic=topic, difficulty="expert")

    events = [answer(player, one, at=NOON + timedelta(seconds=20 * n)) for n, one in enumerate(statements)]
    tomorrow = answer(player, StatementFactory(topic=topic), at=NOON + timedelta(days=1))

    assert [event.xp for event in events[78:83]] == [
        4 + round(6 * (1 - events[n].p_before)) for n in (78, 79)
    ] + [round((4 + round(6 * (1 - events[n].p_before))) / 2) for n in (80, 81, 82)]
    assert tomorrow.xp >= 4
