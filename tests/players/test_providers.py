from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.discord.views import DiscordOAuth2Adapter

from players.models import Player
from tests.factories.players import PlayerFactory
from tests.players.provider_stub import discord

pytestmark = pytest.mark.django_db
PROFILE = {
    "id": "4711",
    "username": "ada_l",
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "verified": True,
}


def app_of(provider):
    return {provider: {"APPS": [{"client_id": "forge", "secret": "hidden"}]}}


@pytest.fixture
def configured(settings):
    settings.SOCIALACCOUNT_PROVIDERS = app_of("discord")


def come_back_from_discord(client, monkeypatch, **profile):
    """The whole way: our button, Discord's page (where the player says yes), our callback."""
    start = client.post("/accounts/discord/login/")
    state = parse_qs(urlsplit(start.url).query)["state"][0]
    with discord({**PROFILE, **profile}) as address:
        monkeypatch.setattr(DiscordOAuth2Adapter, "access_token_url", f"{address}/token")
        monkeypatch.setattr(DiscordOAuth2Adapter, "profile_url", f"{address}/me")
        return client.get("/accounts/discord/login/callback/", {"code": "yes", "state": state})


@pytest.mark.parametrize("page", ["/accounts/login/", "/accounts/signup/"])
def test_only_configured_providers_are_offered(client, settings, page):
    settings.SOCIALACCOUNT_PROVIDERS = {}
    before = client.get(page).content.decode()

    settings.SOCIALACCOUNT_PROVIDERS = app_of("google")
    after = client.get(page).content.decode()

    assert "/accounts/google/login/" not in before
    assert "/accounts/google/login/" in after
    assert "/accounts/discord/login/" not in after


@pytest.mark.parametrize(
    ("provider", "host"),
    [("google", "accounts.google.com"), ("discord", "discord.com"), ("slack", "slack.com")],
)
def test_the_button_leads_to_the_provider(client, settings, provider, host):
    settings.SOCIALACCOUNT_PROVIDERS = app_of(provider)

    response = client.post(f"/accounts/{provider}/login/")

    assert response.status_code == 302
    assert urlsplit(response.url).hostname == host


def test_a_link_from_elsewhere_does_not_start_a_sign_in(client, configured):
    response = client.get("/accounts/discord/login/")

    assert response.status_code == 200
    assert b"<form" in response.content


def test_somebody_from_a_provider_becomes_a_padawan_with_all_segments(client, configured, monkeypatch):
    response = come_back_from_discord(client, monkeypatch)

    player = Player.objects.get()
    assert (response.status_code, response.url) == (302, "/home/")
    assert (player.username, player.email, player.default_provider) == ("ada_l", "ada@example.org", "discord")
    assert (player.primary_role.name, player.has_usable_password()) == ("padawan", False)
    assert {player.profile.pk, player.preferences.pk, player.game_data.pk, player.personal_info.pk} == {
        player.pk
    }
    assert client.session["_auth_user_id"] == str(player.pk)


def test_the_real_name_is_kept_but_not_shown(client, configured, monkeypatch):
    come_back_from_discord(client, monkeypatch)

    player = Player.objects.get()
    assert (player.profile.name, player.name) == ("Ada Lovelace", "ada_l")


@pytest.mark.parametrize("username", ["Ada L.", "Admin", "taken", None])
def test_a_name_that_we_could_not_give_is_replaced_by_a_friendly_one(
    client, configured, monkeypatch, username
):
    PlayerFactory(username="taken")

    come_back_from_discord(client, monkeypatch, username=username)

    player = Player.objects.get(email="ada@example.org")
    assert player.username.count("-") == 2


def test_capitals_of_the_provider_become_small(client, configured, monkeypatch):
    come_back_from_discord(client, monkeypatch, username="AdaL")

    assert Player.objects.get().username == "adal"


def test_the_second_time_the_same_player_comes_in(client, configured, monkeypatch):
    come_back_from_discord(client, monkeypatch)
    client.logout()

    come_back_from_discord(client, monkeypatch, username="renamed")

    assert client.session["_auth_user_id"] == str(Player.objects.get().pk)


def test_a_provider_without_an_address_makes_us_ask_for_it(client, configured, monkeypatch):
    response = come_back_from_discord(client, monkeypatch, email=None)
    asked = client.post(response.url, {"email": "ada@example.org", "username": "ada"})

    player = Player.objects.get()
    assert (response.url, asked.status_code) == ("/accounts/3rdparty/signup/", 302)
    assert (player.username, player.default_provider) == ("ada", "discord")
    assert SocialAccount.objects.get().user == player
    assert player.profile.name == "Ada Lovelace"


def test_the_address_of_an_account_at_a_provider_opens_nobody_elses_account(client, configured, monkeypatch):
    owner = PlayerFactory(email="ada@example.org")

    response = come_back_from_discord(client, monkeypatch)

    assert response.url == "/accounts/3rdparty/signup/"
    assert "_auth_user_id" not in client.session
    assert list(Player.objects.all()) == [owner]
