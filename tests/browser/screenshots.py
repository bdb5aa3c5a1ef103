"""Draws the pictures of the README: `make screenshots`.

A real server, two real browsers, the same steps as in the browser tests.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.conftest import CHROMIUM_ARGUMENTS, chromium
from tests.browser.people import ANSWERS, DESKTOP, Player
from tests.browser.server import Server


def draw(browser: Browser, url: str, folder: Path) -> None:
    ada, guest = Player(browser, url, DESKTOP), Player(browser, url, DESKTOP)
    ada.sign_up("ada")
    guest.come_as_guest()
    for player in (ada, guest):
        player.enter("the-observatory")
    ada.say("Hello! Anybody up for a round of astronomy?")
    guest.hears("Anybody up for")
    guest.say("Yes! @Vega how old is the solar system?")
    expect(ada.page.locator(".msg--character", has_text="built-in engine").first).to_be_visible()
    ada.open_quiz(rounds=3, seconds=30)
    guest.press_ready()
    ada.page.wait_for_timeout(1500)
    ada.page.screenshot(path=folder / "room.png")
    ada.press_ready()
    ada.page.get_by_role("button", name="Begin").click()
    text = ada.page.locator("#statement-text").inner_text()
    ada.page.wait_for_timeout(2500)
    ada.page.get_by_role("button", name="TRUE" if ANSWERS[text] else "FALSE").click()
    guest.page.get_by_role("button", name="FALSE" if ANSWERS[text] else "TRUE").click()
    expect(ada.page.locator(".reveal__verdict")).to_be_visible()
    ada.page.wait_for_timeout(800)
    ada.page.screenshot(path=folder / "session.png")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        server = Server(Path(data))
        server.start()
        try:
            browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
            draw(browser, server.url, folder)
            browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
