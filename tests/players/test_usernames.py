from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from players.actions.usernames import UsernameRefused, change_username
from players.models import Player, UsernameReservation
from players.queries.usernames import is_taken
from tests.factories.players import GuestFactory, PlayerFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def rename(player, username, *, days=0):
    change_username(player=player, username=username, now=NOW + timedelta(days=days))


def name_of(player):
    return Player.objects.get(pk=player.pk).username


def test_a_username_is_changed_and_the_address_with_it(signed_in):
    player = PlayerFactory(username="ada")

    rename(player, " Lovelace ")

    assert (name_of(player), player.username) == ("lovelace", "lovelace")
    client = signed_in(player)
    assert [client.get(f"/players/{name}/").status_code for name in ("ada", "lovelace")] == [404, 200]


def test_it_changes_once_in_thirty_days():
    player = PlayerFactory()
    rename(player, "lovelace")

    with pytest.raises(UsernameRefused, match="Yours can from 31 March 2026"):
        rename(player, "babbage", days=29)
    rename(player, "babbage", days=30)

    assert name_of(player) == "babbage"


def test_the_same_name_again_is_no_change():
    player = PlayerFactory(username="ada")

    rename(player, "ada")

    assert Player.objects.get().username_changed_at is None
    assert UsernameReservation.objects.count() == 0


def test_nobody_takes_on_the_name_that_somebody_gave_up():
    ada, other = PlayerFactory(username="ada"), PlayerFactory()
    rename(ada, "lovelace")

    with pytest.raises(UsernameRefused):
        rename(other, "ada", days=89)
    rename(other, "ada", days=90)

    assert name_of(other) == "ada"


def test_who_gave_it_up_may_have_it_back():
    ada = PlayerFactory(username="ada")
    rename(ada, "lovelace")

    rename(ada, "ada", days=40)

    assert name_of(ada) == "ada"
    assert is_taken("lovelace", now=NOW + timedelta(days=41))


def test_the_name_that_was_given_up_is_kept_as_a_hash_only():
    # Letters that no hash is written with.
    rename(PlayerFactory(username="lovelock"), "ada")

    row = UsernameReservation.objects.values().get()

    assert "lovelock" not in str(row)


@pytest.mark.parametrize("username", ["ada", "ADA", "ad-a", "admin", "x", "-ada", "a b", "ада", "x" * 31])
def test_what_is_taken_reserved_or_no_username_is_refused(username):
    PlayerFactory(username="ada")
    player = PlayerFactory(username="babbage")

    with pytest.raises(UsernameRefused):
        rename(player, username)

    assert name_of(player) == "babbage"


def test_a_name_that_looks_like_another_is_refused():
    PlayerFactory(username="lovelace")

    with pytest.raises(UsernameRefused, match="looks like it"):
        rename(PlayerFactory(), "l0velace")


def test_guests_get_a_username_with_the_sign_up():
    with pytest.raises(UsernameRefused):
        rename(GuestFactory(), "lovelace")


@pytest.mark.parametrize(("username", "free"), [("ada", False), ("ad-a", False), ("babbage", True)])
def test_signing_up_finds_names_taken_that_were_lately_given_up(client, username, free):
    change_username(player=PlayerFactory(username="ada"), username="lovelace", now=datetime.now(UTC))
    PlayerFactory(username="ada-2")
    form = {"email": "new@example.org", "username": username, "password1": "difference engine 9"}

    client.post("/accounts/signup/", form)

    assert Player.objects.filter(email="new@example.org").exists() == (free or username == "ad-a")


@pytest.mark.django_db(transaction=True)
def test_of_those_who_want_a_name_at_once_one_gets_it():
    players = PlayerFactory.create_batch(4)

    def want(player):
        try:
            rename(player, "lovelace")
        except UsernameRefused:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(want, players))

    assert sorted(got) == [False, False, False, True]


def test_the_page_changes_the_username(signed_in):
    player = PlayerFactory(username="ada")

    response = signed_in(player).post("/settings/username/", {"username": "lovelace"})

    assert (response.url, name_of(player)) == ("/settings/", "lovelace")


def test_the_page_says_why_it_can_not(signed_in):
    PlayerFactory(username="lovelace")

    response = signed_in(PlayerFactory(username="ada")).post("/settings/username/", {"username": "lovelace"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Somebody has this name already" in page
    assert 'value="lovelace"' in page


def test_guests_have_no_such_page(signed_in):
    assert signed_in(GuestFactory()).post("/settings/username/", {"username": "ada"}).status_code == 403
