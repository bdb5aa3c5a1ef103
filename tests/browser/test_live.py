"""What two people in front of two browsers see of each other, whatever the network and the server do."""

import re

import pytest
from playwright.sync_api import Locator, expect

from messaging.rules.direct import MAX_UNANSWERED
from tests.browser.people import DESKTOP, PHONE, Player, in_room

pytestmark = pytest.mark.browser

ROOM = "the-commons"
# Sockets lead nowhere until the page says otherwise, as in a network that lets no handshake through.
NO_SOCKETS = """
window.socketsLeadNowhere = true;
const Real = window.WebSocket;
window.WebSocket = function (url, protocols) {
  return new Real(window.socketsLeadNowhere ? String(url).replace("/ws/v1/", "/nowhere/") : url, protocols);
};
"""
KICK = """
from messaging.models import ChannelMember
from players.models import Player
from rooms.actions.rooms import leave_room
from rooms.models import Room
leave_room(room=Room.objects.get(slug="{room}"), player=Player.objects.get(username="{name}"), reason="kick")
"""
CLOSE = """
from django.utils import timezone
from rooms.actions.rooms import close_room
from rooms.models import Room
close_room(room=Room.objects.get(slug="{room}"), now=timezone.now())
"""
REOPEN = """
from rooms.actions.rooms import reopen_room
from rooms.models import Room
reopen_room(room=Room.objects.get(slug="{room}"))
"""
PROMOTE = """
from players.actions.roles import change_role
from players.models import Player
change_role(player=Player.objects.get(username="{name}"), role="game_master")
"""


def here(browser, url, *names):
    return in_room(browser, url, ROOM, dict.fromkeys(names, DESKTOP))


def message(player: Player, text: str) -> Locator:
    return player.page.locator("#messages .msg", has_text=text).last


def use(player: Player, text: str, tool: str) -> None:
    message(player, text).hover()
    message(player, text).locator(f'[data-tool="{tool}"]').click()


def banner(player: Player) -> Locator:
    return player.page.locator(".connection-line")


def is_connected(player: Player, state: str = "online") -> None:
    expect(player.page.locator("[data-connection]")).to_have_attribute("data-state", state, timeout=40_000)


def test_each_sees_at_once_what_the_other_does(server, browser):
    ada, ben = here(browser, server.url, "ada-live", "ben-live")
    expect(ada.page.locator("#people-list")).to_contain_text("ben-live")

    ben.page.locator("#composer-text").press_sequentially("Good mor")
    expect(ada.page.locator("[data-typing-names]")).to_contain_text("ben-live is writing")
    ben.say("Good morning to you")
    ada.hears("Good morning to you")
    expect(ada.page.locator("[data-typing-names]")).to_have_text("")

    use(ada, "Good morning to you", "react")
    ada.page.locator('#react-message [data-sign="👍"]').click()
    expect(message(ben, "Good morning to you").locator('.reaction[data-sign="👍"]')).to_be_visible()

    use(ben, "Good morning to you", "edit")
    ben.page.locator("#composer-text").fill("Good evening to you")
    ben.page.keyboard.press("Enter")
    ada.hears("Good evening to you")
    expect(ada.page.locator("#messages").get_by_text("Good morning to you")).to_have_count(0)

    use(ben, "Good evening to you", "delete")
    ben.page.locator("#delete-message").get_by_role("button", name="Delete").click()
    expect(ada.page.locator("#messages").get_by_text("Good evening to you")).to_have_count(0)
    assert ada.complaints == []
    assert ben.complaints == []

    asked = []
    ada.page.on("request", lambda request: asked.append(request.url) if "/people/" in request.url else None)
    ben.page.context.close()
    away = ada.page.locator("#people-list li", has_text="ben-live")
    expect(away).to_contain_text("away", timeout=40_000)
    expect(ada.page.locator("#people-count")).to_have_text("1 here")
    assert asked == [], "who comes and goes is told; nobody needs to ask for the list"


def test_whose_rights_change_sees_it_on_the_open_page(server, browser):
    ada, ben = here(browser, server.url, "ada-rights", "ben-rights")

    server.manage("shell", "-c", PROMOTE.format(name="ada-rights"))
    ada.say("Still here, as a game master")
    ben.hears("Still here, as a game master")
    server.manage("shell", "-c", KICK.format(room=ROOM, name="ben-rights"))

    # From another process nobody could tell the socket: the next heartbeat looks.
    expect(ben.page.locator("#composer-text")).to_be_disabled(timeout=45_000)
    expect(ada.page.locator("#people-list li", has_text="ben-rights")).to_have_count(0)
    ada.say("Ben shall not hear this")
    ada.hears("Ben shall not hear this")
    expect(ben.page.locator("#messages").get_by_text("Ben shall not hear this")).to_have_count(0)


def test_a_room_that_is_closed_says_so_where_one_writes_and_opens_again(server, browser):
    (ben,) = here(browser, server.url, "ben-closed")
    composer = ben.page.locator("#composer-text")
    composer.fill("Half a sentence")

    server.manage("shell", "-c", CLOSE.format(room=ROOM))
    expect(composer).to_be_disabled()
    expect(ben.page.locator(".composer .composer__error")).to_contain_text("This room was closed")
    server.manage("shell", "-c", REOPEN.format(room=ROOM))
    # Who has left the stream meanwhile comes back by loading the page.
    ben.page.reload()

    expect(composer).to_have_value("Half a sentence")
    ben.say("Here we are again")
    ben.hears("Here we are again")


