"""Every page of allauth wears our look, and none carries a script that the browser would refuse."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.urls import NoReverseMatch, get_resolver, reverse

from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
PASSKEY = {"credential": {"clientExtensionResults": {"credProps": {"rk": True}}}, "name": "Phone"}
# Answers of machines to machines, and pages that only a step of a sign-in opens.
NO_PAGES = {"mfa_download_recovery_codes", "mfa_login_webauthn"}


def account_pages():
    """The names of all addresses of allauth that take no parameters."""
    found = set()

    def walk(resolver):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern)
            elif pattern.callback.__module__.startswith("allauth.") and "<" not in str(pattern.pattern):
                found.add(pattern.name)

    walk(get_resolver())
    return {name for name in found if name and not name.endswith("_callback")} - NO_PAGES


def looks_like_ours(page):
    refused = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", page)
    return "account.css" in page and '<header class="' in page and not refused


def pages_of(client):
    """(name, whether it looks like ours) of each page that answers with one."""
    seen = {}
    for name in sorted(account_pages()):
        try:
            response = client.get(reverse(name), follow=True)
        except NoReverseMatch:
            continue
        if response.status_code != 404 and "/accounts/" in response.request["PATH_INFO"]:
            seen[name] = looks_like_ours(response.content.decode())
    return seen


def test_every_page_for_strangers_looks_like_ours(client):
    seen = pages_of(client)

    assert len(seen) > 15
    assert [name for name, is_ours in seen.items() if not is_ours] == []


def test_every_page_for_players_looks_like_ours(client):
    ada = PlayerFactory(username="ada")
    client.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})

    seen = pages_of(client)
    key = Authenticator.objects.create(user=ada, type="webauthn", data=PASSKEY)
    for page in ("edit", "remove"):
        content = client.get(f"/accounts/2fa/webauthn/keys/{key.pk}/{page}/").content.decode()
        seen[f"webauthn_{page}"] = looks_like_ours(content)

    assert len(seen) > 15
    assert [name for name, is_ours in seen.items() if not is_ours] == []


@pytest.mark.parametrize(
    "path", ["/accounts/password/reset/key/x-y/", "/accounts/confirm-email/nothing/", "/accounts/inactive/"]
)
def test_pages_behind_links_look_like_ours(client, path):
    assert looks_like_ours(client.get(path, follow=True).content.decode())


def test_the_login_page_offers_passkey_and_code(client):
    page = client.get("/accounts/login/").content.decode()

    assert "Sign in with a passkey" in page
    assert "Send me a sign-in code" in page


def test_settings_lead_to_every_key_of_the_account(client):
    PlayerFactory(username="ada")
    client.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})

    page = client.get("/settings/").content.decode()

    ways = ["/accounts/2fa/", "/accounts/3rdparty/", "/accounts/sessions/", "/accounts/password/change/"]
    assert [way for way in ways if f'href="{way}"' not in page] == []
