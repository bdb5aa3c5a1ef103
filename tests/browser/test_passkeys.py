"""A passkey in a real browser: made, used to sign in, used as second step, used as proof."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, PHONE, Player

pytestmark = pytest.mark.browser
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_device_key(player: Player) -> None:
    """The browser's own stand-in for fingerprint or PIN, which says yes to every question."""
    devtools = player.page.context.new_cdp_session(player.page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})


def sign_out(player: Player) -> None:
    player.page.goto("/accounts/logout/")
    player.page.locator("main form").get_by_role("button", name="Sign out").click()
    player.page.wait_for_url("**/")


def sign_in_by_password(player: Player, name: str) -> None:
    player.page.goto("/accounts/login/")
    player.page.get_by_label("Email").fill(f"{name}@example.org")
    player.page.get_by_label("Password").fill("correct horse battery")
    player.page.locator("main form").get_by_role("button", name="Sign in", exact=True).click()


def add_passkey(player: Player) -> None:
    player.page.goto("/accounts/2fa/webauthn/add/")
    player.page.get_by_label("Password").fill("correct horse battery")
    player.page.get_by_role("button", name="Go on").click()
    player.page.get_by_role("button", name="Add the passkey").click()
    player.page.wait_for_url("**/recovery-codes/")


def test_a_passkey_signs_in_alone_and_as_second_step(server, browser):
    name = "key-holder"
    ada = Player(browser, server.url, PHONE)
    with_device_key(ada)
    ada.sign_up(name)

    add_passkey(ada)
    ada.check_accessibility()
    sign_out(ada)
    ada.check_accessibility()

    ada.page.goto("/accounts/login/")
    ada.page.get_by_role("button", name="Sign in with a passkey").click()
    ada.page.wait_for_url("**/home/")
    sign_out(ada)

    sign_in_by_password(ada, name)
    expect(ada.page.get_by_role("heading", name="One more step")).to_be_visible()
    ada.check_accessibility()
    ada.page.get_by_role("button", name="Use a passkey or key").click()
    ada.page.wait_for_url("**/home/")
    assert ada.complaints == []


def test_a_passkey_proves_who_sits_there(server, browser):
    ada = Player(browser, server.url, DESKTOP)
    with_device_key(ada)
    ada.sign_up("key-proof")
    add_passkey(ada)
    ada.page.context.clear_cookies()
    ada.page.goto("/accounts/login/")
    ada.page.get_by_role("button", name="Sign in with a passkey").click()
    ada.page.wait_for_url("**/home/")

    ada.page.goto("/accounts/reauthenticate/?next=/accounts/sessions/")
    ada.page.get_by_role("link", name=re.compile("security key")).click()
    ada.page.get_by_role("button", name="Use a passkey or key").click()

    ada.page.wait_for_url("**/accounts/sessions/")
    expect(ada.page.get_by_text("This one")).to_be_visible()
    assert ada.complaints == []


def test_when_the_forge_cannot_be_reached_the_page_says_so(server, browser):
    ada = Player(browser, server.url, PHONE)
    with_device_key(ada)
    ada.page.goto("/accounts/login/")
    ada.page.context.set_offline(True)

    ada.page.get_by_role("button", name="Sign in with a passkey").click()

    expect(ada.page.get_by_text("The forge could not be reached. Try again.").first).to_be_visible()
