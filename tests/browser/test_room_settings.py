"""A room is opened for a purpose, and what its owner changes shows at once in front of others."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, PHONE, Player

pytestmark = pytest.mark.browser

PROMOTE = """
from players.actions.roles import change_role
from players.models import Player
change_role(player=Player.objects.get(username="{name}"), role="game_master")
"""


def open_part(player: Player, title: str) -> None:
    part = player.page.locator(".form__part", has=player.page.locator(".form__part-title", has_text=title))
    if part.get_attribute("open") is None:
        part.locator("summary").click()


def test_an_owner_opens_a_room_and_changes_it_while_somebody_is_in_it(browser, server):
    ada, bo = Player(browser, server.url, DESKTOP), Player(browser, server.url, PHONE)
    ada.sign_up("ada-settings")
    bo.sign_up("bo-settings")
    server.manage("shell", "-c", PROMOTE.format(name="ada-settings"))

    ada.page.goto("/rooms/new/")
    ada.page.get_by_role("link", name=re.compile("Raid tavern")).click()
    ada.page.get_by_label("Name", exact=True).fill("Night school")
    ada.check_accessibility()
    ada.page.get_by_role("button", name="Open the room").click()
    ada.page.wait_for_url("**/rooms/night-school/")
    expect(ada.page.locator(".room")).to_have_attribute("data-room-theme", "ember")

    bo.enter("night-school")
    expect(bo.page.locator(".room__welcome")).to_contain_text("Take a seat by the fire")
    bo.check_accessibility()

    ada.page.get_by_role("link", name="Settings of the room").click()
    open_part(ada, "Look")
    ada.page.locator("#id_theme").select_option("ocean")
    open_part(ada, "Moderation")
    ada.page.get_by_label("Seconds between two messages of a member").fill("600")
    ada.check_accessibility()
    ada.page.get_by_role("button", name="Save").click()
    expect(ada.page.get_by_text("The room is changed.")).to_be_visible()

    expect(bo.page.locator(".room")).to_have_attribute("data-room-theme", "ocean")
    expect(bo.page.locator("[data-slow-line]")).to_have_text("Slow mode: one message every 10 minutes")
    bo.say("First")
    bo.hears("First")
    expect(bo.page.locator("[data-slow-line]")).to_contain_text("You can write again in 10 minutes.")
    bo.say("Second")
    expect(bo.page.locator(".composer .composer__error")).to_contain_text("what you wrote stays here")
    expect(bo.page.locator("#composer-text")).to_have_value("Second")

    # A tab that has not heard of the first message is refused by the server and keeps its text too.
    bo.page.reload()
    expect(bo.page.locator("[data-connection]")).to_have_attribute("data-state", "online")
    bo.say("Third")
    expect(bo.page.locator(".composer .composer__error")).to_contain_text(
        "Slow mode: one message every 10 minutes here."
    )
    expect(bo.page.locator("#composer-text")).to_have_value(re.compile("Third"))
    expect(bo.page.locator("#messages .msg", has_text="Third")).to_have_count(0)
    assert ada.complaints + bo.complaints == []
