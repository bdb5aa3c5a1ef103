"""Settings, API tokens; and the console's list of them."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from players.models import ApiToken
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory, SystemAdminFactory
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db
LIST, NEW = "/settings/tokens/", "/settings/tokens/new/"
GIVEN = {"name": "Notebook", "scopes": ["profile:read"], "days": "30"}


@pytest.fixture
def ada(client):
    """Somebody who has just given the password again."""
    player = PlayerFactory(username="ada")
    client.force_login(player)
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})
    return player


def test_a_new_token_is_shown_once_and_works(client, ada):
    made = client.post(NEW, GIVEN)

    secret = re.search(r'value="(pf_[^"]{43})"', made.content.decode()).group(1)
    assert (made.status_code, "no-store" in made["Cache-Control"]) == (201, True)
    assert client.get("/api/v1/me", **bearer(secret)).json()["username"] == "ada"
    assert secret not in client.get(LIST).content.decode()


def test_making_a_token_asks_who_is_there_again(client):
    client.force_login(PlayerFactory())

    page, sent = client.get(NEW), client.post(NEW, GIVEN)

    assert (page.status_code, sent.status_code) == (302, 302)
    assert "/reauthenticate/" in page.url
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "5"}, {"days": "many"}]
)
def test_a_wrong_form_is_shown_again_with_the_reason(client, ada, wrong):
    answer = client.post(NEW, GIVEN | wrong)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, list(wrong))
    assert not ApiToken.objects.exists()


def test_the_limit_is_told_in_the_form(client, ada):
    ApiTokenFactory.create_batch(20, player=ada)

    answer = client.post(NEW, GIVEN)

    assert "Revoke one that you no longer need" in answer.content.decode()


def test_the_list_shows_own_tokens_only(client, ada):
    ApiTokenFactory(player=ada, name="Mine")
    ApiTokenFactory(player=ada, name="Gone", revoked_at=timezone.now())
    ApiTokenFactory(name="Not mine")

    page = client.get(LIST).content.decode()

    assert ["Mine" in page, "Gone" in page, "Not mine" in page] == [True, True, False]


def test_an_empty_list_says_what_tokens_are_for(client, ada):
    assert "No tokens" in client.get(LIST).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long(client, ada, django_assert_max_num_queries, count):
    ApiTokenFactory.create_batch(count, player=ada)

    with django_assert_max_num_queries(16):
        client.get(LIST)


def test_a_token_is_revoked(client, ada):
    token = ApiTokenFactory(player=ada, secret="pf_once")

    answer = client.post(f"{LIST}{token.pk}/revoke/")

    assert answer.url == LIST
    assert client.get("/api/v1/me", **bearer("pf_once")).status_code == 401


def test_all_own_tokens_are_revoked_at_once(client, ada):
    ApiTokenFactory.create_batch(2, player=ada)
    other = ApiTokenFactory()

    client.post(f"{LIST}revoke-all/")

    assert list(ApiToken.objects.filter(revoked_at=None)) == [other]


def test_the_token_of_somebody_else_is_not_there(client, ada):
    token = ApiTokenFactory()

    answer = client.post(f"{LIST}{token.pk}/revoke/")

    token.refresh_from_db()
    assert (answer.status_code, token.revoked_at) == (404, None)


def test_guests_have_no_page_of_tokens(client):
    client.force_login(GuestFactory())

    assert {client.get(LIST).status_code, client.get(NEW).status_code} == {403}


@pytest.mark.parametrize("path", [LIST, NEW])
def test_strangers_sign_in_first(client, path):
    answer = client.get(path)

    assert answer.url.startswith("/accounts/login/")


def test_the_console_lists_tokens_without_their_hash(client):
    token = ApiTokenFactory()
    client.force_login(SystemAdminFactory())

    rows = client.get("/admin/players/apitoken/")
    page = client.get(f"/admin/players/apitoken/{token.pk}/change/")

    assert token.prefix in rows.content.decode()
    assert (page.status_code, token.token_hash in page.content.decode()) == (200, False)


def test_the_console_ends_tokens(client):
    token = ApiTokenFactory(secret="pf_leaked")
    client.force_login(SystemAdminFactory())

    client.post("/admin/players/apitoken/", {"action": "revoke", "_selected_action": [token.pk]})

    assert client.get("/api/v1/me", **bearer("pf_leaked")).status_code == 401


def test_game_masters_do_not_see_tokens_in_the_console(client):
    client.force_login(GameMasterFactory())

    assert client.get("/admin/players/apitoken/").status_code == 403
