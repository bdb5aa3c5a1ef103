"""The page where players choose of what they hear, by which ways, and when not."""

import json
from datetime import time

import pytest
from django.urls import reverse

from messaging.actions.push import server_key
from messaging.models import PushSubscription
from players.choices import NotificationKind
from players.models import PlayerPreferences
from tests.factories.players import GuestFactory, PlayerFactory
from tests.messaging.push_service import Browser

pytestmark = pytest.mark.django_db
URL = "/settings/notifications/"
GOOD = {
    "notifications": "on",
    "digest": "weekly",
    "quiet_from": "22:00",
    "quiet_until": "07:00",
    "friend_pages": "on",
    "friend_email": "on",
    "room_pages": "on",
    "room_push": "on",
    "room_email": "on",
}


@pytest.fixture
def ada(client):
    player = PlayerFactory(username="ada")
    client.force_login(player)
    return player


def chosen(player):
    return PlayerPreferences.objects.get(player=player)


def test_all_of_it_is_saved(ada, client):
    response = client.post(URL, GOOD)

    row = chosen(ada)
    assert response.status_code == 302
    assert row.notification_switches == {kind: kind in {"friend", "room"} for kind in NotificationKind.values}
    assert row.notification_ways == {"friend": ["email"], "room": ["push", "email"]}
    assert (row.digest, row.quiet_from, row.quiet_until) == ("weekly", time(22), time(7))


def test_the_page_shows_what_is_chosen(ada, client):
    client.post(URL, GOOD)

    form = client.get(URL).context["form"]

    assert {name for name, field in form.fields.items() if field.initial is True} == {
        "notifications", "friend_pages", "friend_email", "room_pages", "room_push", "room_email",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet_until": ""},
        {"quiet_from": ""},
        {"quiet_until": "22:00"},
        {"quiet_from": "late"},
        {"digest": "hourly"},
    ],
)
def test_what_cannot_be_is_refused_at_its_field(ada, client, wrong):
    response = client.post(URL, {**GOOD, **wrong})

    assert response.status_code == 422
    assert set(response.context["form"].errors) <= set(wrong) | {"quiet_until", "quiet_from"}
    assert chosen(ada).digest == "off"


def test_guests_choose_too_and_learn_that_they_have_no_address(client):
    client.force_login(GuestFactory())

    assert "Guests have no address" in client.get(URL).content.decode()


def test_who_has_not_confirmed_an_address_is_told_where(ada, client):
    assert "confirmed your address" in client.get(URL).content.decode()


def test_strangers_are_sent_to_the_sign_in(client):
    assert client.get(URL).status_code == 302


# --- Push -----------------------------------------------------------------------------------------------


def subscription(endpoint="https://push.example.org/7"):
    return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": Browser().keys})


def test_a_browser_is_switched_on_and_off(ada, client):
    sent = subscription()
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}

    on = client.post(reverse("messaging:push-subscribe"), sent, "application/json", headers=agent)
    names = [row.browser for row in PushSubscription.objects.filter(player=ada)]
    off = client.post(reverse("messaging:push-unsubscribe"), sent, "application/json")

    assert (on.status_code, off.status_code, names) == (200, 200, ["Firefox on Linux"])
    assert PushSubscription.objects.count() == 0


@pytest.mark.parametrize(
    "sent", ["", "[]", "{}", '{"endpoint": 7, "keys": []}', subscription("http://x.org/")]
)
def test_what_is_no_subscription_is_refused(ada, client, sent):
    response = client.post(reverse("messaging:push-subscribe"), sent, "application/json")

    assert (response.status_code, response.json()["code"]) == (422, "invalid")


def test_nobody_switches_off_the_browser_of_another(ada, client):
    sent = subscription()
    client.post(reverse("messaging:push-subscribe"), sent, "application/json")
    client.force_login(PlayerFactory())

    client.post(reverse("messaging:push-unsubscribe"), sent, "application/json")

    assert PushSubscription.objects.filter(player=ada).count() == 1


def test_the_secret_of_a_browser_is_sealed_in_the_database(ada, client, django_db_blocker):
    from django.db import connection

    client.post(reverse("messaging:push-subscribe"), subscription(), "application/json")

    with connection.cursor() as cursor:
        cursor.execute("SELECT auth FROM messaging_pushsubscription")
        stored = cursor.fetchone()[0]
    assert stored != PushSubscription.objects.get().auth


def test_the_worker_is_served_from_the_root(client):
    response = client.get("/sw.js")

    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"
    assert "notificationclick" in response.content.decode()


def test_the_page_tells_browsers_the_key_of_the_server(ada, client):
    assert f'data-key="{server_key()}"' in client.get(URL).content.decode()


# --- Programs -------------------------------------------------------------------------------------------


def test_programs_choose_too(ada, client):
    sent = {
        "notification_ways": {"friend": ["email"]},
        "digest": "daily",
        "quiet_from": "22:00:00Z",
        "quiet_until": "07:00",
    }

    answer = client.patch("/api/v1/me/preferences", json.dumps(sent), "application/json")

    row = chosen(ada)
    assert answer.status_code == 200
    assert (row.notification_ways, row.digest) == ({"friend": ["email"]}, "daily")
    assert (row.quiet_from, row.quiet_until) == (time(22), time(7))


@pytest.mark.parametrize(
    "wrong",
    [{"quiet_from": "22:00"}, {"notification_ways": {"rain": []}}, {"notification_ways": {"room": ["sms"]}}],
)
def test_programs_are_refused_what_cannot_be(ada, client, wrong):
    answer = client.patch("/api/v1/me/preferences", json.dumps(wrong), "application/json")

    assert answer.status_code == 422
    assert chosen(ada).quiet_from is None
