from itertools import groupby
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.rules.keys import MAX_SAME_KEY_IN_A_ROW, key_order, turned
from learning.rules.pay import Given, Today, accuracy_weight, is_day_paid_out, session_xp, xp_for_answer
from learning.rules.rapid import is_rapid
from learning.rules.skill import Estimate, attenuation, chance_of_right, prior_of

COUNTS = st.integers(min_value=0, max_value=40)


def answers(*, right, wrong=0, rapid=0, xp=6):
    return [
        *[Given(is_correct=True, is_rapid=False, xp=xp)] * right,
        *[Given(is_correct=False, is_rapid=False, xp=0)] * wrong,
        *[Given(is_correct=True, is_rapid=True, xp=0)] * rapid,
    ]


def longest_row(keys):
    return max((len(list(row)) for _, row in groupby(keys)), default=0)


@pytest.mark.parametrize(
    ("skill", "difficulty", "variance", "chance"), [(0.0, 0.0, 0.36, 0.735), (1.0, 0.0, 0.05, 0.843)]
)
def test_the_chance_to_be_right_follows_the_worked_numbers(skill, difficulty, variance, chance):
    found = chance_of_right(skill=skill, difficulty=difficulty, variance=variance)

    assert found == pytest.approx(chance, abs=0.0005)


@pytest.mark.parametrize(("skill", "chance"), [(-40.0, 0.5), (40.0, 0.97)])
def test_nobody_is_worse_than_a_guess_or_free_of_slips(skill, chance):
    assert chance_of_right(skill=skill, difficulty=0.0, variance=0.0) == pytest.approx(chance)


def test_uncertainty_flattens_the_curve():
    assert attenuation(0.0) == 1
    assert attenuation(1.44) == pytest.approx(0.7992, abs=0.0001)


@pytest.mark.parametrize(
    ("label", "mean"), [("beginner", -1.0), ("intermediate", 0.0), ("advanced", 1.0), ("expert", 1.0)]
)
def test_the_label_of_a_statement_is_the_first_guess_at_its_difficulty(label, mean):
    assert prior_of(label) == Estimate(mean, 0.36)


@pytest.mark.parametrize(
    ("words", "limit"), [(1, 700), (11, 700), (12, 720), (14, 840), (166, 9960), (167, 10_000), (500, 10_000)]
)
def test_faster_than_one_can_read_is_no_answer(words, limit):
    text = " ".join(["word"] * words)

    assert is_rapid(text=text, response_ms=limit - 1) is True
    assert is_rapid(text=text, response_ms=limit) is False


def test_a_tenth_of_the_usual_time_is_too_fast_up_to_ten_seconds():
    assert is_rapid(text="Short", response_ms=999, median_ms=10_000)
    assert not is_rapid(text="Short", response_ms=1000, median_ms=10_000)
    assert not is_rapid(text="Short", response_ms=10_000, median_ms=900_000)


def test_who_hears_the_page_may_answer_before_it_could_be_read():
    text = " ".join(["word"] * 30)

    assert is_rapid(text=text, response_ms=900)
    assert not is_rapid(text=text, response_ms=900, reads_aloud=True)
    assert is_rapid(text=text, response_ms=699, reads_aloud=True)


@pytest.mark.parametrize(("p_before", "xp"), [(0.97, 4), (0.843, 5), (0.735, 6), (0.5, 7), (0.0, 10)])
def test_the_harder_the_answer_the_more_it_earns(p_before, xp):
    assert xp_for_answer(is_correct=True, rapid=False, p_before=p_before) == xp


@pytest.mark.parametrize(("is_correct", "rapid"), [(False, False), (True, True), (False, True)])
def test_wrong_and_rapid_answers_earn_nothing(is_correct, rapid):
    assert xp_for_answer(is_correct=is_correct, rapid=rapid, p_before=0.5) == 0


