from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.database import in_database
from padawanforge.kit.session_store import SessionStore
from players import browsers
from players.actions.accounts import create_admin
from players.actions.bans import ban
from players.rules.devices import device_of
from players.tasks import forget_ended_sessions
from tests.factories.players import PlayerFactory
from tests.messaging.sockets import Tab

pytestmark = pytest.mark.django_db
PAGE = "/accounts/sessions/"
PASSWORD = "correct horse battery"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.0 Mobile/15E148 Safari/604.1"
)
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def ada(db):
    return PlayerFactory(username="ada")


def browser(agent=LAPTOP, address="198.51.100.7"):
    """A browser in which Ada has signed in."""
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})
    return client


def is_in(client):
    return client.get("/settings/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "name", "is_handheld"),
    [
        (LAPTOP, "Firefox on Linux", False),
        (PHONE, "Mobile Safari on iOS", True),
        ("", "A browser", False),
        ("curl/8.5.0", "curl", False),
        ("<script>alert(1)</script>", "A browser", False),
    ],
)
def test_a_browser_is_named_for_people(agent, name, is_handheld):
    device = device_of(agent)

    assert (device.name, device.is_handheld) == (name, is_handheld)


def test_the_page_shows_each_browser_with_its_address_and_marks_this_one(ada):
    laptop = browser()
    browser(PHONE, "203.0.113.9")

    response = laptop.get(PAGE)

    page = response.content.decode()
    shown = [(row.device.name, row.address, row.is_this_one) for row in response.context["sessions"]]
    assert shown == [
        ("Firefox on Linux", "198.51.100.7", True),
        ("Mobile Safari on iOS", "203.0.113.9", False),
    ]
    assert page.count("This one") == 1
    assert "Sign out all others" in page


def test_the_page_costs_the_same_for_one_browser_and_for_three(ada):
    laptop = browser()
    with CaptureQueriesContext(connection) as one:
        laptop.get(PAGE)
    browser(PHONE)
    browser(PHONE)

    with CaptureQueriesContext(connection) as three:
        response = laptop.get(PAGE)

    assert len(response.context["sessions"]) == 3
    assert len(three) == len(one)


def test_what_has_ended_is_forgotten(ada, time_machine):
    browser(), browser(PHONE)
    kept = Session.objects.count(), UserSession.objects.count()
    time_machine.move_to(timezone.now() + timedelta(days=8))
    browser()

    forget_ended_sessions()

    assert kept == (2, 2)
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)


def test_ending_one_browser_leaves_the_others(ada):
    laptop, phone, tablet = browser(), browser(PHONE), browser(PHONE, "203.0.113.9")
    session = UserSession.objects.get(ip="203.0.113.9")

    response = laptop.post(f"{PAGE}{session.pk}/end/")

    assert (response.status_code, response.url) == (302, PAGE)
    assert (is_in(laptop), is_in(phone), is_in(tablet)) == (True, True, False)


def test_ending_all_others_leaves_this_one(ada):
    laptop, phone, tablet = browser(), browser(PHONE), browser(PHONE)

    response = laptop.post(f"{PAGE}end-others/", follow=True)

    assert "Signed out in 2 other browsers." in response.content.decode()
    assert (is_in(laptop), is_in(phone), is_in(tablet)) == (True, False, False)


def test_the_sessions_of_others_are_not_there(ada):
    laptop = browser()
    PlayerFactory(username="eve")
    eve = Client()
    eve.post("/accounts/login/", {"login": "eve@example.org", "password": PASSWORD})

    response = eve.post(f"{PAGE}{UserSession.objects.get(user=ada).pk}/end/")

    assert response.status_code == 404
    assert is_in(laptop)


@pytest.mark.parametrize("path", [PAGE + "end-others/", PAGE + "1/end/"])
def test_a_link_ends_no_session(ada, path):
    assert browser().get(path).status_code == 405


def test_when_a_session_was_used_is_noted_every_few_minutes(ada, time_machine):
    laptop = browser()
    before = UserSession.objects.get().last_seen_at
    laptop.get("/settings/")
    soon = UserSession.objects.get().last_seen_at
    time_machine.move_to(timezone.now() + timedelta(minutes=6))

    laptop.get("/settings/")

    assert soon == before
    assert UserSession.objects.get().last_seen_at - before >= timedelta(minutes=5)


