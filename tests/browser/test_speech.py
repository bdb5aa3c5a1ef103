"""Mentions, whispers, commands, pins and drafts as people in front of browsers meet them."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, PHONE, Player

pytestmark = pytest.mark.browser

ROOM = "the-commons"


@pytest.fixture(scope="module")
def people(browser, server):
    found = []
    for name, viewport in (("ada", DESKTOP), ("bob", DESKTOP), ("cleo", PHONE)):
        person = Player(browser, server.url, viewport)
        person.sign_up(name)
        person.enter(ROOM)
        found.append(person)
    return found


def composer(player):
    return player.page.locator("#composer-text")


def suggestions(player):
    return player.page.get_by_role("listbox", name="Suggestions")


def test_a_name_is_completed_by_keyboard_and_marked_for_whom_it_calls(people):
    ada, bob, cleo = people
    composer(ada).press_sequentially("Look, @bo")
    expect(suggestions(ada)).to_be_visible()
    composer(ada).press("Enter")
    expect(composer(ada)).to_have_value("Look, @bob ")
    composer(ada).press_sequentially("here")
    composer(ada).press("Enter")

    expect(bob.page.locator(".mention--me", has_text="@bob")).to_be_visible()
    cleo.hears("here")
    expect(cleo.page.locator(".mention", has_text="@bob")).to_be_visible()
    expect(cleo.page.locator(".mention--me")).to_have_count(0)
    bob.page.goto("/mentions/")
    expect(bob.page.get_by_role("list", name="Messages that call you")).to_contain_text("Look, @bob here")
    bob.check_accessibility()
    bob.page.goto(f"/rooms/{ROOM}/")


def test_a_name_is_chosen_by_touch(people):
    _, _, cleo = people
    composer(cleo).press_sequentially("@ad")
    suggestions(cleo).get_by_role("option", name="ada @ada", exact=True).click()

    expect(composer(cleo)).to_have_value("@ada ")
    expect(suggestions(cleo)).to_be_hidden()
    composer(cleo).fill("")


def test_a_whisper_reaches_one_alone(people):
    ada, bob, cleo = people
    bob.page.wait_for_selector('[data-connection][data-state="online"]')
    ada.say("/whisper @bob the secret is tea")

    bob.hears("the secret is tea")
    expect(bob.page.locator(".msg--whisper")).to_contain_text("Whisper to you")
    expect(ada.page.locator(".msg--whisper")).to_contain_text("Whisper to bob")
    ada.say("not a secret")
    cleo.hears("not a secret")
    expect(cleo.page.get_by_text("the secret is tea")).to_have_count(0)
    cleo.page.reload()
    cleo.hears("not a secret")
    expect(cleo.page.get_by_text("the secret is tea")).to_have_count(0)


def test_commands_roll_help_and_refuse(people):
    ada, bob, _ = people
    ada.say("/roll 2d6+1")
    expect(bob.page.locator(".msg", has_text="2d6+1:").locator("[data-slot=rolled]")).to_be_visible()

    ada.say("/help")
    expect(ada.page.locator("[data-told]")).to_contain_text("/roll 2d6+1: Throws dice")
    ada.check_accessibility()
    ada.page.locator("[data-told] button").click()

    ada.say("/dance now")
    failed = ada.page.locator(".msg--failed", has_text="There is no command /dance")
    expect(failed).to_be_visible()
    failed.get_by_role("button", name="Edit").click()
    expect(composer(ada)).to_have_value("/dance now")
    composer(ada).fill("")


def test_a_draft_waits_in_another_tab_and_after_a_reload(people):
    ada, _, _ = people
    other = ada.page.context.new_page()
    other.goto(f"/rooms/{ROOM}/")
    other.wait_for_selector('[data-connection][data-state="online"]')

    composer(ada).fill("Half a thought")
    expect(other.locator("#composer-text")).to_have_value("Half a thought")
    ada.page.reload()
    expect(composer(ada)).to_have_value("Half a thought")
    ada.page.wait_for_selector('[data-connection][data-state="online"]')
    composer(ada).press("Enter")
    expect(other.locator("#composer-text")).to_have_value("")
    other.close()


def test_a_message_is_saved_and_one_is_planned(people):
    ada, bob, _ = people
    ada.say("Keep this one")
    bob.hears("Keep this one")
    row = bob.page.locator("#messages .msg", has_text="Keep this one").last
    row.hover()
    row.locator('[data-tool="save"]').click()
    expect(bob.page.locator("[data-told]")).to_contain_text("Saved for you.")
    bob.page.goto("/saved/")
    expect(bob.page.get_by_role("list", name="Saved messages")).to_contain_text("Keep this one")
    bob.check_accessibility()

    bob.page.goto(f"/rooms/{ROOM}/")
    bob.page.get_by_role("link", name="Send later").click()
    bob.page.get_by_label("Message").fill("Good morning, later")
    bob.page.get_by_label("When").fill("2027-06-01T08:00")
    bob.check_accessibility()
    bob.page.get_by_role("button", name="Plan it").click()
    expect(bob.page.get_by_role("list", name="Planned messages")).to_contain_text("1 Jun 2027, 08:00")
    bob.check_accessibility()


def test_nothing_complained(people):
    assert [complaint for person in people for complaint in person.complaints] == []


def test_an_answer_in_a_talk_is_rated_where_it_stands(people):
    _, bob, _ = people
    bob.page.goto("/characters/lemma/talk/")
    composer(bob).fill("Good evening")
    composer(bob).press("Enter")
    expect(bob.page.locator("[data-connection]")).to_have_attribute("data-state", "online")
    # With the greeting.
    expect(bob.page.locator(".msg--character[data-seq]")).to_have_count(2)
    # This one comes while the page is open, so the server has drawn no form for it.
    composer(bob).fill("Thank you")
    composer(bob).press("Enter")
    expect(bob.page.locator(".msg--character[data-seq]")).to_have_count(3)
    good = bob.page.locator(".msg--character[data-seq]").last.get_by_role("button", name="Good answer")
    talk = bob.page.url

    good.click()

    expect(good).to_have_attribute("aria-pressed", "true")
    assert bob.page.url == talk
    bob.page.reload()
    expect(good).to_have_attribute("aria-pressed", "true")
