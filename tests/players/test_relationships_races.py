"""What two people do to each other at the same moment, each with a database connection of his own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection

from padawanforge.kit.errors import DomainError
from players.actions.relationships import accept, ask_friend, block, cancel, decline, follow, unfriend
from tests.factories.players import PlayerFactory
from tests.factories.relationships import befriend, rows

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FRIENDS = [("ada", "friend", "bo"), ("bo", "friend", "ada")]


@pytest.fixture
def ada():
    return PlayerFactory(username="ada")


@pytest.fixture
def bo():
    return PlayerFactory(username="bo")


def at_once(*steps):
    """Run the steps (verb, arguments) in threads; whether each was done or refused."""
    start = Barrier(len(steps))

    def run(step):
        verb, arguments = step
        try:
            start.wait(5)
            verb(**arguments)
        except DomainError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


@pytest.mark.parametrize("_", range(3))
def test_two_who_ask_each_other_at_once_are_friends_and_nothing_is_left_over(ada, bo, _):
    done = at_once(
        (ask_friend, {"player": ada, "other": bo, "now": NOW}),
        (ask_friend, {"player": bo, "other": ada, "now": NOW}),
    )

    assert (done, rows()) == ([True, True], FRIENDS)


def test_one_request_from_many_tabs_is_one_request(ada, bo):
    done = at_once(*[(ask_friend, {"player": ada, "other": bo, "now": NOW})] * 6)

    assert (done, rows()) == ([True] * 6, [("ada", "friend_request", "bo")])


def test_one_yes_from_many_tabs_is_one_friendship(ada, bo):
    ask_friend(player=ada, other=bo, now=NOW)

    done = at_once(*[(accept, {"player": bo, "other": ada})] * 6)

    assert (done, rows()) == ([True] * 6, FRIENDS)


@pytest.mark.parametrize("_", range(3))
def test_whoever_is_first_a_block_outlives_an_acceptance(ada, bo, _):
    ask_friend(player=ada, other=bo, now=NOW)

    at_once((accept, {"player": bo, "other": ada}), (block, {"player": ada, "other": bo}))

    assert rows() == [("ada", "blocked", "bo")]


def test_a_block_outlives_a_follow_and_a_request(ada, bo):
    at_once(
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

    done = at_once((accept, {"player": bo, "other": ada}), (ending, {"player": ender, "other": other}))

    assert rows() == (FRIENDS if done[0] else [])


def test_a_friendship_that_both_end_is_over(ada, bo):
    befriend(ada, bo)

    at_once((unfriend, {"player": ada, "other": bo}), (unfriend, {"player": bo, "other": ada}))

    assert rows() == []
