import pytest

from rooms import modes
from rooms.rules import points_for, speed_share


@pytest.mark.parametrize(
    ("elapsed", "share"), [(-1, 1.0), (0, 1.0), (10, 1.0), (15, 0.5), (19, 0.1), (20, 0.0), (30, 0.0)]
)
def test_reading_carefully_in_the_first_half_costs_nothing(elapsed, share):
    assert speed_share(elapsed=elapsed, allowed=20) == pytest.approx(share)


def test_without_time_nobody_is_fast():
    assert speed_share(elapsed=0, allowed=0) == 0


@pytest.mark.parametrize(
    ("is_correct", "speed", "streak", "points"),
    [
        (True, 0.0, 0, 100),
        (True, 1.0, 0, 150),
        (True, 0.5, 0, 125),
        (True, 0.0, 1, 110),
        (True, 0.0, 5, 150),
        (True, 0.0, 6, 150),
        (True, 1.0, 99, 200),
        (False, 1.0, 9, 0),
    ],
)
def test_a_fast_answer_in_a_run_of_good_ones_is_worth_most(is_correct, speed, streak, points):
    assert points_for(is_correct=is_correct, speed=speed, streak=streak) == points


def test_the_quiz_scores_by_these_points():
    assert modes.get("quiz").score(is_correct=True, speed=1.0, streak=0) == 150


def test_a_mode_is_registered_once():
    with pytest.raises(ValueError, match="'quiz' is already registered"):
        modes.register(modes.Mode(slug="quiz", label="Another", score=points_for))
