"""The pages on which players go, and the only one that is left to them then."""

import pytest

from players.models import AccountDeletion
from tests.factories.players import PlayerFactory, SystemAdminFactory
from tests.factories.tokens import ApiTokenFactory, bearer
from tests.players.leaving import LEAVING, ask

pytestmark = pytest.mark.django_db
DELETE = "/settings/data/delete/"
PASSWORD = "correct horse battery"


def reauthenticated(client, player):
    client.force_login(player)
    client.post(f"/accounts/reauthenticate/?next={DELETE}", {"password": PASSWORD})
    return client


def test_the_page_wants_the_password_first(signed_in):
    assert signed_in(PlayerFactory()).get(DELETE).url.startswith("/accounts/reauthenticate/")


def test_the_page_says_what_goes_and_what_stays(client):
    page = reauthenticated(client, PlayerFactory()).get(DELETE).content.decode()

    assert "What goes" in page
    assert "What stays, without your name" in page


@pytest.mark.parametrize("word", ["", "yes", "del"])
def test_the_word_has_to_be_typed(client, word):
    player = PlayerFactory()

    response = reauthenticated(client, player).post(DELETE, {"word": word})

    assert response.status_code == 422
    assert AccountDeletion.objects.count() == 0


def test_the_last_admin_reads_why_not(client):
    response = reauthenticated(client, SystemAdminFactory()).post(DELETE, {"word": "delete"})

    assert response.status_code == 422
    assert "last system admin" in response.content.decode()


def test_from_then_on_there_is_one_page_only(client):
    player = PlayerFactory(username="ada")
    reauthenticated(client, player)

    response = client.post(DELETE, {"word": " Delete "})

    ways = ["/home/", "/rooms/", "/settings/", "/settings/data/", "/characters/", "/admin/"]
    assert response.url == LEAVING
    assert {client.get(way).url for way in ways} == {LEAVING}
    assert client.get(LEAVING).status_code == 200
    assert client.get("/api/v1/rooms").status_code == 403
    assert client.get("/rooms/", headers={"hx-request": "true"})["HX-Redirect"] == LEAVING


def test_the_account_can_be_kept_there(client):
    player = PlayerFactory()
    reauthenticated(client, player).post(DELETE, {"word": "delete"})

    response = client.post("/leaving/keep/")

    assert response.url == "/home/"
    assert client.get("/settings/data/").status_code == 200


def test_who_stays_has_no_business_there(signed_in):
    assert signed_in(PlayerFactory()).get(LEAVING).url == "/settings/data/"


def test_others_find_nobody_meanwhile(signed_in):
    player = PlayerFactory(username="ada")
    client = signed_in(PlayerFactory())
    before = client.get("/players/ada/").status_code

    ask(player)

    assert (before, client.get("/players/ada/").status_code) == (200, 404)


def test_programs_are_shut_out_with_their_player(client):
    token = ApiTokenFactory(secret="pf_" + "x" * 43)
    before = client.get("/api/v1/rooms", **bearer("pf_" + "x" * 43)).status_code

    ask(token.player)

    assert (before, client.get("/api/v1/rooms", **bearer("pf_" + "x" * 43)).status_code) == (200, 401)
