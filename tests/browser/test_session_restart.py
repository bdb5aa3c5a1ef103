"""The server is killed while a question is open, and somebody answers before it is back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import ANSWERS, PHONE, Player

pytestmark = pytest.mark.browser


def test_an_answer_that_nobody_took_is_given_when_the_server_is_back(own_server, browser):
    ada = Player(browser, own_server.url, PHONE)
    ada.sign_up("ada-killed")
    ada.enter("the-observatory")
    ada.open_quiz(rounds=2, seconds=120)
    ada.press_ready()
    ada.page.get_by_role("button", name="Begin").click()
    text = ada.page.locator("#statement-text").inner_text()

    own_server.kill()
    ada.page.get_by_role("button", name="TRUE" if ANSWERS[text] else "FALSE").click()
    expect(ada.page.locator(".toast", has_text="not in yet")).to_be_visible()
    own_server.start()

    expect(ada.page.locator(".reveal__verdict")).to_have_text(re.compile("Right"), timeout=60_000)


def test_whoever_presses_in_vain_is_told(server, browser):
    ada = Player(browser, server.url, PHONE)
    ada.sign_up("ada-in-vain")
    ada.page.goto("/learning/practice/")
    ada.page.get_by_role("button", name="Begin").click()
    ada.page.route("**/learning/practice/answer/", lambda route: route.abort())
    expect(ada.page.get_by_role("button", name="TRUE")).to_be_visible()
    # Before its scripts run a page answers by its forms alone, and the browser tells of what fails.
    ada.page.wait_for_load_state()

    ada.page.get_by_role("button", name="TRUE").click()

    expect(ada.page.locator(".toast", has_text="does not answer")).to_be_visible()
    expect(ada.page.get_by_role("button", name="TRUE")).to_be_enabled()
