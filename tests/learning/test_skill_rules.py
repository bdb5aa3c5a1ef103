from datetime import UTC, datetime, timedelta
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.rules.skill import (
    Estimate,
    after_answer,
    chance_of_right,
    grown,
    item_after_answer,
    new_topic,
    prior_of,
)
from learning.rules.steps import Answered, ItemState, SkillState, step

NEW = new_topic(None)
MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
SKILLS = st.builds(Estimate, st.floats(-4, 4), st.floats(0.01, 1.44))
ITEMS = st.builds(Estimate, st.floats(-6, 6), st.floats(0.01, 0.36))


def answer(*, at=MONDAY, is_right=True, is_rapid=False, is_first=True, by_guest=False, **more):
    return Answered(at, is_right, is_rapid, is_first, by_guest, **more)


# --- The worked numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("skill", "item", "days_away", "chance", "right", "wrong"),
    [
        (NEW, prior_of("intermediate"), 0, 0.735, 0.209, -0.580),
        (Estimate(1.0, 0.30), Estimate(0.0, 0.05), 0, 0.843, 0.033, -0.175),
    ],
)
def test_skills_move_by_the_worked_numbers(skill, item, days_away, chance, right, wrong):
    before = grown(skill, days=days_away)

    moves = [after_answer(before, item, is_right=is_right).mean - skill.mean for is_right in (True, False)]

    expected = chance_of_right(skill=skill.mean, difficulty=item.mean, variance=item.variance)
    assert expected == pytest.approx(chance, abs=0.0005)
    assert moves == pytest.approx([right, wrong], abs=0.002)


def test_a_first_answer_makes_a_new_player_a_little_more_certain():
    after = after_answer(grown(NEW, days=0), prior_of("intermediate"), is_right=True)

    assert after.variance == pytest.approx(1.308, abs=0.002)


# --- How certain an estimate is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variance", "days", "grown_to"),
    [(0.30, 0, 0.302), (0.30, 10, 0.352), (0.30, -3, 0.302), (1.439, 0, 1.44), (0.30, 5000, 1.44)],
)
def test_a_skill_grows_uncertain_with_answers_and_days(variance, days, grown_to):
    assert grown(Estimate(0.7, variance), days=days) == Estimate(0.7, pytest.approx(grown_to))


@pytest.mark.parametrize(("others", "mean"), [(None, 0.0), (0.0, 0.0), (1.6, 0.8), (-1.0, -0.5)])
def test_a_new_topic_begins_with_half_of_what_is_known_of_the_others(others, mean):
    assert new_topic(others) == Estimate(mean, 1.44)


@given(skill=SKILLS, item=ITEMS, is_right=st.booleans(), weight=st.sampled_from([0.0, 0.5, 1.0]))
def test_steps_stay_within_their_limits(skill, item, is_right, weight):
    after = after_answer(skill, item, is_right=is_right, weight=weight)
    moved = item_after_answer(item, skill, is_right=is_right)

    assert abs(after.mean - skill.mean) <= 0.6 + 1e-9
    assert -4 <= after.mean <= 4
    assert 0 < after.variance <= 1.44
    assert abs(moved.mean - item.mean) <= 0.6 + 1e-9
    assert 0.01 <= moved.variance <= 0.36 + 1e-9


@given(skill=SKILLS, item=ITEMS)
def test_right_answers_raise_the_skill_and_ease_the_statement_wrong_ones_the_reverse(skill, item):
    up, down = (after_answer(skill, item, is_right=is_right).mean for is_right in (True, False))
    eased, hardened = (item_after_answer(item, skill, is_right=is_right).mean for is_right in (True, False))

    assert down <= skill.mean <= up
    assert eased <= item.mean <= hardened


# --- One answer, both sides ------------------------------------------------------------------------------

SKILL, ITEM = SkillState(NEW), ItemState(prior_of("intermediate"))


