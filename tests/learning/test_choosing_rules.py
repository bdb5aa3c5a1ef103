from collections import Counter
from random import Random

import pytest

from learning.rules.choosing import (
    Candidate,
    Purpose,
    allowed_key,
    chosen,
    difficulty_for,
    in_band,
    purpose_of,
    target_of,
)
from learning.rules.skill import chance_of_right


def candidate(pk, difficulty=-0.57, is_true=True, **more):
    return Candidate(pk, is_true, difficulty, 0.0, **more)


def test_of_each_ten_six_are_due_three_new_and_one_is_a_probe():
    tens = [Counter(purpose_of(number=10 * ten + n, seed=7) for n in range(1, 11)) for ten in range(3)]

    assert tens == [Counter({Purpose.DUE: 6, Purpose.NEW: 3, Purpose.PROBE: 1})] * 3


def test_the_places_of_the_purposes_differ_between_practices():
    orders = {tuple(purpose_of(number=n, seed=seed) for n in range(1, 11)) for seed in range(20)}

    assert len(orders) > 10


@pytest.mark.parametrize(("answers", "last", "target"), [
    (0, [], 0.70),
    (3, [True] * 3, 0.76),
    (5, [True] * 5, 0.80),
    (400, [], 0.80),
    (9, [True, False, False, False], 0.90),
    (9, [False, False, False, True], 0.90),
    (9, [False, False, False, True, True], 0.80),
    (9, [False, False], 0.80),
])  # fmt: skip
def test_the_target_warms_up_and_spares_whoever_was_wrong_three_times(answers, last, target):
    assert target_of(answers=answers, last=last) == pytest.approx(target)


@pytest.mark.parametrize("variance", [0.0, 0.36])
@pytest.mark.parametrize("target", [0.70, 0.80, 0.90])
def test_the_difficulty_for_a_target_meets_it(target, variance):
    difficulty = difficulty_for(target, skill=0.4, variance=variance)

    assert chance_of_right(skill=0.4, difficulty=difficulty, variance=variance) == pytest.approx(target)


def test_no_key_comes_five_times_in_a_row():
    assert allowed_key([True, False, False, False, False]) is True
    assert allowed_key([True] * 4) is False
    assert allowed_key([False] * 3) is None


def test_long_sessions_are_half_true_and_half_false():
    keys, rng = [], Random(3)
    for _ in range(200):
        wanted = allowed_key(keys)
        keys.append(rng.random() < 0.9 if wanted is None else wanted)

    assert all(0.45 <= sum(keys[:n]) / n <= 0.55 for n in range(20, 201))


def test_one_of_the_five_nearest_to_the_target_is_taken():
    near = [candidate(pk, -0.57 + pk / 100) for pk in range(5)]
    far = [candidate(pk, 2.0) for pk in range(5, 50)]

    taken = {chosen([*far, *near], skill=0, target=0.8, key=None, rng=Random(seed)).pk for seed in range(60)}

    assert taken == {0, 1, 2, 3, 4}


def test_the_key_decides_before_the_distance():
    near, far = candidate(1, is_true=True), candidate(2, 3.0, is_true=False)

    assert chosen([near, far], skill=0, target=0.8, key=False, rng=Random(1)) == far
    assert chosen([near], skill=0, target=0.8, key=False, rng=Random(1)) == near
    assert chosen([], skill=0, target=0.8, key=False, rng=Random(1)) is None


def test_what_many_see_just_now_comes_later():
    often, rare = candidate(1, shown=50), [candidate(pk) for pk in range(2, 7)]

    picks = {chosen([often, *rare], skill=0, target=0.8, key=None, rng=Random(s)).pk for s in range(30)}

    assert 1 not in picks


def test_the_band_lies_between_seven_and_nine_in_ten():
    assert in_band(candidate(1), skill=0)
    assert not in_band(candidate(1, 4.0), skill=0)
    assert not in_band(candidate(1, -4.0), skill=0)
