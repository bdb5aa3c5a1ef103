import pytest
from django.db import connection, transaction

from padawanforge.kit.hasty import hasty
from players.models import Player
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db(transaction=True)
# What the databases call it when a commit waits for the disk, and when it doesn't.
WAITS = {"sqlite": 2, "postgresql": "on"}
GOES_ON = {"sqlite": 1, "postgresql": "off"}


def patience():
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous" if is_sqlite else "SHOW synchronous_commit")
        return cursor.fetchone()[0]


@pytest.fixture(autouse=True)
def as_in_a_server():
    """What tests store need not outlive them; a server's connection waits."""
    connection.ensure_connection()
    is_sqlite = connection.vendor == "sqlite"
    connection.connection.execute("PRAGMA synchronous=FULL" if is_sqlite else "SET synchronous_commit TO ON")
    yield
    connection.close()


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
