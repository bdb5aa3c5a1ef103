"""Where the panel of a session lies, measured in a real browser."""

import pytest

from tests.browser.people import DESKTOP, Player

pytestmark = pytest.mark.browser


def test_a_reveal_makes_the_panel_scroll_and_not_the_page(browser, server):
    ada = Player(browser, server.url, {**DESKTOP, "height": 600})
    ada.sign_up("looker")
    ada.enter("the-scriptorium")
    ada.open_quiz(rounds=2, seconds=30)
    ada.press_ready()
    ada.page.get_by_role("button", name="Begin").click()
    ada.page.get_by_role("button", name="TRUE").click()
    ada.page.locator(".reveal__verdict").wait_for()

    heights = ada.page.evaluate("[document.documentElement.scrollHeight, innerHeight]")

    assert heights[0] <= heights[1]
