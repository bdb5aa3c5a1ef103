from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.django_db


def app_of(provider):
    return {provider: {"APPS": [{"client_id": "forge", "secret": "hidden"}]}}


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


def test_a_link_from_elsewhere_does_not_start_a_sign_in(client, settings):
    settings.SOCIALACCOUNT_PROVIDERS = app_of("discord")

    response = client.get("/accounts/discord/login/")

    assert response.status_code == 200
    assert b"<form" in response.content


def test_a_provider_that_is_not_set_up_is_not_there(client):
    assert client.post("/accounts/google/login/").status_code == 404
