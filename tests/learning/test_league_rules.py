from collections import Counter

import pytest

from learning.rules.leagues import Score, best_third, cohorts, expected, glimpse, marks_of, points_of


def sizes(people, seed="2026-03-02"):
    return [len(group) for group in cohorts({pk: pk % 7 for pk in range(people)}, seed=seed)]


@pytest.mark.parametrize(
    ("people", "groups"),
    [
        (0, []),
        (1, [1]),
        (11, [11]),
        (12, [12]),
        (20, [20]),
        # Nobody can make groups of 12 to 20 out of these; they stay together.
        (21, [21]),
        (23, [23]),
        (24, [12, 12]),
        (39, [19, 20]),
        (41, [13, 14, 14]),
        (100, [20, 20, 20, 20, 20]),
    ],
)
def test_groups_are_as_large_as_promised(people, groups):
    assert sizes(people) == groups


def test_from_24_on_every_group_has_12_to_20():
    assert {size for people in range(24, 400) for size in sizes(people)} <= set(range(12, 21))


def test_everybody_is_in_one_group_with_people_who_are_as_active():
    activity = {pk: pk * 10 for pk in range(60)}

    groups = cohorts(activity, seed="a")

    assert Counter(pk for group in groups for pk in group) == Counter(range(60))
    assert [sorted(group) for group in groups] == [list(range(40, 60)), list(range(20, 40)), list(range(20))]


def test_chance_decides_between_equals_and_the_seed_decides_chance():
    activity = dict.fromkeys(range(40), 5)
    turned = dict.fromkeys(reversed(range(40)), 5)

    assert cohorts(activity, seed="a") == cohorts(turned, seed="a") != cohorts(activity, seed="b")


def test_a_week_is_worth_what_became_known_what_was_due_and_honest_marks():
    assert points_of(risen=[0.1, 0.25], reviews=7, sessions=[8]) == 35 + 7 + 4


def test_nothing_takes_points_away():
    assert points_of(risen=[0.1, -0.4], reviews=0, sessions=[6, -20]) == 10 + 3


def test_marks_count_as_in_a_session():
    assert (
        marks_of([(1, True, 2), (2, True, 3), (2, False, 1), (3, True, 1), (3, False, 1)])
        == 2 + 6 - 2 + 3 - 6
    )


def test_the_goal_is_what_everybody_usually_does_and_newcomers_bring_what_is_usual_there():
    assert expected({1: 30, 2: 50, 3: None}) == {1: 30, 2: 50, 3: 40}


def test_without_any_week_behind_them_everybody_brings_the_same_and_nobody_brings_nothing():
    assert expected({1: None, 2: None}) == {1: 20, 2: 20}
    assert expected({1: 0, 2: 60}) == {1: 10, 2: 60}


def scores(*points, usual=None):
    return [Score(pk, value, usual) for pk, value in enumerate(points, start=1)]


def ids(found):
    return [score.player_id for score in found]


def test_the_first_three_and_two_on_either_side_are_seen():
    found = glimpse(scores(*range(100, 85, -1)), own=9)

    assert (ids(found.top), ids(found.around)) == ([1, 2, 3], [7, 8, 9, 10, 11])


@pytest.mark.parametrize(("own", "around"), [(1, []), (3, [4, 5]), (4, [4, 5, 6]), (15, [13, 14, 15])])
def test_neighbours_never_repeat_the_first_three(own, around):
    assert ids(glimpse(scores(*range(100, 85, -1)), own=own).around) == around


@pytest.mark.parametrize("own", range(1, 13))
def test_of_a_whole_group_somebody_always_stays_unseen(own):
    found = glimpse(scores(*range(100, 88, -1)), own=own)

    assert len({*ids(found.top), *ids(found.around), *ids(found.movers)}) <= 8


def test_equal_points_share_a_place():
    assert glimpse(scores(5, 9, 9, 9, 1), own=1).places == {2: 1, 3: 1, 4: 1, 1: 4, 5: 5}


def test_three_rose_most_against_their_own_weeks_and_first_weeks_are_compared_with_nothing():
    found = glimpse(
        [
            Score(1, 50, 60),
            Score(2, 40, 10),
            Score(3, 30, 25),
            Score(4, 90, None),
            Score(5, 20, 0),
            Score(6, 9, 8),
        ],
        own=1,
    )

    assert [(score.player_id, score.gain) for score in found.movers] == [(2, 30), (5, 20), (3, 5)]


def test_the_best_third_gets_the_mark_with_all_who_have_as_much_as_its_last():
    assert best_third({1: 9, 2: 7, 3: 7, 4: 1, 5: 0, 6: 0}) == {1, 2, 3}


def test_nobody_gets_the_mark_for_nothing():
    assert best_third({1: 0, 2: 0}) == best_third({}) == set()
