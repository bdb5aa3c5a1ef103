"""Equal sets, pairs and ties."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.rules.pairings import (
    Entrant,
    Result,
    decide,
    decide_knockout,
    first_bracket,
    next_bracket,
    places,
    stages_of_bracket,
    stages_of_swiss,
    swiss_pairs,
)
from rooms.rules.sets import TOLERANCE, Item, matched_sets, spread


def items(count, seed=1):
    rng = Random(seed)
    return [Item(pk, rng.gauss(0, 1), bool(pk % 2), f"fact-{pk}") for pk in range(count)]


@pytest.mark.parametrize("size", [2, 5, 10])
@pytest.mark.parametrize("seed", range(5))
def test_sets_are_equally_hard_and_have_the_same_keys(size, seed):
    sets = matched_sets(items(120, seed), sets=4, size=size, rng=Random(seed))

    assert [len(one) for one in sets] == [size] * 4
    assert spread(sets) <= TOLERANCE
    trues = {sum(item.key for item in one) for one in sets}
    assert len(trues) == 1
    assert abs(2 * trues.pop() - size) <= 1


def test_a_statement_and_a_fact_come_once_in_a_tournament():
    pool = [Item(pk, 0.0, bool(pk % 2), f"fact-{pk // 2}") for pk in range(40)]

    sets = matched_sets(pool, sets=4, size=4, rng=Random(1))

    facts = [item.fact for one in sets for item in one]
    assert len(facts) == len(set(facts)) == 16


def test_what_should_be_played_first_is_taken_first():
    pool = [Item(pk, 0.0, bool(pk % 2)) for pk in range(40)]

    sets = matched_sets(pool, sets=2, size=4, rng=Random(1))

    assert {item.pk for one in sets for item in one} == set(range(8))


def test_the_alike_are_taken_when_those_whose_turn_it_is_are_not():
    """Two very hard ones of each key can't be shared out among three sets."""
    pool = [Item(pk, 9.0, bool(pk % 2)) for pk in range(2)] + [
        Item(pk, 0.0, bool(pk % 2)) for pk in range(2, 20)
    ]

    sets = matched_sets(pool, sets=3, size=2, rng=Random(1))

    assert spread(sets) == 0
    assert all(item.beta == 0 for one in sets for item in one)


@pytest.mark.parametrize(
    "pool",
    [
        [],
        [Item(pk, 0.0, True) for pk in range(40)],
        [Item(pk, 0.0, bool(pk % 2)) for pk in range(7)],
        [Item(pk, 3.0**pk, bool(pk % 2)) for pk in range(8)],
    ],
    ids=["none", "all true", "too few", "too different"],
)
def test_without_equal_sets_there_are_none(pool):
    assert matched_sets(pool, sets=4, size=2, rng=Random(1)) == []


@pytest.mark.parametrize(
    ("players", "bracket", "swiss"),
    [(1, 1, 1), (2, 1, 1), (3, 2, 2), (4, 2, 2), (5, 3, 3), (16, 4, 4), (17, 5, 5)],
)
def test_how_many_rounds_it_takes(players, bracket, swiss):
    assert (stages_of_bracket(players), stages_of_swiss(players)) == (bracket, swiss)


def test_the_best_drawn_meet_last():
    assert first_bracket([1, 2, 3, 4, 5, 6, 7, 8]) == [(1, 8), (4, 5), (2, 7), (3, 6)]


@pytest.mark.parametrize("count", range(2, 34))
def test_everybody_is_in_the_first_round_once_and_byes_go_to_the_best_drawn(count):
    pairs = first_bracket(list(range(1, count + 1)))

    names = sorted(side for pair in pairs for side in pair if side is not None)
    byes = [one for one, other in pairs if other is None]
    assert names == list(range(1, count + 1))
    assert sorted(byes) == list(range(1, len(byes) + 1))
    assert 2 * len(pairs) == count + len(byes)


@pytest.mark.parametrize("count", range(2, 20))
def test_a_knock_out_leaves_one(count):
    pairs = first_bracket(list(range(1, count + 1)))
    rounds = 1
    while len(pairs) > 1:
        pairs = next_bracket([one for one, _ in pairs])
        rounds += 1

    assert rounds == stages_of_bracket(count)
    assert pairs[0][0] == 1


def test_who_has_nobody_beside_him_goes_on():
    assert next_bracket([None, 4, 5, None, None, None]) == [(4, None), (5, None), (None, None)]


@given(st.integers(2, 24), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_a_swiss_tournament_repeats_no_pair_and_gives_nobody_two_byes(count, seed):
    rng = Random(seed)
    scores, met, byes = dict.fromkeys(range(count), 0.0), {pk: set() for pk in range(count)}, set()

    for _ in range(stages_of_swiss(count)):
        pairs = swiss_pairs(
            [Entrant(pk, scores[pk], pk, frozenset(met[pk]), pk in byes) for pk in range(count)]
        )
        assert sorted(side for pair in pairs for side in pair if side is not None) == list(range(count))
        for one, other in pairs:
            if other is None:
                assert one not in byes
                byes.add(one)
                scores[one] += 1
                continue
            assert other not in met[one]
            met[one].add(other)
            met[other].add(one)
            scores[rng.choice((one, other))] += 1


def test_equals_meet():
    entrants = [Entrant(1, 2, 1), Entrant(2, 0, 2), Entrant(3, 2, 3), Entrant(4, 0, 4), Entrant(5, 0, 5)]

    assert swiss_pairs(entrants) == [(1, 3), (2, 4), (5, None)]


def test_when_all_have_met_neighbours_meet_again():
    everybody = frozenset({1, 2, 3, 4})
    entrants = [Entrant(pk, 0, pk, everybody - {pk}) for pk in sorted(everybody)]

    assert swiss_pairs(entrants) == [(1, 2), (3, 4)]


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (Result(5), Result(4, 0.01), (0, "points")),
        (Result(4, 0.3), Result(4, 0.2), (1, "brier")),
        (Result(4, 0.2, 1), Result(4, 0.2, 3), (0, "skips")),
        (Result(4, 0.2, 1), Result(4, 0.2, 1), (None, "shared")),
    ],
)
def test_ties_are_broken_by_judgement_then_by_passes_then_shared(first, second, outcome):
    found = decide(first, second)
    back = decide(second, first)

    assert (found.side, found.reason) == outcome
    assert back.reason == found.reason
    assert {found.side, back.side} == ({None} if outcome[0] is None else {0, 1})


@pytest.mark.parametrize(
    ("earlier", "is_final", "outcome"),
    [((3, 1), False, (0, "earlier")), ((1, 1), False, (1, "seed")), ((3, 1), True, (None, "shared"))],
)
def test_in_a_knock_out_somebody_goes_on_and_only_the_final_is_shared(earlier, is_final, outcome):
    found = decide_knockout(Result(2), Result(2), earlier=earlier, seeds=(7, 2), is_final=is_final)

    assert (found.side, found.reason) == outcome


def test_equals_share_a_place_and_the_next_one_is_left_out():
    assert places({"a": (-5,), "b": (-3,), "c": (-3,), "d": (0,)}) == {"a": 1, "b": 2, "c": 2, "d": 4}
