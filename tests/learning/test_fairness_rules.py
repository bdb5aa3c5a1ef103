from math import exp
from random import Random

import pytest

from learning.rules.fairness import Taker, differences, is_unequal
from learning.rules.skill import GUESS, KNOWING


def group(name, *, right, of=100, skill=0.0):
    return [Taker(name, skill, number < right) for number in range(of)]


def found(*groups):
    return [
        (one.group, one.answers, one.others, round(one.logits, 2), round(one.error, 2))
        for one in differences([taker for each in groups for taker in each])
    ]


def test_two_groups_that_know_as_much_and_are_right_as_often_do_not_differ():
    assert found(group("de", right=74), group("en", right=74)) == [
        ("de", 100, 100, 0.0, 0.52),
        ("en", 100, 100, 0.0, 0.52),
    ]


def test_twelve_more_of_a_hundred_wrong_is_one_logit():
    assert found(group("de", right=62), group("en", right=74)) == [
        ("de", 100, 100, 1.06, 0.63),
        ("en", 100, 100, -1.06, 0.63),
    ]


def test_with_more_answers_the_error_is_smaller():
    assert found(group("de", right=136, of=200), group("en", right=148, of=200)) == [
        ("de", 200, 200, 0.51, 0.39),
        ("en", 200, 200, -0.51, 0.39),
    ]


def simulated(name, *, difficulty, dice, skill=0.0):
    """A thousand whose skills differ, answering as the model says."""
    takers = []
    for _ in range(1000):
        own = dice.gauss(skill, 1.0)
        chance = GUESS + KNOWING / (1 + exp(difficulty - own))
        takers.append(Taker(name, own, dice.random() < chance))
    return takers


def test_a_simulated_statement_a_logit_harder_for_one_group_is_found_and_an_equal_one_is_not():
    dice = Random(4)
    usual = simulated("en", difficulty=0.0, dice=dice)
    (harder, _) = differences([*simulated("de", difficulty=1.0, dice=dice), *usual])
    # Who knows less is wrong more often; that alone is no difference.
    (equal, _) = differences([*simulated("de", difficulty=0.0, dice=dice, skill=-0.8), *usual])

    assert harder.logits == pytest.approx(1.0, abs=2 * harder.error)
    assert is_unequal(harder.logits)
    assert not is_unequal(equal.logits)


def test_who_knows_more_may_be_right_more_often():
    ((_, _, _, logits, _), _) = found(group("de", right=88, skill=1.5), group("en", right=74))

    assert logits == 0.1


def test_groups_under_a_hundred_are_in_no_figure_and_change_none():
    large = group("de", right=148, of=200), group("en", right=136, of=200)

    assert found(*large, group("fr", right=10, of=99)) == found(*large)
    assert found(group("de", right=80), group("en", right=10, of=99)) == []


def test_one_group_alone_is_compared_with_nobody():
    assert found(group("de", right=80)) == []


def test_each_of_several_groups_is_compared_with_all_others():
    rows = found(group("1", right=74), group("1.5", right=74), group("2", right=62))

    assert [(name, others) for name, _, others, _, _ in rows] == [("1", 200), ("1.5", 200), ("2", 200)]
    assert [is_unequal(logits) for *_, logits, _ in rows] == [False, False, True]


def test_an_impossible_group_stays_within_bounds():
    ((_, _, _, logits, _), _) = found(group("de", right=0), group("en", right=100))

    assert 4 < logits < 12


@pytest.mark.parametrize(("logits", "unequal"), [(0.6, False), (0.61, True), (-0.61, True), (0.0, False)])
def test_more_than_six_tenths_of_a_logit_is_unequal_either_way(logits, unequal):
    assert is_unequal(logits) is unequal
