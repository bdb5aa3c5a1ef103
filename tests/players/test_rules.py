import pytest
from hypothesis import given
from hypothesis import strategies as st

from players.rules.levels import MAX_LEVEL, level_for, percent_of, xp_for_level
from players.rules.names import is_reserved


@pytest.mark.parametrize(
    ("xp", "level"), [(0, 1), (99, 1), (100, 2), (549, 4), (550, 5), (187_424, 119), (187_425, 120)]
)
def test_experience_makes_the_level(xp, level):
    assert level_for(xp) == level


def test_levels_end_at_the_highest():
    assert level_for(10_000_000) == MAX_LEVEL


def test_a_negative_total_is_the_first_level():
    assert level_for(-5) == 1


@given(st.integers(min_value=2, max_value=MAX_LEVEL))
def test_a_level_begins_exactly_at_its_experience(level):
    begin = xp_for_level(level)

    assert (level_for(begin - 1), level_for(begin)) == (level - 1, level)


@given(st.integers(min_value=0, max_value=xp_for_level(MAX_LEVEL) - 1))
def test_experience_lies_between_its_level_and_the_next(xp):
    level = level_for(xp)

    assert xp_for_level(level) <= xp < xp_for_level(level + 1)


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(0, 0, 0), (1, 3, 33), (2, 3, 66), (199, 200, 99), (4, 4, 100)]
)
def test_percent_is_rounded_down(part, whole, percent):
    assert percent_of(part, whole) == percent


@pytest.mark.parametrize(
    "name", ["settings", "admin", "system", "guest", "here", "room", "everybody", "Moderator"]
)
def test_names_that_mean_something_else_are_reserved(name):
    assert is_reserved(name)


def test_names_that_only_contain_a_reserved_word_are_free():
    assert not is_reserved("admiral")