@pytest.mark.parametrize(
    ("right", "total", "weight"),
    [(0, 0, 0.0), (0, 8, 0.0), (4, 8, 0.0), (5, 8, 0.5), (6, 8, 1.0), (8, 8, 1.0), (1, 1, 1.0)],
)
def test_accuracy_counts_beyond_guessing_only(right, total, weight):
    assert accuracy_weight(right=right, answers=total) == pytest.approx(weight)


@pytest.mark.parametrize(
    ("given_answers", "is_first", "xp"),
    [
        (answers(right=10), True, 60 + 10 + 10),
        (answers(right=10), False, 60 + 10),
        (answers(right=5, wrong=3), True, 15 + 10),
        (answers(right=5), True, 30 + 10),
        (answers(right=4), True, 24),
        (answers(right=9), False, 54),
        (answers(right=6, wrong=4), False, 14),
        (answers(right=5, wrong=5), True, 0),
        (answers(right=4, rapid=6), True, 24),
        (answers(right=0, rapid=12), True, 0),
        ([], True, 0),
    ],
)
def test_a_session_pays_by_accuracy_and_bonuses_from_a_certain_length(given_answers, is_first, xp):
    assert session_xp(given_answers, is_first_of_day=is_first) == xp


@pytest.mark.parametrize(("today", "xp"), [
    (Today(0, 0), 7), (Today(79, 300), 7), (Today(80, 300), 4), (Today(159, 300), 4), (Today(160, 300), 1),
    (Today(20, 595), 5), (Today(20, 600), 0), (Today(20, 700), 0),
])  # fmt: skip
def test_the_more_a_day_has_seen_the_less_an_answer_earns(today, xp):
    assert xp_for_answer(is_correct=True, rapid=False, p_before=0.5, today=today) == xp


def test_what_is_neither_new_nor_due_earns_one():
    assert xp_for_answer(is_correct=True, rapid=False, p_before=0.5, is_worth=False) == 1


@pytest.mark.parametrize(("weights", "is_over"), [
    ([], False), ([0.1, 0.1], False), ([0.1, 0.1, 0.19], True), ([0.1, 0.1, 0.2, 0.1], False),
    ([1.0, 0.0, 0.0, 0.0, 1.0], True),
])  # fmt: skip
def test_three_guessed_sessions_in_a_row_end_the_day(weights, is_over):
    assert is_day_paid_out(weights) is is_over


@given(trues=COUNTS, falses=COUNTS, seed=st.integers())
def test_keys_are_all_laid_and_never_five_in_a_row_where_that_can_be_had(trues, falses, seed):
    order = key_order(trues=trues, falses=falses, rng=Random(seed))

    few, many = sorted((trues, falses))
    assert (order.count(True), order.count(False)) == (trues, falses)
    if many <= MAX_SAME_KEY_IN_A_ROW * (few + 1):
        assert longest_row(order) <= MAX_SAME_KEY_IN_A_ROW


def test_the_same_seed_lays_the_same_keys():
    orders = {tuple(key_order(trues=8, falses=8, rng=Random(seed))) for seed in (1, 1, 2)}

    assert len(orders) == 2


@pytest.mark.parametrize("seed", range(20))
def test_the_row_of_the_neighbours_is_as_balanced_and_has_no_longer_runs(seed):
    rng = Random(seed)
    keys = key_order(trues=10, falses=10, rng=rng)

    turns = turned(keys, may_turn=[rng.random() < 0.7 for _ in keys])

    row = [key is not turn for key, turn in zip(keys, turns, strict=True)]
    assert sum(turns) > 4
    assert 9 <= sum(row) <= 11
    assert max(sum(1 for _ in run) for _, run in groupby(row)) <= MAX_SAME_KEY_IN_A_ROW


def test_only_what_has_another_side_is_turned():
    keys = [True, False] * 4

    turns = turned(keys, may_turn=[True, True, *[False] * 6])

    assert turns == [True, True, *[False] * 6]
