"""What two people do to each other at the same moment, each with a database connection of his own."""

from datetime import UTC, datetime
from functools import partial

import pytest

from players.actions.relationships import accept, ask_friend, block, cancel, decline, follow, unfriend
from tests.factories.players import PlayerFactory
from tests.factories.relationships import befriend, rows
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FRIENDS = [("ada", "friend", "bo"), ("bo", "friend", "ada")]


@pytest.fixture
def ada():
    return PlayerFactory(username="ada")


@pytest.fixture
def bo():
    return PlayerFactory(username="bo")


def tried(*steps):
    """Take the steps (verb, arguments) in the same moment; whether each was done or refused."""
    results = at_once(*(partial(verb, **arguments) for verb, arguments in steps))
    return [not isinstance(result, type) for result in results]


@pytest.mark.parametrize("_", range(3))
def test_two_who_ask_each_other_at_once_are_friends_and_nothing_is_left_over(ada, bo, _):
    done = tried(
        (ask_friend, {"player": ada, "other": bo, "now": NOW}),
        (ask_friend, {"player": bo, "other": ada, "now": NOW}),
    )

    assert (done, rows()) == ([True, True], FRIENDS)


def test_one_request_from_many_tabs_is_one_request(ada, bo):
    done = tried(*[(ask_friend, {"player": ada, "other": bo, "now": NOW})] * 6)

    assert (done, rows()) == ([True] * 6, [("ada", "friend_request", "bo")])


def test_one_yes_from_many_tabs_is_one_friendship(ada, bo):
    ask_friend(player=ada, other=bo, now=NOW)

    done = tried(*[(accept, {"player": bo, "other": ada})] * 6)

    assert (done, rows()) == ([True] * 6, FRIENDS)


@pytest.mark.parametrize("_", range(3))
def test_whoever_is_first_a_block_outlives_an_acceptance(ada, bo, _):
    ask_friend(player=ada, other=bo, now=NOW)

    tried((accept, {"player": bo, "other": ada}), (block, {"player": ada, "other": bo}))

    assert rows() == [("ada", "blocked", "bo")]


def test_a_block_outlives_a_follow_and_a_request(ada, bo):
    tried(
        (follow, {"player": bo, "other": ada}),
        (ask_friend, {"player": bo, "other": ada, "now": NOW}),
        (block, {"player": ada, "other": bo}),
        (block, {"player": bo, "other": ada}),
    )

    assert rows() == [("ada", "blocked", "bo"), ("bo", "blocked", "ada")]


@pytest.mark.parametrize("ending", [decline, cancel])
def test_a_request_is_either_accepted_or_gone(ada, bo, ending):
    ask_friend(player=ada, other=bo, now=NOW)
    ender, other = (bo, ada) if ending is decline else (ada, bo)

    done = tried((accept, {"player": bo, "other": ada}), (ending, {"player": ender, "other": other}))

    assert rows() == (FRIENDS if done[0] else [])


def test_a_friendship_that_both_end_is_over(ada, bo):
    befriend(ada, bo)

    tried((unfriend, {"player": ada, "other": bo}), (unfriend, {"player": bo, "other": ada}))

    assert rows() == []