def test_without_sockets_people_talk_by_plain_http(server, browser, tmp_path):
    (ben,) = here(browser, server.url, "ben-plain")
    ada = Player(browser, server.url, PHONE)
    ada.page.add_init_script(NO_SOCKETS)
    ada.sign_up("ada-plain")
    ada.enter(ROOM, state="polling")

    expect(banner(ada)).to_contain_text("with a short delay")
    ada.page.screenshot(path=str(tmp_path / "polling.png"))
    ada.check_accessibility()
    ada.say("By plain letters")
    ben.hears("By plain letters")
    ben.say("They arrive")
    ada.hears("They arrive")
    expect(ada.page.locator(".msg--waiting, .msg--failed")).to_have_count(0)
    # That one writes is told without a question; its answer is not taken for the one to the message.
    expect(ada.page.locator("[data-told]")).to_be_hidden()

    ada.page.evaluate("window.socketsLeadNowhere = false")
    is_connected(ada)
    expect(banner(ada)).to_be_hidden()
    ben.say("And now at once")
    ada.hears("And now at once")


def test_what_is_written_offline_is_sent_when_the_line_is_back(server, browser):
    ada, ben = here(browser, server.url, "ada-offline", "ben-offline")

    ada.page.context.set_offline(True)
    expect(banner(ada)).to_contain_text("You are offline")
    ada.say("Written in a tunnel")
    ben.say("Said meanwhile")
    expect(message(ada, "Written in a tunnel")).to_have_class(re.compile("msg--waiting|msg--failed"))
    ada.page.context.set_offline(False)

    ben.hears("Written in a tunnel")
    ada.hears("Said meanwhile")
    expect(banner(ada)).to_be_hidden()
    expect(ada.page.locator(".msg--waiting, .msg--failed")).to_have_count(0)
    expect(ben.page.locator("#messages").get_by_text("Written in a tunnel")).to_have_count(1)


def test_why_a_text_was_refused_stays_under_it(server, browser):
    ada = Player(browser, server.url, DESKTOP)
    ada.sign_up("ada-refused")
    ada.enter(ROOM)

    ada.say("/roll a banana")
    refused = message(ada, "/roll a banana")
    expect(refused).to_contain_text("Write it like /roll 2d6+1")
    # By then what is on its way says so, and a moment later that it could not be sent.
    ada.page.wait_for_timeout(1_000)

    expect(refused).to_contain_text("Write it like /roll 2d6+1")
    refused.get_by_role("button", name="Edit").click()
    expect(ada.page.locator("#composer-text")).to_have_value("/roll a banana")


def test_whoever_has_to_wait_for_an_answer_is_told_so(server, browser):
    ada, ben = (Player(browser, server.url, DESKTOP) for _ in range(2))
    ben.sign_up("ben-asked")
    ada.sign_up("ada-asks")
    ada.page.goto("/messages/new/")
    ada.page.get_by_label("Others, by username").fill("ben-asked")
    ada.page.get_by_label("Message", exact=True).fill("Question 0")
    ada.page.get_by_role("button", name="Send").click()
    is_connected(ada)
    for number in range(1, MAX_UNANSWERED + 1):
        ada.page.locator("#composer-text").fill(f"Question {number}")
        ada.page.keyboard.press("Enter")
        expect(message(ada, f"Question {number}")).to_be_visible()

    waiting = message(ada, f"Question {MAX_UNANSWERED}")
    expect(waiting).to_contain_text("answer")
    expect(waiting).to_have_class(re.compile("msg--failed"))


def test_an_unsent_text_can_be_edited_or_discarded(server, browser):
    ada = Player(browser, server.url, DESKTOP)
    # Chromium's offline mode lets sockets through, and a new one would carry the text away.
    ada.page.add_init_script(NO_SOCKETS)
    ada.sign_up("ada-unsent")
    ada.enter(ROOM, state="polling")
    ada.page.context.set_offline(True)
    expect(banner(ada)).to_contain_text("You are offline")
    ada.say("Perhaps not")

    failed = message(ada, "Perhaps not")
    failed.get_by_role("button", name="Edit").click()

    expect(ada.page.locator("#composer-text")).to_have_value("Perhaps not")
    expect(ada.page.locator(".msg--failed")).to_have_count(0)
    ada.say("Nor this")
    message(ada, "Nor this").get_by_role("button", name="Discard").click()
    ada.page.evaluate("window.socketsLeadNowhere = false")
    ada.page.context.set_offline(False)
    is_connected(ada)
    expect(ada.page.locator("#messages").get_by_text("Nor this")).to_have_count(0)


def test_a_page_goes_on_after_the_server_was_restarted(own_server, browser):
    ada, ben = here(browser, own_server.url, "ada-restart", "ben-restart")
    ada.say("Before the night")
    ben.hears("Before the night")

    own_server.process.terminate()
    own_server.process.wait(timeout=120)
    expect(banner(ada)).to_contain_text("restarts")
    ada.say("Into the night")
    own_server.start()

    for person in (ada, ben):
        is_connected(person)
        expect(banner(person)).to_be_hidden()
        person.hears("Into the night")
        expect(person.page.locator("#messages").get_by_text("Into the night")).to_have_count(1)
