import pytest

from learning.rules.calibration import brier, calibration, wilson


def test_marks_are_compared_with_outcomes():
    found = calibration([(3, True)] * 8 + [(3, False)] * 2 + [(1, True)])

    sure, guess = found.marks[2], found.marks[0]
    assert (sure.answers, sure.right, sure.share, sure.claimed) == (10, 8, 0.8, 0.95)
    assert sure.low < 0.8 < sure.high
    assert (guess.answers, guess.is_enough, sure.is_enough) == (1, False, True)


def test_the_brier_score_is_the_mean_square_of_what_was_off():
    assert brier([(3, True)]) == pytest.approx(0.0025)
    assert brier([(1, True), (1, False)]) == pytest.approx(0.25)
    assert brier([(3, False)]) == pytest.approx(0.9025)


@pytest.mark.parametrize(("pairs", "verdict"), [
    ([(3, True)] * 9, "unknown"),
    ([(3, True)] * 12 + [(3, False)] * 8, "too sure"),
    ([(1, True)] * 15 + [(1, False)] * 2, "too modest"),
    ([(3, True)] * 19 + [(3, False)], "fitting"),
    ([(1, True)] * 18 + [(1, False)] * 2 + [(3, True)] * 10 + [(3, False)] * 10, "mixed"),
    ([], "unknown"),
])  # fmt: skip
def test_the_verdict_names_the_lean(pairs, verdict):
    assert calibration(pairs).verdict == verdict


def test_the_range_of_a_share_narrows_with_answers():
    few, many = wilson(3, 4), wilson(300, 400)

    assert few[0] < many[0] < 0.75 < many[1] < few[1]
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 50)[0] == 0
