import pytest
from django.db import connection, transaction

from padawanforge.kit.hasty import hasty
from players.models import Player
from tests.durability import GOES_ON, WAITS, as_in_a_server, patience
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _as_in_a_server():
    with as_in_a_server():
        yield


def test_only_what_is_stored_in_haste_does_not_wait_for_the_disk():
    with hasty():
        during = patience()
        PlayerFactory(username="vega")

    assert during == GOES_ON[connection.vendor]
    assert patience() == WAITS[connection.vendor]
    assert Player.objects.filter(username="vega").exists()


def test_what_fails_is_undone_and_the_next_commit_waits_again():
    @hasty()
    def fail():
        PlayerFactory(username="vega")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert not Player.objects.filter(username="vega").exists()
    assert patience() == WAITS[connection.vendor]


def test_what_waits_for_the_commit_is_stored_as_ever():
    after = []

    with hasty():
        PlayerFactory()
        transaction.on_commit(lambda: after.append(patience()))

    assert after == [WAITS[connection.vendor]]


def test_inside_another_transaction_it_lasts_as_that_one_does():
    with transaction.atomic():
        with hasty():
            during = patience()
        PlayerFactory(username="vega")

    assert during == WAITS[connection.vendor]
