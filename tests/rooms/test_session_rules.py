from datetime import UTC, datetime, timedelta

import pytest

from rooms import modes
from rooms.rules.csvs import cell
from rooms.rules.points import brier, confidence_points, speed_points, speed_share, total
from rooms.rules.times import UNTIMED, UNTIMED_SECONDS, credit, deadline, known_factor

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("elapsed", "share"), [(-1, 1.0), (0, 1.0), (10, 1.0), (15, 0.5), (19, 0.1), (20, 0.0), (30, 0.0)]
)
def test_reading_carefully_in_the_first_half_costs_nothing(elapsed, share):
    assert speed_share(elapsed=elapsed, allowed=20) == pytest.approx(share)


def test_without_time_nobody_is_fast():
    assert speed_share(elapsed=0, allowed=0) == 0


@pytest.mark.parametrize(("mark", "right", "wrong"), [(None, 1, 0), (1, 1, 0), (2, 2, -2), (3, 3, -6)])
def test_points_by_confidence(mark, right, wrong):
    def points(is_correct):
        return confidence_points(is_correct=is_correct, confidence=mark, speed=1.0, streak=9)

    assert (points(True), points(False)) == (right, wrong)


@pytest.mark.parametrize(("low", "high", "chance"), [(1, 2, 2 / 3), (2, 3, 0.8)])
def test_a_higher_mark_pays_from_the_documented_chance_on(low, high, chance):
    def expected(mark, p):
        right, wrong = (
            confidence_points(is_correct=is_correct, confidence=mark, speed=0, streak=0)
            for is_correct in (True, False)
        )
        return p * right + (1 - p) * wrong

    assert expected(low, chance) == pytest.approx(expected(high, chance))
    assert expected(low, chance - 0.01) > expected(high, chance - 0.01)
    assert expected(low, chance + 0.01) < expected(high, chance + 0.01)


@pytest.mark.parametrize(
    ("is_correct", "speed", "points"),
    [(True, 1.0, 1000), (True, 0.5, 900), (True, 0.0, 800), (False, 1.0, 0)],
)
def test_points_by_speed(is_correct, speed, points):
    assert speed_points(is_correct=is_correct, confidence=None, speed=speed, streak=0) == points


def test_a_coin_that_is_thrown_at_once_earns_less_than_somebody_careful_at_half_time():
    coin = 0.5 * speed_points(is_correct=True, confidence=None, speed=1.0, streak=0)
    careful = 0.8 * speed_points(
        is_correct=True, confidence=None, speed=speed_share(elapsed=10, allowed=20), streak=0
    )

    assert (coin, careful) == (500, 800)


def test_nobody_has_less_than_nothing():
    assert (total(-7), total(0), total(4)) == (0, 0, 4)


@pytest.mark.parametrize(
    ("mark", "right", "wrong"),
    [(None, 0.25, 0.25), (1, 0.25, 0.25), (2, 0.0625, 0.5625), (3, 0.0025, 0.9025)],
)
def test_brier_is_smaller_for_who_judges_himself_well(mark, right, wrong):
    assert brier(is_correct=True, confidence=mark) == pytest.approx(right)
    assert brier(is_correct=False, confidence=mark) == pytest.approx(wrong)


@pytest.mark.parametrize(
    ("factor", "rtt", "seconds"),
    [
        (1.0, 0, 20),
        (1.25, 0, 25),
        (1.5, 0, 30),
        (2.0, 0, 40),
        (3.0, 0, 60),
        (2.0, 300, 40.15),
        (1.0, 9000, 20.25),
    ],
)
def test_the_own_time_and_half_of_the_way(factor, rtt, seconds):
    until = deadline(opened_at=NOON, seconds=20, factor=factor, rtt_ms=rtt)

    assert until == NOON + timedelta(seconds=seconds)


def test_without_a_clock_is_not_without_an_end():
    until = deadline(opened_at=NOON, seconds=20, factor=UNTIMED, rtt_ms=0)

    assert until == NOON + timedelta(seconds=UNTIMED_SECONDS)


@pytest.mark.parametrize(("rtt", "ms"), [(0, 0), (100, 50), (500, 250), (501, 250), (60_000, 250)])
def test_the_credit_is_half_of_the_round_trip_and_a_quarter_of_a_second_at_most(rtt, ms):
    assert credit(rtt) == timedelta(milliseconds=ms)


@pytest.mark.parametrize(
    ("value", "factor"), [(2, 2.0), (1.25, 1.25), (0, 0.0), (7, 1.0), ("2", 1.0), (True, 1.0), (None, 1.0)]
)
def test_an_unknown_factor_is_the_usual_time(value, factor):
    assert known_factor(value) == factor


@pytest.mark.parametrize("text", ["=1+1", "+49", "-1", "@x", "\t=1", "\r=1", "  =1", "\uff1d1"])
def test_a_cell_that_a_spreadsheet_would_compute_is_made_harmless(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "text"), [("Ada", "Ada"), ("", ""), (3, 3), (-3, -3), (None, ""), (True, "yes"), (False, "no")]
)
def test_other_cells_stay_as_they_are(value, text):
    assert cell(value) == text


def test_the_usual_ways_to_play():
    quiz, speed = modes.get("quiz"), modes.get("speed")

    assert quiz.score(is_correct=True, confidence=3, speed=0, streak=0) == 3
    assert speed.score(is_correct=True, confidence=3, speed=0, streak=0) == 800
    assert [mode.slug for mode in modes.all_of("training")] == ["quiz"]
    assert (quiz.is_timed, speed.is_timed) == (False, True)


def test_a_mode_is_registered_once_and_for_known_kinds():
    with pytest.raises(ValueError, match="'quiz' is already registered"):
        modes.register(modes.Mode(slug="quiz", label="Another", score=confidence_points))
    with pytest.raises(ValueError, match=r"no kinds \['raid'\]"):
        modes.register(
            modes.Mode(slug="raid", label="Raid", score=confidence_points, kinds=frozenset({"raid"}))
        )
    assert not modes.is_known("raid")


def test_a_session_whose_mode_is_gone_can_still_be_read():
    assert modes.get("gone") is modes.get("quiz")
