from random import Random

import numpy as np
import pytest

from learning.rules.difficulties import FirstAttempts, centred, estimated
from learning.rules.skill import Estimate, chance_of_right

PRIOR = Estimate(0.0, 0.36)


def simulated(difficulties, *, answers, seed=1):
    rng = Random(seed)
    rows = [
        (item, skill, rng.random() < chance_of_right(skill=skill, difficulty=difficulty, variance=0.0))
        for item, difficulty in enumerate(difficulties)
        for skill in (rng.gauss(0.3, 1.2) for _ in range(answers))
    ]
    item, skill, right = zip(*rows, strict=True)
    return FirstAttempts(np.array(item), np.array(skill), np.array(right))


def test_difficulties_are_found_again():
    true = [-1.0, -0.3, 0.4, 1.0]

    found = estimated(simulated(true, answers=3000), priors=[PRIOR] * 4)

    assert [one.mean for one in found] == [pytest.approx(value, abs=0.15) for value in true]
    assert all(0.01 <= one.variance < 0.05 for one in found)


def test_without_answers_the_label_holds():
    none = FirstAttempts(np.array([], int), np.array([]), np.array([], bool))

    assert estimated(none, priors=[PRIOR]) == [PRIOR]


def test_a_few_answers_move_little():
    found = estimated(simulated([3.0], answers=5), priors=[PRIOR])[0]

    assert 0 < found.mean < 1.5
    assert found.variance < 0.36


def test_impossible_answers_give_no_infinite_difficulty():
    everybody_wrong = FirstAttempts(np.zeros(500, int), np.full(500, 4.0), np.zeros(500, bool))

    assert 0 < estimated(everybody_wrong, priors=[PRIOR])[0].mean <= 8


def test_the_mean_of_a_topic_stays_where_it_was():
    new = {1: Estimate(0.5, 0.1), 2: Estimate(1.5, 0.1), 3: Estimate(9.0, 0.1)}

    moved = centred(new, before={1: 0.0, 2: 1.0})

    assert [moved[pk].mean for pk in (1, 2, 3)] == [0.0, 1.0, 8.5]
    assert centred(new, before={}) == new
