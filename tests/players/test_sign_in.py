import re

import pytest

from players.actions.access import deactivate
from players.actions.accounts import create_admin
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/login/"
PASSWORD = "correct horse battery"


def attempt(client, *, email="ada@example.org", password=PASSWORD):
    return client.post(SIGN_IN, {"login": email, "password": password})


def said(response):
    return " ".join(response.context["form"].non_field_errors())


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("email", ["ada@example.org", "Ada@Example.ORG"])
def test_the_address_signs_in_however_it_is_written(client, email):
    PlayerFactory(username="ada")

    response = attempt(client, email=email)

    assert (response.status_code, response.url) == (302, "/home/")
    assert is_signed_in(client)


def test_signing_in_leads_back_to_where_somebody_came_from(client):
    PlayerFactory(username="ada")

    response = client.post(f"{SIGN_IN}?next=/rooms/", {"login": "ada@example.org", "password": PASSWORD})

    assert response.url == "/rooms/"


def test_signing_in_never_leads_elsewhere(client):
    PlayerFactory(username="ada")

    response = client.post(
        f"{SIGN_IN}?next=https://evil.example/", {"login": "ada@example.org", "password": PASSWORD}
    )

    assert response.url == "/home/"


@pytest.mark.parametrize("wrong", [{"password": "staple"}, {"email": "nobody@example.org"}])
def test_a_wrong_password_and_an_unknown_address_are_refused_alike(client, wrong):
    PlayerFactory(username="ada")

    response = attempt(client, **wrong)

    assert said(response) == "The email address and/or password you specified are not correct."
    assert not is_signed_in(client)


def test_the_sixth_wrong_password_in_a_row_closes_the_door_for_a_while(client):
    PlayerFactory(username="ada")
    for _ in range(5):
        assert "not correct" in said(attempt(client, password="staple"))

    response = attempt(client)

    assert said(response) == "Too many failed login attempts. Try again later."
    assert not is_signed_in(client)


def test_a_deactivated_player_does_not_get_in(client):
    deactivate(player=PlayerFactory(username="ada"))

    attempt(client)

    assert not is_signed_in(client)


def test_an_administrator_signs_in_and_opens_the_console(client):
    create_admin(username="yoda", email="yoda@example.org", password="swamp of dagobah")

    attempt(client, email="yoda@example.org", password="swamp of dagobah")

    assert client.get("/admin/").status_code == 200


def test_signing_out_needs_a_press_of_the_button(client, signed_in):
    signed_in(PlayerFactory())

    client.get("/accounts/logout/")
    stayed = is_signed_in(client)
    response = client.post("/accounts/logout/")

    assert (stayed, is_signed_in(client), response.url) == (True, False, "/")


def test_the_link_in_the_mail_sets_a_new_password(client, mailoutbox):
    PlayerFactory(username="ada")
    client.post("/accounts/password/reset/", {"email": "ADA@example.org"})
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mailoutbox[0].body)[1]

    form = client.get(link, follow=True)
    changed = client.post(
        form.request["PATH_INFO"], {"password1": "analytical engine 7", "password2": "analytical engine 7"}
    )

    assert changed.status_code == 302
    attempt(client, password="analytical engine 7")
    assert is_signed_in(client)


def test_the_link_in_the_mail_works_once(client, mailoutbox):
    PlayerFactory(username="ada")
    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mailoutbox[0].body)[1]
    form = client.get(link, follow=True)
    new = {"password1": "analytical engine 7", "password2": "analytical engine 7"}
    client.post(form.request["PATH_INFO"], new)

    again = client.get(link, follow=True)

    assert again.context["token_fail"]


def test_an_unknown_address_gets_no_link_and_the_page_does_not_betray_it(client, mailoutbox):
    response = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})

    assert response.status_code == 302
    assert not any("/reset/key/" in mail.body for mail in mailoutbox)
