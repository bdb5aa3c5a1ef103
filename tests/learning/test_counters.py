from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from players.counters import counted, known
from players.history import answers_of
from tests.factories.learning import AnswerEventFactory, StatementFactory, TopicFactory, TopicSkillFactory
from tests.factories.players import PlayerFactory
from tests.learning.answering import NOW, answer

pytestmark = pytest.mark.django_db
OURS = {
    "answers", "correct", "both_variants", "steady_run", "brier_last_100", "rated_last_100", "honest_doubts",
    "topics_familiar", "topics_proficient", "topics_master", "giant_slain", "sessions_of_ten",
}  # fmt: skip
MARCH = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.fixture
def player():
    """Somebody beside whom others have answered, too."""
    AnswerEventFactory(confidence=3, theta_before=-2, beta_before=2)
    TopicSkillFactory(mastery=0.8)
    return PlayerFactory()


def counts(player, *names):
    figures = counted(player.pk, names)
    return tuple(figures[name] for name in names)


def given(player, count=1, **facts):
    return AnswerEventFactory.create_batch(count, player=player, **facts)


def test_all_counters_are_registered_and_begin_at_nothing(player):
    figures = counted(player.pk, OURS)

    assert known() >= OURS
    assert {name: figures[name] for name in OURS} == {**dict.fromkeys(OURS, 0), "brier_last_100": 1.0}


def test_answers_count_without_clicks_and_without_those_that_wait_for_their_key(player):
    given(player, 2)
    given(player, correct=False)
    given(player, rapid=True)
    given(player, settlement=None, p_before=None)

    assert counts(player, "answers", "correct") == (3, 2)


@pytest.mark.parametrize(
    ("facts", "slain"),
    [
        ({}, 1), ({"beta_before": 0.99}, 0), ({"confidence": 2}, 0), ({"confidence": None}, 0),
        ({"correct": False}, 0), ({"rapid": True}, 0), ({"theta_before": None}, 0),
    ],
)  # fmt: skip
def test_a_giant_is_slain_by_being_right_and_sure_about_something_far_too_hard(player, facts, slain):
    given(player, **{"confidence": 3, "theta_before": -0.5, "beta_before": 1.0, **facts})

    assert counts(player, "giant_slain") == (slain,)


def test_a_fact_is_known_in_both_variants(player):
    topic = TopicFactory()
    moon, moon_not = (StatementFactory(topic=topic, fact_key="moon", answer=key) for key in (True, False))
    sun, sun_not = (StatementFactory(topic=topic, fact_key="sun", answer=key) for key in (True, False))
    elsewhere = StatementFactory(fact_key="sun", answer=False)
    for statement in (
        moon,
        moon,
        moon_not,
        sun,
        elsewhere,
        StatementFactory(),
        StatementFactory(answer=False),
    ):
        answer(player, statement)
    answer(player, sun_not, is_right=False)

    assert counts(player, "both_variants") == (1,)


def test_the_longest_run_without_a_click_is_found(player):
    for number, is_rapid in enumerate([False, True, False, False, False, True, False, False]):
        given(player, rapid=is_rapid, received_at=NOW + timedelta(minutes=number))

    assert counts(player, "steady_run") == (3,)


def test_calibration_looks_at_the_last_hundred_rated_answers(player):
    given(player, 7, confidence=3, correct=False, received_at=NOW - timedelta(days=1))
    given(player, 50, confidence=3, received_at=NOW)
    given(player, 49, confidence=2, received_at=NOW)
    given(player, 1, confidence=1, correct=False, received_at=NOW)
    given(player, 30, received_at=NOW)

    rated, brier = counts(player, "rated_last_100", "brier_last_100")

    assert rated == 100
    assert brier == pytest.approx((50 * 0.05**2 + 49 * 0.25**2 + 0.5**2) / 100)


@pytest.mark.parametrize(("right", "wrong", "doubts"), [(13, 7, 20), (14, 6, 0), (0, 3, 3)])
def test_doubts_are_honest_when_they_are_not_much_better_than_guesses(player, right, wrong, doubts):
    given(player, right, confidence=1, received_at=MARCH)
    given(player, wrong, confidence=1, correct=False, received_at=MARCH)
    given(player, 2, confidence=1, correct=False, received_at=MARCH + timedelta(days=31))

    assert counts(player, "honest_doubts") == (max(doubts, 2),)


def test_full_sessions_have_ten_answers(player):
    full, short = uuid4(), uuid4()
    given(player, 10, session_uuid=full)
    given(player, 9, session_uuid=short)
    given(player, 5, session_uuid=short, rapid=True)
    given(player, 20)

    assert counts(player, "sessions_of_ten") == (1,)


def test_topics_count_for_every_band_that_they_have_passed(player):
    for share, answers, days in (
        (0.95, 60, 7),
        (0.8, 40, 1),
        (0.8, 29, 1),
        (0.5, 9, 1),
        (0.3, 9, 1),
        (0.9, 3, 1),
    ):
        TopicSkillFactory(
            player=player, mastery=share, mastery_low=share - 0.1, n_answers=answers, active_days=days
        )

    assert counts(player, "topics_familiar", "topics_proficient", "topics_master") == (4, 2, 1)


@pytest.mark.parametrize("count", [1, 30])
def test_all_figures_cost_the_same_however_many_answers_there_are(player, count, django_assert_num_queries):
    given(player, count, confidence=2)

    with django_assert_num_queries(7):
        counted(player.pk, OURS)


def test_the_history_has_the_answers_in_the_order_of_time(player):
    late, early = (given(player, received_at=NOW - timedelta(days=days))[0] for days in (1, 2))
    given(player, settlement=None, p_before=None)

    assert [tuple(row) for row in answers_of(player.pk)] == [
        (event.received_at, True, False, None) for event in (early, late)
    ]
