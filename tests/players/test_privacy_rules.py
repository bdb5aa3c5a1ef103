"""Who sees which field, as a rule: closer is more, stricter is less."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from players.rules.privacy import (
    CHOOSABLE,
    CLOSE,
    FOR_GUESTS,
    PROFILE,
    SECRET,
    Field,
    Relation,
    visible_fields,
)
from tests.players.situations import AUDIENCES, LEVELS, situations

# Each opens at least what the one before opens.
OPENING = [
    Relation.BLOCKED,
    Relation.ANONYMOUS,
    Relation.GUEST,
    Relation.PLAYER,
    Relation.FRIEND,
    Relation.SELF,
]


@given(situations)
def test_whoever_is_closer_sees_at_least_as_much(situation):
    seen = [visible_fields(relation, **situation) for relation in OPENING]

    assert [less <= more for less, more in pairwise(seen)] == [True] * 5


@given(situations, st.sampled_from(list(Relation)))
def test_a_higher_level_never_shows_more(situation, relation):
    minimal, normal, maximum = (visible_fields(relation, **{**situation, "level": level}) for level in LEVELS)

    assert maximum <= normal <= minimal


@given(situations, st.sampled_from(list(Relation)))
def test_opening_the_profile_never_shows_less(situation, relation):
    private, friends, public = (
        visible_fields(relation, **{**situation, "visibility": visibility})
        for visibility in ("private", "friends", "public")
    )

    assert private <= friends <= public


@given(situations, st.sampled_from(list(Relation)), st.sampled_from(sorted(CHOOSABLE)))
def test_opening_a_field_shows_that_field_and_no_other(situation, relation, field):
    shown = [
        visible_fields(relation, **{**situation, "choices": {**situation["choices"], field: audience}})
        for audience in AUDIENCES
    ]

    assert shown[0] <= shown[1] <= shown[2]
    assert shown[2] - shown[0] <= {field}


@given(situations, st.sampled_from(list(Relation)))
def test_a_minor_never_shows_more_than_a_grown_up(situation, relation):
    young, grown_up = (
        visible_fields(relation, **{**situation, "is_minor": minor}) for minor in (True, False)
    )

    assert young <= grown_up


@given(situations)
def test_secrets_are_for_the_player_and_those_who_answer_for_accounts(situation):
    others = set(Relation) - {Relation.SELF, Relation.SYSTEM_ADMIN}

    assert [visible_fields(relation, **situation) & SECRET for relation in sorted(others)] == [
        frozenset()
    ] * 6


@given(situations)
def test_strangers_see_nothing_of_the_young_and_of_the_very_private(situation):
    shut = [{**situation, "is_minor": True}, {**situation, "level": "maximum"}]

    assert [visible_fields(Relation.PLAYER, **one) for one in shut] == [frozenset()] * 2
    assert not any(
        visible_fields(relation, **one) & {Field.BOARDS, Field.SEARCH}
        for one in shut
        for relation in (Relation.GUEST, Relation.PLAYER, Relation.FRIEND)
    )


def test_the_documented_cases():
    usual = {"visibility": "public", "level": "normal", "choices": {}, "is_minor": False}

    assert visible_fields(Relation.PLAYER, **usual) == PROFILE - CLOSE
    assert visible_fields(Relation.FRIEND, **usual) == PROFILE
    assert visible_fields(Relation.GUEST, **usual) == FOR_GUESTS
    assert visible_fields(Relation.PLAYER, **{**usual, "level": "minimal"}) == PROFILE
    assert visible_fields(Relation.FRIEND, **{**usual, "visibility": "private"}) == frozenset()
    assert visible_fields(Relation.GAME_MASTER, **{**usual, "visibility": "private"}) == PROFILE
    assert visible_fields(Relation.SYSTEM_ADMIN, **{**usual, "visibility": "private"}) == frozenset(Field)
