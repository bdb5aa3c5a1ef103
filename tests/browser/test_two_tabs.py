"""One person in two windows: what is begun in one stands in the other, and an end comes to both."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, Player

pytestmark = pytest.mark.browser

ROOM = "two-tabs"
OPEN = f"""
from rooms.actions.rooms import open_room
open_room(owner=None, name="Two tabs", slug="{ROOM}")
"""
BAN = f"""
from datetime import timedelta
from django.utils import timezone
from messaging.actions.sanctions import Measure, sanction_automatically
from players.models import Player
from rooms.models import Room
channel = Room.objects.get(slug="{ROOM}").channel
measure = Measure("ban", "spam", "Too loud.", channel=channel, ends_at=timezone.now() + timedelta(days=700))
sanction_automatically(target=Player.objects.get(username="ada-tabs"), measure=measure)
"""


def test_a_draft_comes_to_the_other_window_and_a_ban_says_until_when(server, browser):
    server.manage("shell", "-c", OPEN)
    ada = Player(browser, server.url, DESKTOP)
    ada.sign_up("ada-tabs")
    ada.enter(ROOM)
    other = ada.page.context.new_page()
    other.goto(f"/rooms/{ROOM}/")
    expect(other.locator("[data-connection]")).to_have_attribute("data-state", "online", timeout=40_000)
    here, there = ada.page.locator("#composer-text"), other.locator("#composer-text")

    here.fill("Dear all")
    expect(there).to_have_value("Dear all")
    here.fill("")
    expect(there).to_have_value("")
    # Where the cursor stands, nothing changes under the fingers.
    here.blur()
    there.fill("My own words")
    expect(here).to_have_value("My own words")
    there.press("Enter")
    expect(here).to_have_value("")

    assert ada.complaints == []

    server.manage("shell", "-c", BAN)
    for page in (ada.page, other):
        # From another process: the next heartbeat looks.
        expect(page.locator("#composer-text")).to_be_disabled(timeout=45_000)
        expect(page.locator(".composer .composer__error")).to_contain_text("It is closed to you until")