def test_a_session_that_is_used_lives_on_but_not_for_ever(ada, time_machine):
    laptop = browser()
    days = []
    for _ in range(6):
        time_machine.move_to(timezone.now() + timedelta(days=5, minutes=1))
        days.append(is_in(laptop))

    assert days == [True] * 5 + [False]


def test_a_session_that_nobody_uses_ends_after_a_week(ada, time_machine):
    laptop = browser()
    time_machine.move_to(timezone.now() + timedelta(days=7, minutes=1))

    assert not is_in(laptop)


def test_signing_in_gives_the_session_a_new_key(ada):
    client = Client()
    client.get("/accounts/login/")
    client.session["x"] = 1
    before = client.session.session_key

    client.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})

    assert client.session.session_key != before


def test_a_new_password_ends_the_other_browsers(ada):
    laptop, phone = browser(), browser(PHONE)

    laptop.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "analytical engine 7", "password2": "analytical engine 7"},
    )

    assert (is_in(laptop), is_in(phone)) == (True, False)


def test_signing_out_deletes_the_session(ada):
    laptop = browser()

    laptop.post("/accounts/logout/")

    assert not Session.objects.filter(session_key__in=UserSession.objects.values("session_key")).exists()
    assert not is_in(laptop)


def cookie(client):
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


async def tab_in(client):
    tab = Tab(cookie(client))
    await tab.open()
    await tab.hello()
    return tab


async def closes(tab):
    """The code and the reason with which the server closed."""
    while True:
        message = await tab.socket.receive_output(5)
        if message["type"] == "websocket.close":
            await tab.socket.wait()
            return message["code"], message.get("reason", "")


@pytest.mark.django_db(transaction=True)
async def test_signing_out_closes_the_sockets_of_this_browser_at_once_and_no_others():
    await in_database(PlayerFactory)(username="ada")
    laptop, phone = await in_database(browser)(), await in_database(browser)(PHONE)
    here, there = await tab_in(laptop), await tab_in(phone)

    await in_database(laptop.post)("/accounts/logout/")

    assert await closes(here) == (4401, "signed_out")
    assert (await there.ask("ping", state="active"))["op"] == "ok"
    await there.leave()


@pytest.mark.django_db(transaction=True)
async def test_signing_out_the_others_closes_their_sockets_at_once():
    await in_database(PlayerFactory)(username="ada")
    laptop, phone = await in_database(browser)(), await in_database(browser)(PHONE)
    here, there = await tab_in(laptop), await tab_in(phone)

    await in_database(laptop.post)(f"{PAGE}end-others/")

    assert await closes(there) == (4401, "signed_out")
    assert (await here.ask("ping", state="active"))["op"] == "ok"
    await here.leave()


@pytest.mark.django_db(transaction=True)
async def test_a_ban_closes_every_socket_and_says_so():
    ada = await in_database(PlayerFactory)(username="ada")
    admin = await in_database(create_admin)(
        username="root-of-all", email="root@example.org", password="staple battery 7"
    )
    tab = await tab_in(await in_database(browser)())

    await in_database(ban)(player=ada, by=admin, reason="Spam")

    assert await closes(tab) == (4403, "banned")


@pytest.mark.django_db(transaction=True)
async def test_a_new_password_closes_the_sockets_of_other_browsers():
    await in_database(PlayerFactory)(username="ada")
    laptop, phone = await in_database(browser)(), await in_database(browser)(PHONE)
    there = await tab_in(phone)
    new = {"oldpassword": PASSWORD, "password1": "analytical engine 7", "password2": "analytical engine 7"}

    await in_database(laptop.post)("/accounts/password/change/", new)

    assert await closes(there) == (4401, "signed_out")


def test_a_process_that_knows_a_session_as_noted_does_not_ask_again(monkeypatch):
    session = SessionStore()
    session.create()
    session[browsers.RENEWED] = timezone.now().date().isoformat()
    first = [browsers.is_noted(session) for _ in range(2)]
    monkeypatch.setattr(browsers, "cache", None)

    assert [*first, browsers.is_noted(session)] == [False, True, True]
