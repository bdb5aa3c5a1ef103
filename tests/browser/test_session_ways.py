"""Which way a page plays: over its socket where there is one, else by HTTP, with the same in sight."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, Player
from tests.browser.test_live import NO_SOCKETS

pytestmark = pytest.mark.browser
ROOM = "the-proof-workshop"
# At the last moment: the panel may be fetched again at any other.
REFUSED = """
addEventListener('submit', ({ target }) => (target.elements.round.value = 40), { capture: true, once: true })
"""


def asked_by_http(player: Player) -> list[str]:
    """The steps of the game for which the page goes by HTTP from now on."""
    steps: list[str] = []
    player.page.on(
        "request", lambda one: "/session/" in one.url and steps.append(one.url.split("/session/")[1])
    )
    return steps


def locked(player: Player):
    return player.page.locator(".verdict[aria-pressed=true]:disabled")


def test_an_answer_goes_over_the_socket_or_by_http_and_a_refusal_is_seen(server, browser):
    ada, bo = Player(browser, server.url, DESKTOP), Player(browser, server.url, DESKTOP)
    bo.page.add_init_script(NO_SOCKETS)
    for player, name, state in ((ada, "ada-wired", "online"), (bo, "bo-unwired", "polling")):
        player.sign_up(name)
        player.enter(ROOM, state=state)
    ada.open_quiz(rounds=2, seconds=90)
    for player in (ada, bo):
        player.press_ready()
    ada.page.get_by_role("button", name="Begin").click()
    for player in (ada, bo):
        expect(player.page.locator("#statement-text")).to_be_visible(timeout=40_000)
    by_socket, by_http = asked_by_http(ada), asked_by_http(bo)

    ada.page.evaluate(REFUSED)
    ada.page.get_by_role("button", name="TRUE").click()
    expect(ada.page.locator("#session-panel [role=alert]")).to_be_visible()
    assert by_socket == ["answer/"]

    by_socket.clear()
    ada.page.get_by_role("button", name="TRUE").click()
    expect(locked(ada)).to_have_attribute("data-verdict", "true")
    expect(ada.page.locator("[data-answered]")).to_have_text("1")
    bo.page.get_by_role("button", name="FALSE").click()
    for player in (ada, bo):
        expect(player.page.locator(".reveal__verdict")).to_be_visible()
    assert by_socket == []
    assert by_http[0] == "answer/"
    # Panels that came over the socket have forms that work.
    ada.page.on("dialog", lambda dialog: dialog.accept())
    ada.page.get_by_role("button", name="Stop playing and watch").click()
    expect(ada.page.get_by_role("button", name="Join in")).to_be_visible()
    ada.page.get_by_role("button", name="Call it off").click()
    for player in (ada, bo):
        expect(player.page.get_by_text("The last quiz was called off.")).to_be_visible()
    assert ada.complaints == []
