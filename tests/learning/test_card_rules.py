from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from learning.rules.cards import (
    CardState,
    Grade,
    Seen,
    grade_of,
    is_due,
    may_review,
    retrievability,
    reviewed,
    spread,
    usual_ms,
    without_luck,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LAPSED = CardState(reps=4, lapses=1, since_lapse=1)
RECOVERED = CardState(reps=7, lapses=1, since_lapse=3)


def seen(is_right=True, ms=5000, usual=5000, mark=None, **more):
    return Seen(is_right, more.pop("is_rapid", False), ms, usual, mark, **more)


def intervals(*grades, seed=None):
    """The days between the reviews when each is done on the day when it is due."""
    card, at, days = CardState(), NOW, []
    for grade in grades:
        card = reviewed(card, grade, at, seed=seed)
        days.append((card.due - at).days)
        at = card.due
    return days


@pytest.mark.parametrize(("grades", "days"), [
    ([Grade.GOOD] * 5, [2, 11, 46, 163, 365]),
    ([Grade.EASY] * 2, [8, 66]),
    ([Grade.HARD] * 5, [1, 3, 7, 12, 18]),
    ([Grade.AGAIN, *[Grade.GOOD] * 4], [1, 2, 6, 17, 44]),
])  # fmt: skip
def test_intervals_are_those_of_the_design(grades, days):
    assert intervals(*grades) == days


def test_a_right_guess_comes_again_tomorrow_however_long_it_was_known():
    assert intervals(Grade.GOOD, Grade.GOOD, Grade.SOFT) == [2, 11, 1]


@pytest.mark.parametrize(("answer", "card", "grade"), [
    (seen(is_rapid=True), CardState(), None),
    (seen(is_hinted=True), CardState(), None),
    (seen(is_right=False), CardState(), Grade.AGAIN),
    (seen(is_right=False, mark=3, ms=1000), CardState(), Grade.AGAIN),
    (seen(is_skip=True), CardState(), Grade.AGAIN),
    (seen(mark=1, ms=9000), CardState(), Grade.SOFT),
    (seen(ms=8751), CardState(), Grade.HARD),
    (seen(ms=8750), CardState(), Grade.GOOD),
    (seen(mark=2), LAPSED, Grade.HARD),
    (seen(mark=2), RECOVERED, Grade.GOOD),
    (seen(mark=3, ms=2999), CardState(), Grade.EASY),
    (seen(mark=3, ms=2999), LAPSED, Grade.GOOD),
    (seen(mark=3, ms=3000), CardState(), Grade.GOOD),
    (seen(mark=2, ms=2000), CardState(), Grade.GOOD),
    (seen(mark=3, ms=2000, usual=None), CardState(), Grade.GOOD),
    (seen(ms=99_000, usual=None), CardState(), Grade.GOOD),
])  # fmt: skip
def test_an_answer_is_graded_by_the_table(answer, card, grade):
    assert grade_of(answer, card) == grade


def test_ones_own_time_counts_after_twenty_answers():
    assert usual_ms(own_ms=3000, own_answers=19, statement_ms=6000) == 6000
    assert usual_ms(own_ms=3000, own_answers=20, statement_ms=6000) == 3000
    assert usual_ms(own_ms=3000, own_answers=3, statement_ms=None) is None


def test_a_card_is_graded_once_a_day():
    card = reviewed(CardState(), Grade.AGAIN, NOW)

    assert not may_review(card, NOW + timedelta(hours=11))
    assert may_review(card, NOW + timedelta(hours=12))
    assert not may_review(card, NOW - timedelta(days=2))


def test_a_lapse_is_of_something_that_was_known():
    new = reviewed(CardState(), Grade.AGAIN, NOW)
    known = reviewed(reviewed(CardState(), Grade.GOOD, NOW), Grade.AGAIN, NOW + timedelta(days=2))

    assert (new.lapses, new.reps) == (0, 1)
    assert (known.lapses, known.since_lapse, known.reps) == (1, 0, 2)


def test_memory_fades_to_nine_tenths_until_the_day_it_is_due():
    card = reviewed(reviewed(CardState(), Grade.GOOD, NOW), Grade.GOOD, NOW + timedelta(days=2))

    assert retrievability(card, card.last_review) == 1
    assert retrievability(card, card.due) == pytest.approx(0.90, abs=0.01)
    assert is_due(card, card.due)
    assert not is_due(card, card.due - timedelta(seconds=1))
    assert retrievability(CardState(), NOW) == 0


def test_the_spread_of_due_days_is_small_and_found_again():
    one, again, other = (intervals(*[Grade.GOOD] * 4, seed=seed) for seed in (1, 1, 2))
    days = {spread(46, Random(seed)) for seed in range(200)}

    assert one == again
    assert other != one
    assert (min(days), max(days)) == (43, 49)
    assert [spread(days, Random(1)) for days in (1, 2)] == [1, 2]


def test_half_of_what_is_forgotten_is_guessed():
    assert without_luck(0.95) == pytest.approx(0.90)
    assert without_luck(0.4) == 0
