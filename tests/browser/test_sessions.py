"""A game between real browsers: by keys, with a pause, somebody who comes late and somebody who only watches."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import ANSWERS, DESKTOP, PHONE, Player

pytestmark = pytest.mark.browser
LONG = 40_000


def panel(player: Player):
    return player.page.locator("#session-panel")


def on_statement(player: Player, number: int) -> str:
    player.show("session")
    expect(panel(player).get_by_text(f"Statement {number} of 3")).to_be_visible(timeout=LONG)
    return player.page.locator("#statement-text").inner_text()


def answer_by_keys(player: Player, text: str, mark: str) -> None:
    player.page.locator("body").press(mark)
    expect(player.page.locator(f'[data-sure="{mark}"]')).to_be_checked()
    player.page.locator("body").press("t" if ANSWERS[text] else "f")
    # Locked in; or, with the last answer, the reveal.
    expect(player.page.locator(".verdict:not(:disabled)")).to_have_count(0)


FETCHED_AGAIN = """
document.querySelector("#session-panel").dataset.old = "";
const detail = { type: "session.annulled", data: {} };
document.dispatchEvent(new CustomEvent("padawan:event", { detail }));
"""


def pause_and_go_on(ada: Player, bo: Player) -> None:
    panel(ada).get_by_text("Pause", exact=True).click()
    panel(ada).get_by_label("Why").fill("The bell rings")
    ada.page.evaluate(FETCHED_AGAIN)
    expect(ada.page.locator("#session-panel[data-old]")).to_have_count(0)
    expect(panel(ada).get_by_label("Why")).to_have_value("The bell rings")
    expect(panel(ada).get_by_label("Why")).to_be_focused()
    ada.page.get_by_role("button", name="Pause the game").click()
    for player in (ada, bo):
        expect(panel(player).get_by_text("The bell rings").first).to_be_visible()
        expect(player.page.locator("#statement-text")).to_have_count(0)
        # Said aloud to who does not see it.
        expect(player.page.locator("p.sr-only[aria-live=polite]", has_text="paused")).to_have_count(1)
    ada.check_accessibility()
    ada.page.get_by_role("button", name="Go on").click()


def test_a_game_with_a_pause_a_late_player_and_a_watcher(server, browser):
    ada, bo = Player(browser, server.url, DESKTOP), Player(browser, server.url, PHONE)
    late, watcher = Player(browser, server.url, PHONE), Player(browser, server.url, DESKTOP)
    ada.sign_up("ada-leads")
    for player in (bo, late, watcher):
        player.come_as_guest()
    for player in (ada, bo, late, watcher):
        player.enter("the-proof-workshop")
    ada.open_quiz(rounds=3, seconds=90)
    watcher.show("session")
    panel(watcher).get_by_role("button", name="Only watch").click()
    for player in (ada, bo):
        player.press_ready()
    ada.page.get_by_role("button", name="Begin").click()

    text = on_statement(ada, 1)
    assert on_statement(bo, 1) == on_statement(watcher, 1) == text
    expect(panel(watcher).get_by_text("You are watching")).to_be_visible()
    expect(watcher.page.locator(".verdict")).to_have_count(0)
    pause_and_go_on(ada, bo)
    for player, mark in ((ada, "3"), (bo, "1")):
        assert on_statement(player, 1) == text
        answer_by_keys(player, text, mark)
    expect(ada.page.locator(".reveal__points")).to_have_text("+3")
    late.show("session")
    panel(late).get_by_role("button", name="Join in").click()

    text = on_statement(late, 2)
    bo.page.reload()
    expect(bo.page.locator(".room")).to_be_visible()
    assert on_statement(bo, 2) == text
    for player in (ada, bo, late):
        answer_by_keys(player, text, "2")
    text = on_statement(ada, 3)
    for player in (bo, late):
        on_statement(player, 3)
        answer_by_keys(player, text, "2")
    ada.page.locator("body").press("p")

    expect(ada.page.get_by_role("heading", name=re.compile("Final board"))).to_be_visible(timeout=LONG)
    late.show("session")
    late.page.get_by_text("What was asked, and why").click()
    expect(late.page.locator(".recap .badge", has_text="not here")).to_have_count(1)
    ada.page.get_by_role("link", name=re.compile("Results")).click()
    expect(ada.page.get_by_role("heading", name="What to review")).to_be_visible()
    expect(ada.page.locator(".standings .standing")).to_have_count(3)
    ada.check_accessibility()
    for player in (ada, bo, late, watcher):
        assert player.complaints == []
