"""Who answers what is meant for nobody: the modes of a room."""

import itertools
from collections import Counter
from random import Random

import pytest

from rooms.rules.roles import rights_of, roles_with
from rooms.rules.turns import Candidate, Choice, choose

A, B, C = Candidate(1), Candidate(2), Candidate(3)


def chosen(mode, *candidates, last=None, seed=0, most=2):
    return choose(mode, candidates, last=last, chance=Random(seed), most=most)


@pytest.mark.parametrize("mode", ["mention_only", "manual", "director", "nonsense"])
def test_modes_in_which_nobody_speaks_by_himself(mode):
    assert chosen(mode, A, B) == Choice()


@pytest.mark.parametrize("mode", ["natural", "round", "pooled"])
def test_where_nobody_is_nobody_speaks(mode):
    assert chosen(mode) == Choice()


def test_naturally_the_talkative_always_answer_and_the_silent_never():
    eager, silent = Candidate(1, talkativeness=1.0), Candidate(2, talkativeness=0.0)

    assert {chosen("natural", eager, silent, seed=seed) for seed in range(200)} == {Choice((1,))}


def test_naturally_at_most_two_answer():
    everybody = [Candidate(pk, talkativeness=1.0) for pk in range(5)]

    assert {len(chosen("natural", *everybody, seed=seed).speakers) for seed in range(50)} == {2}


def test_half_as_talkative_answers_about_half_of_the_time():
    answered = sum(
        bool(chosen("natural", Candidate(1, talkativeness=0.5), seed=n).speakers) for n in range(1000)
    )

    assert 430 < answered < 570


def test_in_turn_the_next_of_the_order_speaks():
    assert [chosen("round", A, B, C, last=last).speakers for last in (None, 1, 2, 3, 77)] == [
        (1,), (2,), (3,), (1,), (1,)
    ]  # fmt: skip


def test_by_lot_everybody_has_a_turn_before_anybody_has_two():
    had: set[int] = set()
    order, last = [], None
    for seed in range(9):
        candidates = [Candidate(pk, has_had_turn=pk in had) for pk in (1, 2, 3)]
        choice = chosen("pooled", *candidates, last=last, seed=seed)
        if choice.begins_round:
            had.clear()
        (last,) = choice.speakers
        had.add(last)
        order.append(last)

    assert [set(order[n : n + 3]) for n in (0, 3, 6)] == [{1, 2, 3}] * 3
    assert all(one != other for one, other in itertools.pairwise(order))


def test_the_lot_is_fair():
    counts = Counter(chosen("pooled", A, B, C, seed=seed).speakers[0] for seed in range(900))

    assert min(counts.values()) > 230


def test_roles_have_their_rights():
    assert roles_with("speaks") == ["assistant", "tutor", "moderator"]
    assert roles_with("speaks_unasked") == ["assistant", "tutor"]
    assert roles_with("steps_in") == ["moderator"]
    assert rights_of("tutor").teaches