def test_an_answer_moves_and_counts_both_sides():
    taken = step(SKILL, ITEM, answer())

    assert taken.p_before == pytest.approx(0.735)
    assert taken.skill.estimate.mean > 0 > taken.item.estimate.mean
    assert (taken.skill.answers, taken.skill.days, taken.skill.last_at) == (1, 1, MONDAY)
    assert (taken.item.first, taken.item.first_correct, taken.item.rapid) == (1, 1, 0)


def test_a_rapid_answer_moves_nothing_and_is_counted_as_such():
    taken = step(SKILL, ITEM, answer(is_rapid=True))

    assert (taken.skill, taken.item) == (SkillState(NEW, rapid=1), ItemState(ITEM.estimate, rapid=1))


@pytest.mark.parametrize("fact", [{"by_guest": True}, {"is_first": False}])
def test_guests_and_later_attempts_move_the_skill_but_not_the_statement(fact):
    taken = step(SKILL, ITEM, answer(**fact))

    assert taken.skill == step(SKILL, ITEM, answer()).skill
    assert taken.item == ITEM


def test_clicks_of_guests_are_not_counted_against_the_statement():
    assert step(SKILL, ITEM, answer(is_rapid=True, by_guest=True)).item == ITEM


@pytest.mark.parametrize(
    ("is_right", "confidence", "share"), [(True, 1, 0.5), (True, 2, 1), (True, 3, 1), (False, 1, 1)]
)
def test_a_lucky_guess_counts_half_for_the_player(is_right, confidence, share):
    full = step(SKILL, ITEM, answer(is_right=is_right))

    taken = step(SKILL, ITEM, answer(is_right=is_right, confidence=confidence))

    assert taken.skill.estimate.mean == pytest.approx(share * full.skill.estimate.mean)
    assert taken.item == full.item


def test_a_skipped_statement_is_half_a_wrong_answer_and_tells_nothing_of_the_statement():
    wrong = step(SKILL, ITEM, answer(is_right=False))

    taken = step(SKILL, ITEM, answer(is_right=False, is_skip=True))

    assert taken.skill.estimate.mean == pytest.approx(wrong.skill.estimate.mean / 2)
    assert taken.item == ITEM


@pytest.mark.parametrize("is_right", [True, False])
def test_an_answer_with_a_hint_moves_nothing_but_is_an_answer(is_right):
    taken = step(SKILL, ITEM, answer(is_right=is_right, is_hinted=True))

    assert taken.skill.estimate.mean == 0
    assert taken.skill.estimate.variance == NEW.variance
    assert (taken.skill.answers, taken.item) == (1, ITEM)


def test_the_pace_is_the_usual_time_of_the_answers():
    first = step(SKILL, ITEM, answer(response_ms=2000))
    second = step(first.skill, first.item, answer(response_ms=8000, at=MONDAY, is_first=False))

    assert exp(first.skill.pace) == pytest.approx(2000)
    assert exp(second.skill.pace) == pytest.approx(4000)


@pytest.mark.parametrize(
    ("later", "days"),
    [(timedelta(hours=1), 1), (timedelta(hours=13), 2), (timedelta(days=9), 2), (timedelta(hours=-20), 1)],
)
def test_days_with_answers_are_counted_once(later, days):
    first = step(SKILL, ITEM, answer())

    second = step(first.skill, first.item, answer(at=MONDAY + later, is_first=False))

    assert second.skill.days == days
    assert second.skill.last_at == max(MONDAY, MONDAY + later)


def test_an_answer_after_a_pause_moves_the_skill_more():
    settled = SkillState(Estimate(1.0, 0.2), answers=50, days=9, last_at=MONDAY)

    soon, late = (
        step(settled, ITEM, answer(at=MONDAY + timedelta(days=days), is_right=False)) for days in (0, 60)
    )

    assert late.skill.estimate.mean < soon.skill.estimate.mean
