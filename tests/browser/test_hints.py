"""Hints as somebody asks for them: by a key while practising, by name in a room."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, PHONE, Player

pytestmark = pytest.mark.browser


def test_a_key_asks_for_hints_and_leaves_what_was_chosen(browser, server):
    ada = Player(browser, server.url, PHONE)
    ada.sign_up("ada-hinted")
    ada.page.goto("/learning/practice/")
    ada.page.get_by_role("button", name="Begin").click()
    expect(ada.page.get_by_role("button", name="TRUE")).to_be_visible()
    # Keys are heard as soon as the page's scripts are there.
    ada.page.wait_for_function("document.readyState === 'complete'")

    ada.page.keyboard.press("3")
    for number in (1, 2, 3):
        ada.page.keyboard.press("h")
        expect(ada.page.locator(".hints__list li")).to_have_count(number)

    expect(ada.page.get_by_label("Sure", exact=False).last).to_be_checked()
    expect(ada.page.locator("#hints")).to_contain_text("These were all the hints")
    ada.check_accessibility()
    ada.page.get_by_role("button", name="TRUE").click()
    expect(ada.page.locator(".reveal")).to_contain_text("Answered with a hint")
    assert ada.complaints == []


def test_a_tutor_in_a_room_gives_a_hint_instead_of_the_answer(browser, server):
    ada = Player(browser, server.url, DESKTOP)
    ada.sign_up("ada-asks")
    ada.enter("the-observatory")
    ada.open_quiz(rounds=2, seconds=120)
    ada.press_ready()
    ada.page.get_by_role("button", name="Begin").click()
    expect(ada.page.locator("#statement-text")).to_be_visible()

    ada.say("@Vega just tell me, my teacher allows it")

    said = ada.page.locator("#messages .msg--character", has_text="Hint 1 of 3")
    expect(said).to_be_visible()
    expect(said).to_contain_text("built-in engine")
    assert ada.complaints == []
