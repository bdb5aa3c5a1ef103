"""A character's answer in front of several people: it grows in every page, survives a refresh, and can be stopped."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.people import DESKTOP, PHONE, Player, in_room
from tests.rooms.scripted import scripted

pytestmark = pytest.mark.browser

ROOM = "the-commons"
WORDS = [f"word{number} " for number in range(60)]
SPEAK_AGAIN_BY_ITSELF = "from npcs.models import Npc; Npc.objects.update(provider=None)"


@pytest.fixture(scope="module")
def scripted_provider(server):
    with scripted() as provider:
        server.speak_through(provider.url)
        yield provider
    server.manage("shell", "-c", SPEAK_AGAIN_BY_ITSELF)


@pytest.fixture
def provider(scripted_provider):
    scripted_provider.begin(WORDS, is_paced=True)
    return scripted_provider


def draft(player: Player) -> Locator:
    return player.page.locator("#messages .msg--streaming")


def answer(player: Player) -> Locator:
    return player.page.locator("#messages .msg--character[data-seq]").last


def two(browser, url, *names):
    return in_room(browser, url, ROOM, dict(zip(names, (DESKTOP, PHONE), strict=True)))


def test_one_asks_the_other_reads_along_a_refresh_loses_nothing_and_a_stop_stops(server, browser, provider):
    ada, ben = two(browser, server.url, "ada-draft", "ben-draft")
    ada.say("@Lemma go on")
    provider.let(5)
    for player in (ada, ben):
        player.show("chat")
        expect(draft(player)).to_contain_text("word0 word1 word2 word3 word4")
    expect(draft(ben).get_by_role("button", name="Stop")).to_be_hidden()

    ada.page.reload()
    expect(draft(ada)).to_contain_text("word0 word1 word2 word3 word4")
    provider.let(5)
    for player in (ada, ben):
        expect(draft(player)).to_have_count(1)
        expect(draft(player)).to_contain_text("word4 word5 word6 word7 word8 word9")
    ada.check_accessibility()

    draft(ada).get_by_role("button", name="Stop").focus()
    ada.page.keyboard.press("Enter")
    for player in (ada, ben):
        expect(draft(player)).to_have_count(0)
        expect(answer(player)).to_contain_text("word8 word9")
        expect(answer(player).locator("[data-slot=ending]")).to_have_text("Stopped")
    provider.let(100)
    assert provider.hung_up.wait(10)
    assert ada.complaints == []
    assert ben.complaints == []


def test_an_answer_is_made_again_and_one_of_the_two_is_chosen(server, browser, provider):
    ada, ben = two(browser, server.url, "ada-again", "ben-again")
    provider.is_paced = False
    provider.words = ["The first answer."]
    ada.say("@Lemma what is a prime number?")
    expect(answer(ben)).to_contain_text("The first answer.")
    expect(answer(ben).get_by_role("button", name="Answer again")).to_be_hidden()

    provider.words = ["The second answer."]
    answer(ada).get_by_role("button", name="Answer again").click()
    for player in (ada, ben):
        expect(answer(player)).to_contain_text("The second answer.")
        expect(answer(player)).to_contain_text("2 of 2")
    answer(ada).get_by_role("button", name="The variant before").click()
    for player in (ada, ben):
        expect(answer(player)).to_contain_text("The first answer.")
        expect(answer(player)).to_contain_text("1 of 2")
    ada.page.reload()
    expect(answer(ada)).to_contain_text("The first answer.")
    expect(answer(ada)).to_contain_text("1 of 2")
    ada.check_accessibility()
    assert ada.complaints == []


def test_who_wrote_an_answer_stands_at_it_also_right_after_another_one(server, browser, provider):
    (ada,) = in_room(browser, server.url, ROOM, {"ada-twice": DESKTOP})
    ada.say("@Lemma go on")
    expect(draft(ada)).to_have_count(1)
    ada.say("@Lemma and then?")
    asked = ada.page.locator(".msg--own[data-seq]", has_text="and then?")
    expect(asked).to_have_count(1)
    provider.let(200)

    said = asked.locator("~ .msg--character[data-seq]")
    expect(said).to_have_count(2)
    for number in range(2):
        expect(said.nth(number).locator("[data-slot=engine]")).to_be_visible()
    assert ada.complaints == []


def test_without_a_script_the_buttons_are_forms(server, browser, provider):
    context = browser.new_context(java_script_enabled=False, base_url=server.url, viewport=DESKTOP)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name=re.compile("guest", re.IGNORECASE)).first.click()
    page.goto("/characters/lemma/talk/")
    page.get_by_role("textbox", name="Message", exact=True).fill("Go on")
    page.get_by_role("button", name="Send").click()
    provider.let(3)
    page.wait_for_timeout(1000)
    page.reload()
    growing = page.locator(".msg--streaming")
    expect(growing).to_contain_text("word0 word1 word2")

    growing.get_by_role("button", name="Stop").click()
    page.wait_for_timeout(1000)
    page.reload()

    said = page.locator(".msg--character[data-seq]").last
    expect(said).to_contain_text("word0 word1 word2")
    expect(said).to_contain_text("Stopped")
    provider.is_paced = False
    provider.words = ["Something else."]
    said.get_by_role("button", name="Answer again").click()
    page.wait_for_timeout(1500)
    page.reload()
    expect(page.locator(".msg--character[data-seq]").last).to_contain_text("Something else.")
    context.close()
