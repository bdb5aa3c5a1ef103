"""A poll is asked in a dialog over the room, and nothing that was written gets lost on the way."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.people import DESKTOP, PHONE, Player

pytestmark = pytest.mark.browser

ROOM = "polls-for-two"
OPEN = f"""
from rooms.actions.rooms import open_room
from rooms.models import Room
Room.objects.filter(slug="{ROOM}").exists() or open_room(owner=None, name="Polls for two", slug="{ROOM}")
"""


@pytest.fixture
def enters(server, browser):
    """Somebody in the room, under a name."""
    server.manage("shell", "-c", OPEN)

    def entered(name: str, viewport: dict) -> Player:
        person = Player(browser, server.url, viewport)
        person.sign_up(name)
        person.enter(ROOM)
        return person

    return entered


def dialog(player: Player) -> Locator:
    return player.page.get_by_role("dialog", name="New poll")


def answer(player: Player, number: int) -> Locator:
    return dialog(player).get_by_role("textbox", name=f"Answer {number}", exact=True)


def test_a_poll_is_asked_by_keyboard_and_a_refusal_or_a_lost_connection_keeps_it(enters):
    ada, ben = enters("ada-polls", PHONE), enters("ben-polls", DESKTOP)
    ada.show("chat")
    keys = ada.page.keyboard
    ada.page.locator("[data-ask-poll]").focus()
    keys.press("Enter")
    question = dialog(ada).get_by_label("Question or statement")
    expect(question).to_be_focused()
    ada.check_accessibility()

    keys.press("Enter")
    expect(question).to_have_attribute("aria-invalid", "true")
    expect(question).to_have_accessible_description("Write the question.")
    keys.type("Which metal?")
    expect(question).not_to_have_attribute("aria-invalid", "true")
    answer(ada, 1).focus()
    for word in ("Iron", "Gold", "iron"):
        keys.type(word)
        keys.press("Enter")
    dialog(ada).get_by_role("button", name="Ask").press("Enter")
    expect(answer(ada, 3)).to_be_focused()
    expect(answer(ada, 3)).to_have_accessible_description("Two answers are the same.")
    keys.press("ControlOrMeta+a")
    keys.type("Tin")

    keys.press("Escape")
    expect(dialog(ada)).to_be_hidden()
    ada.page.context.set_offline(True)
    expect(ada.page.locator("[data-connection]")).to_have_attribute("data-state", "offline")
    ada.page.locator("[data-ask-poll]").press("Enter")
    dialog(ada).get_by_role("button", name="Ask").press("Enter")
    expect(dialog(ada).get_by_role("alert")).to_contain_text("Your poll is kept here: ask again.")
    ada.page.context.set_offline(False)
    expect(ada.page.locator("[data-connection]")).to_have_attribute("data-state", "online", timeout=40_000)
    dialog(ada).get_by_role("button", name="Ask").press("Enter")

    expect(dialog(ada)).to_be_hidden()
    expect(ada.page.locator("#composer-text")).to_be_focused()
    for player in (ada, ben):
        expect(player.page.locator("#messages .poll__question")).to_have_text("Which metal?")
        expect(player.page.locator("#messages .poll__text")).to_have_text(["Iron", "Gold", "Tin"])
    ada.page.locator("[data-ask-poll]").press("Enter")
    expect(question).to_have_value("")
    expect(answer(ada, 3)).to_have_count(0)
    assert ben.complaints == []


def test_what_the_server_refuses_stays_and_a_statement_is_asked_with_its_answer(enters):
    ben = enters("ben-asks", DESKTOP)
    ben.page.locator("[data-ask-poll]").click()
    question, ask = (
        dialog(ben).get_by_label("Question or statement"),
        dialog(ben).get_by_role("button", name="Ask"),
    )
    question.fill("Tin is heavier than gold.")
    # The page takes them for two, the server knows better.
    answer(ben, 1).fill("Straße")
    answer(ben, 2).fill("STRASSE")
    ask.click()
    refused = dialog(ben).get_by_role("alert")
    expect(refused).to_have_text("Two answers are the same.")
    expect(question).to_have_value("Tin is heavier than gold.")
    expect(answer(ben, 2)).to_have_value("STRASSE")

    dialog(ben).get_by_label("A statement: true or false?").check()
    expect(refused).to_be_empty()
    expect(answer(ben, 1)).to_be_hidden()
    dialog(ben).get_by_label("The statement is").select_option("false")
    dialog(ben).get_by_label("Why").fill("Gold is denser.")
    ask.click()
    expect(dialog(ben)).to_be_hidden()
    asked = ben.page.locator("#messages form.poll", has_text="Tin is heavier than gold.")
    expect(asked.locator(".poll__text")).to_have_text(["True", "False"])
    assert ben.complaints == []
