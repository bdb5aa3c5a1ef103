from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.rules.mastery import Band, Standing, band_of, counts_as_of, high_of, mastery, needs_refresh

POOLS = st.lists(st.tuples(st.floats(-3, 3), st.integers(1, 50)), max_size=5)


def band(share, *, low=None, answers=60, days=7, error=0.5, remembered=None):
    low = share - 0.1 if low is None else low
    return band_of(Standing(share, low, error**2, answers, days, remembered))


def test_mastery_is_the_share_of_the_statements_that_is_known():
    found = mastery(mean=1.0, variance=0.25, pool=[(0.0, 3), (2.0, 1)])

    assert found.share == pytest.approx((3 * 0.7311 + 0.2689) / 4, abs=0.0001)
    assert found.low == pytest.approx((3 * 0.6225 + 0.1824) / 4, abs=0.0001)


def test_a_topic_without_statements_is_taken_for_one_of_middle_difficulty():
    assert mastery(mean=0.0, variance=0.0, pool=[]).share == 0.5


@given(mean=st.floats(-4, 4), variance=st.floats(0.01, 1.44), pool=POOLS)
def test_the_low_estimate_is_below_and_the_high_one_above(mean, variance, pool):
    found = mastery(mean=mean, variance=variance, pool=pool)

    assert 0 <= found.low <= found.share <= high_of(found.share, found.low) <= 1


def test_the_error_is_as_large_on_both_sides():
    assert high_of(0.5, 0.3) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("share", "name"),
    [
        (0.0, "novice"), (0.39, "novice"), (0.40, "familiar"), (0.69, "familiar"), (0.70, "proficient"),
        (0.89, "proficient"), (0.90, "master"), (1.0, "master"),
    ],
)  # fmt: skip
def test_bands_begin_at_their_share(share, name):
    assert band(share) == name


@pytest.mark.parametrize(("answers", "name"), [(0, None), (5, None), (6, "familiar")])
def test_nobody_is_named_after_five_answers(answers, name):
    assert band(0.95, answers=answers) == name


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"answers": 29}, Band.FAMILIAR), ({"answers": 30}, Band.PROFICIENT),
        ({"error": 0.61}, Band.FAMILIAR), ({"error": 0.60}, Band.PROFICIENT),
        ({"low": 0.39}, Band.FAMILIAR), ({"low": 0.40}, Band.PROFICIENT), ({"days": 1}, Band.PROFICIENT),
    ],
)  # fmt: skip
def test_proficient_takes_answers_and_certainty(change, name):
    assert band(0.8, **change) == name


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"answers": 59}, Band.PROFICIENT), ({"answers": 60}, Band.MASTER), ({"days": 6}, Band.PROFICIENT),
        ({"low": 0.69}, Band.PROFICIENT), ({"low": 0.70}, Band.MASTER), ({"error": 0.7}, Band.FAMILIAR),
        ({"low": 0.3}, Band.FAMILIAR),
    ],
)  # fmt: skip
def test_mastery_takes_more_answers_on_several_days(change, name):
    assert band(0.95, **change) == name


@pytest.mark.parametrize(("days", "expected"), [(0, False), (29.9, False), (30, True), (400, True)])
def test_a_topic_needs_a_refresh_after_a_month(days, expected):
    assert needs_refresh(days=days) is expected


@pytest.mark.parametrize(("remembered", "expected"), [(0.85, False), (0.84, True)])
def test_what_is_remembered_of_due_facts_says_more_than_days(remembered, expected):
    assert needs_refresh(days=1, remembered=remembered) is expected
    assert needs_refresh(days=400, remembered=remembered) is expected


@pytest.mark.parametrize(("remembered", "name"), [
    (None, Band.MASTER), (0.85, Band.MASTER), (0.84, Band.PROFICIENT),
])  # fmt: skip
def test_a_master_remembers_what_is_due(remembered, name):
    assert band(0.95, remembered=remembered) == name


def test_nothing_forgotten_takes_a_band_away_before_sixty_days():
    last = datetime(2026, 1, 1, tzinfo=UTC)

    assert counts_as_of(last=last, now=last + timedelta(days=59)) == last
    assert counts_as_of(last=last, now=last + timedelta(days=60)) == last + timedelta(days=60)
