"""The whole line with two real browsers: guest and new account, chat, a character's answer, a quiz, XP."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import ANSWERS, DESKTOP, PHONE, Player

pytestmark = pytest.mark.browser

# Whoever answers faster than one can read earns nothing.
READING_MS = 2500


def test_two_people_learn_together_with_a_character(server, browser):
    guest, ada = Player(browser, server.url, PHONE), Player(browser, server.url, DESKTOP)
    guest.come_as_guest()
    ada.sign_up("ada-first")
    guest.enter("the-observatory")
    ada.enter("the-observatory")

    chat_both_ways(guest, ada)
    ask_the_character(ada, guest)
    play_a_quiz(ada, guest)

    ada.page.goto("/players/ada-first/")
    expect(ada.page.get_by_text(re.compile(r"[1-9]\d* XP")).first).to_be_visible()
    visit_pages(ada, "ada-first")
    assert guest.complaints == []
    assert ada.complaints == []


def chat_both_ways(guest: Player, ada: Player) -> None:
    expect(guest.page.get_by_label("Your demo")).to_contain_text("100 messages left")
    guest.say("Good evening from the **guest**")
    expect(guest.page.get_by_label("Your demo")).to_contain_text("99 messages left")
    ada.hears("Good evening from the guest")
    ada.say("Welcome, guest!")
    guest.hears("Welcome, guest!")


def ask_the_character(asker: Player, other: Player) -> None:
    asker.say("@Vega how old is the solar system?")
    for player in (asker, other):
        player.show("chat")
        answer = player.page.locator(".msg--character", has_text="4.6 billion years").first
        expect(answer).to_be_visible()
        expect(answer).to_contain_text("built-in engine")
    source = asker.page.locator(".msg--character .source").first
    passage = source.get_attribute("href")
    answer_page = asker.page.context.new_page()
    answer_page.goto(passage)
    expect(answer_page.get_by_text("4.6 billion years").first).to_be_visible()
    answer_page.close()


def play_a_quiz(starter: Player, other: Player) -> None:
    starter.open_quiz(rounds=2, seconds=30)
    for player in (starter, other):
        player.press_ready()
    for player in (starter, other):
        player.check_accessibility()
    starter.page.get_by_role("button", name="Begin").click()
    for number in (1, 2):
        answer_a_statement(starter, other, number)
    for player in (starter, other):
        expect(player.page.get_by_role("heading", name=re.compile("Final board"))).to_be_visible()
        expect(player.page.locator(".podium__place")).to_have_count(2)
        expect(player.page.locator(".gain")).to_contain_text("XP")


def answer_a_statement(starter: Player, other: Player, number: int) -> None:
    for player in (starter, other):
        line = player.page.locator("#session-panel").get_by_text(f"Statement {number} of 2")
        expect(line).to_be_visible()
    text = starter.page.locator("#statement-text").inner_text()
    starter.page.wait_for_timeout(READING_MS)
    # One knows the answer and taps; the other always says false, by the keyboard.
    button = starter.page.get_by_role("button", name="TRUE" if ANSWERS[text] else "FALSE")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    other.page.locator("body").press("f")
    for player in (starter, other):
        expect(player.page.locator(".reveal__verdict")).to_be_visible()
        expect(player.page.locator(".standing")).to_have_count(2)
        player.check_accessibility()


def visit_pages(player: Player, name: str) -> None:
    for address in (
        "/home/", "/rooms/", "/rooms/the-commons/", "/rooms/the-observatory/", "/characters/",
        "/characters/vega/", "/characters/vega/talk/", f"/players/{name}/", "/settings/",
    ):  # fmt: skip
        response = player.page.goto(address)
        assert response.status == 200, address
        for viewport in (DESKTOP, PHONE):
            player.page.set_viewport_size(viewport)
            player.check_accessibility()


def test_pages_for_strangers_have_no_serious_fault(server, browser):
    stranger = Player(browser, server.url, DESKTOP)

    for address in ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        stranger.page.goto(address)
        stranger.check_accessibility()

    assert stranger.complaints == []


def test_a_private_talk_is_begun_from_the_characters_page(server, browser):
    player = Player(browser, server.url, PHONE)
    player.come_as_guest()

    player.page.goto("/characters/lemma/")
    player.page.get_by_role("link", name=re.compile("talk", re.I)).first.click()
    player.page.locator("#composer-text").fill("What is a prime number?")
    player.page.get_by_role("button", name="Send").click()

    expect(player.page.locator(".msg--character", has_text="built-in engine").first).to_contain_text("prime")
    assert player.complaints == []


def test_the_first_words_of_a_talk_are_sent_by_enter_as_all_others(server, browser):
    player = Player(browser, server.url, DESKTOP)
    player.come_as_guest()
    player.page.goto("/characters/vega/talk/")
    player.page.locator("#composer-text").fill("Why do we have seasons?")

    player.page.keyboard.press("Shift+Enter")
    expect(player.page.locator("#composer-text")).to_have_value("Why do we have seasons?\n")
    player.page.keyboard.press("Enter")

    expect(player.page.locator(".msg--own")).to_contain_text("Why do we have seasons?")
    expect(player.page.locator(".msg--character", has_text="built-in engine").first).to_be_visible()
    assert player.complaints == []
