from math import exp, log
from random import Random

import pytest

from learning.rules.quality import (
    Attempt,
    Band,
    Figures,
    Finding,
    band_of,
    discrimination,
    efficiency,
    findings,
    key_llr,
    makes_suspect,
    measured,
    quality_score,
    suspends,
    without_guessing,
)


def figures(answers=60, right=45, **more):
    values = {"rapid": 0, "discrimination": 0.3, "efficiency": 0.5, "key_llr": -5.0, "median_ms": 5000,
              "log_sd": 0.4} | more  # fmt: skip
    return Figures(answers, right, **values)


def right_by_skill(*pairs):
    return [Attempt(skill, right) for skill, right in pairs]


def test_guessing_is_taken_out_of_the_facility():
    assert without_guessing(0.5) == 0
    assert without_guessing(0.4) == 0
    assert without_guessing(0.9) == pytest.approx(0.8)


def test_discrimination_is_the_correlation_of_right_answers_with_skill():
    attempts = right_by_skill((-1, False), (0, False), (0, True), (1, True))

    assert discrimination(attempts) == pytest.approx(0.7071, abs=0.001)
    assert efficiency(attempts) == pytest.approx(1.0)
    assert discrimination(right_by_skill((0, True), (1, True))) is None
    assert discrimination([]) is None


def test_efficiency_compares_with_the_best_order():
    attempts = right_by_skill((-1, True), (0, False), (1, True), (2, True))

    assert 0 < efficiency(attempts) < 1
    assert efficiency(right_by_skill((-1, True), (1, False))) == pytest.approx(-1)


@pytest.mark.parametrize(("value", "band"), [
    (None, None), (0.04, Band.BROKEN), (0.05, Band.WEAK), (0.15, Band.FAIR), (0.30, Band.FAIR),
    (0.31, Band.GOOD), (-0.4, Band.BROKEN),
])  # fmt: skip
def test_discrimination_has_the_names_of_the_design(value, band):
    assert band_of(value) == band


def test_a_wrong_key_is_what_the_skilled_get_wrong():
    skilled_wrong = [Attempt(1.5, False)] * 8
    skilled_right = [Attempt(1.5, True)] * 8

    assert key_llr(skilled_wrong, label="intermediate") > log(20)
    assert key_llr(skilled_right, label="intermediate") < 0
    assert key_llr([], label="expert") == 0


def simulated_item(rng, *, answers, is_wrong):
    """Answers of people whose skill is known to ± 0.6 only, of whom four in a hundred slip."""
    difficulty, attempts = rng.gauss(0, 0.9), []
    for _ in range(answers):
        skill = rng.gauss(0.5, 1.0)
        chance = 0.5 + 0.46 / (1 + exp(difficulty - skill))
        is_right = (rng.random() < chance) != is_wrong
        attempts.append(Attempt(skill + rng.gauss(0, 0.6), is_right))
    return attempts


def test_the_test_of_the_key_finds_wrong_keys_and_leaves_right_ones_alone():
    rng = Random(5)
    flags = {
        is_wrong: sum(
            key_llr(simulated_item(rng, answers=20, is_wrong=is_wrong), label="intermediate") > log(20)
            for _ in range(count)
        )
        for is_wrong, count in ((True, 28), (False, 372))
    }

    assert flags[True] >= 22
    assert flags[False] <= 1


def test_figures_are_measured_from_the_attempts():
    attempts = [Attempt(0.1, True, 2000), Attempt(0.9, True, 4000), Attempt(-1, False, 8000)]

    found = measured(attempts, label="beginner", rapid=2)

    assert (found.answers, found.right, found.median_ms, found.rapid_share) == (3, 2, 4000, 0.4)
    assert found.facility == pytest.approx(2 / 3)
    assert found.log_sd == pytest.approx(0.566, abs=0.001)


def test_the_score_is_that_of_the_design():
    good = figures(60, 47, discrimination=0.30, stars=5.0)
    share = 0.35 + 0.25 * (1 - abs(47 / 60 - 0.78) / 0.28) + 0.20 + 0.20

    assert quality_score(good) == pytest.approx((10 + 60 * share) / 80)
    assert quality_score(figures(0, 0, discrimination=None)) == 0.5
    assert quality_score(figures(400, 60, discrimination=-0.2, report_rate=0.2, stars=1.0)) < 0.1


@pytest.mark.parametrize(("found", "expected"), [
    (figures(8, 2, key_llr=3.1), {Finding.KEY}),
    (figures(7, 1, key_llr=9.0), set()),
    (figures(8, 2, key_llr=2.9), set()),
    (figures(30, 14), {Finding.BELOW_CHANCE}),
    (figures(29, 14), set()),
    (figures(50, 40, discrimination=-0.2), {Finding.FLAT}),
    (figures(49, 40, discrimination=-0.2), set()),
    # Below the bound, and yet nobody can tell.
    (figures(50, 40, discrimination=0.0), set()),
    (figures(2000, 1600, discrimination=0.0), {Finding.FLAT}),
    (figures(2000, 1600, discrimination=0.06), set()),
    (figures(50, 50, discrimination=None), {Finding.TOO_EASY}),
    (figures(49, 49, discrimination=None), set()),
    (figures(20, 15, rapid=10), {Finding.SKIPPED}),
    (figures(20, 15, rapid=8), set()),
    (figures(9, 7, reporters=3), {Finding.REPORTED}),
    (figures(9, 7, reporters=2), set()),
    (figures(200, 160, report_low=0.031), {Finding.REPORTED}),
])  # fmt: skip
def test_rules_act_from_their_number_of_answers_on(found, expected):
    assert findings(found) == expected


def flat(rng, *, answers, slope):
    attempts = []
    for _ in range(answers):
        skill = rng.gauss(0, 0.7)
        attempts.append(Attempt(skill, rng.random() < 0.5 + 0.5 / (1 + exp(-1.2 - slope * skill))))
    return Finding.FLAT in findings(measured(attempts, label="intermediate", rapid=0))


def test_good_statements_are_not_flat_by_chance_and_flat_ones_are_found_at_last():
    rng = Random(3)

    good = sum(flat(rng, answers=50, slope=1.0) for _ in range(200))
    reversed_ones = sum(flat(rng, answers=300, slope=-1.0) for _ in range(50))

    assert good <= 4
    assert reversed_ones >= 45


def test_findings_say_what_becomes_of_the_statement():
    assert all(makes_suspect(frozenset({one})) for one in (Finding.KEY, Finding.BELOW_CHANCE, Finding.FLAT))
    assert not makes_suspect(frozenset({Finding.TOO_EASY, Finding.SKIPPED, Finding.REPORTED}))
    assert suspends(frozenset({Finding.REPORTED}))
    assert not suspends(frozenset({Finding.KEY}))
