"""The settings on a phone, where their pages are a row of links that is wider than the screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE, Player

pytestmark = pytest.mark.browser


def test_the_row_of_pages_shows_where_one_is(server, browser):
    ada = Player(browser, server.url, PHONE)
    ada.sign_up("settings_ada")

    ada.page.goto("/characters/~messengers/")

    here = ada.page.get_by_role("navigation", name="Settings").locator('[aria-current="page"]')
    expect(here).to_have_text("Other messengers")
    expect(here).to_be_in_viewport(ratio=1)
    ada.check_accessibility()
    assert ada.complaints == []
