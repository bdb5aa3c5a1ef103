"""People in front of browsers, for the tests and for the pictures of the README."""

import re
from collections.abc import Mapping
from typing import ClassVar

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from padawanforge.site import starter_files

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
# A machine that runs other tests beside this one is slow, not wrong.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
SERIOUS = {"serious", "critical"}
ANSWERS = {row["text"]: row["answer"] for file in starter_files.topics() for row in file["statement"]}


SETTLED = """
() => Promise.allSettled(
  document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < 5000).map((one) => one.finished)
)
"""


class Player:
    """One browser with one person in front of it; keeps what the console complained about."""

    present: ClassVar[list["Player"]] = []

    def __init__(self, browser: Browser, url: str, viewport: dict) -> None:
        self.page: Page = browser.new_context(viewport=viewport, base_url=url).new_page()
        self.url = url
        self.complaints: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.set_default_timeout(PATIENCE)
        self.present.append(self)

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def come_as_guest(self) -> None:
        self.page.goto("/")
        self.page.get_by_role("button", name=re.compile("guest", re.IGNORECASE)).first.click()
        self.page.wait_for_url("**/rooms/")

    def sign_up(self, name: str) -> None:
        self.page.goto("/accounts/signup/")
        self.page.get_by_label("Email", exact=False).fill(f"{name}@example.org")
        self.page.get_by_label("Username", exact=False).fill(name)
        self.page.get_by_label("Password", exact=False).first.fill("correct horse battery")
        self.page.locator("main form").get_by_role("button", name=re.compile("sign up|account", re.I)).click()
        self.page.wait_for_url("**/welcome/")
        self.page.get_by_role("button", name="Skip all").click()
        self.page.wait_for_url("**/home/")

    def enter(self, slug: str, *, state: str = "online") -> None:
        self.page.goto(f"/rooms/{slug}/")
        self.page.get_by_role("button", name="Enter the room").click()
        self.accept_rules()
        connection = self.page.locator("[data-connection]")
        expect(connection).to_have_attribute("data-state", state, timeout=40_000)

    def accept_rules(self) -> None:
        """Whoever enters a room that has rules says yes to them before he writes."""
        expect(self.page.locator(".room")).to_be_visible()
        gate = self.page.get_by_role("link", name="Read the rules")
        if gate.count():
            gate.click()
            self.page.get_by_role("button", name="I have read them").click()
            expect(self.page.locator("#composer-text")).to_be_visible()

    def say(self, text: str) -> None:
        self.show("chat")
        self.page.locator("#composer-text").fill(text)
        self.page.keyboard.press("Enter")

    def show(self, view: str) -> None:
        """On a phone the room has tabs; on a wide screen everything is in sight."""
        tab = self.page.locator(f'.room__tab[data-show-view="{view}"]')
        if tab.is_visible():
            tab.click()

    def hears(self, text: str) -> None:
        self.show("chat")
        expect(self.page.locator("#messages").get_by_text(text).first).to_be_visible()

    def what_is_seen(self) -> str:
        return "\n".join(
            [self.page.url, self.page.locator("body").inner_text(timeout=1000), *self.complaints]
        )

    def check_accessibility(self) -> None:
        # What fades in has no contrast yet.
        self.page.evaluate(SETTLED)
        faults = Axe().run(self.page).response["violations"]
        serious = [
            f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in faults if fault["impact"] in SERIOUS
        ]
        assert serious == [], (self.page.url, serious)

    def open_quiz(self, *, rounds: int, seconds: int) -> None:
        self.show("session")
        self.page.get_by_role("link", name=re.compile("Start a quiz|Play again")).click()
        self.page.get_by_label("Statements").fill(str(rounds))
        self.page.get_by_label("Seconds for each").fill(str(seconds))
        self.page.get_by_role("button", name="Open the quiz").click()

    def press_ready(self) -> None:
        self.show("session")
        self.page.get_by_role("button", name=re.compile("ready", re.I)).click()
        expect(self.page.get_by_role("button", name="Not ready after all")).to_be_visible()


def in_room(browser: Browser, url: str, room: str, names: Mapping[str, dict]) -> list[Player]:
    """New players in a room, each in front of a browser with a window of that size."""
    people = []
    for name, viewport in names.items():
        person = Player(browser, url, viewport)
        person.sign_up(name)
        person.enter(room)
        people.append(person)
    return people
