"""The letter of the morning, and the link in letters that stops them."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from messaging.actions.digests import send_digests
from messaging.actions.mails import stop_token
from messaging.actions.notifications import read
from messaging.models import Notification
from players.models import PlayerPreferences
from tests.factories.messaging import NotificationFactory
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 5, 5, 8, tzinfo=UTC)
EVENING = MORNING - timedelta(hours=12)
BEFORE = MORNING - timedelta(days=1)


@pytest.fixture
def ada():
    player = PlayerFactory(username="ada", display_name="Ada")
    EmailAddress.objects.create(user=player, email=player.email, primary=True, verified=True)
    choose(player, digest="daily", digest_sent_at=BEFORE)
    return player


def choose(player, **fields):
    PlayerPreferences.objects.filter(player=player).update(**fields)


def news(player, title="A friend", **fields):
    fields = {"told_at": EVENING, "expires_at": datetime(2999, 1, 1, tzinfo=UTC), **fields}
    return NotificationFactory(recipient=player, title=title, **fields)


class DeadMail:
    failure = smtplib.SMTPServerDisconnected("Nobody answers.")

    def __init__(self, *args, **kwargs):
        pass

    def send_messages(self, messages):
        raise self.failure


class UnknownThere(DeadMail):
    failure = smtplib.SMTPRecipientsRefused({"ada@example.org": (550, b"unknown")})


def test_what_waits_comes_in_one_letter(ada):
    news(ada, "A friend", action_url="/friends/requests/")
    news(ada, "A level", times=3)

    sent = send_digests(now=MORNING)

    letter = mail.outbox[0]
    assert (sent, letter.to, letter.subject) == (1, [ada.email], "[PadawanForge] 2 pieces of news for you")
    assert "http://localhost:8000/friends/requests/" in letter.body
    assert "A level (3 times), Mon 4 May, 20:00" in letter.body
    assert Notification.objects.filter(digested_at=MORNING).count() == 2


def test_times_are_those_of_the_reader(ada):
    choose(ada, timezone="Europe/Paris", digest_sent_at=BEFORE - timedelta(hours=4))
    news(ada)

    send_digests(now=MORNING)

    assert "Mon 4 May, 22:00" in mail.outbox[0].body


def test_the_same_morning_brings_one_letter_and_the_next_only_what_is_new(ada):
    news(ada, "Old")
    first = [send_digests(now=MORNING), send_digests(now=MORNING + timedelta(minutes=15))]
    news(ada, "New", told_at=MORNING + timedelta(hours=1))

    send_digests(now=MORNING + timedelta(days=1))

    assert first == [1, 0]
    assert "New" in mail.outbox[1].body
    assert "Old" not in mail.outbox[1].body


@pytest.mark.parametrize("fields", [{"digest": "off"}, {"notifications": False}, {"digest_sent_at": MORNING}])
def test_nothing_comes_to_who_wants_none_or_had_it(ada, fields):
    choose(ada, **fields)
    news(ada)

    assert send_digests(now=MORNING + timedelta(hours=1)) == 0


def test_what_was_read_or_came_by_letter_is_left_out(ada):
    read(notification=news(ada, "Seen"), now=EVENING)
    news(ada, "Mailed", delivery_method="email", delivery_status="delivered")

    assert send_digests(now=MORNING) == 0


def test_an_address_that_nobody_has_confirmed_gets_nothing(ada):
    EmailAddress.objects.update(verified=False)
    news(ada)

    assert send_digests(now=MORNING) == 0


def test_a_mail_server_that_is_away_is_asked_again_soon(ada, settings):
    news(ada)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.DeadMail"
    failed = send_digests(now=MORNING)
    row = Notification.objects.get()
    settings.EMAIL_BACKEND = backend

    again = send_digests(now=MORNING + timedelta(minutes=15))

    assert (failed, again, len(mail.outbox)) == (0, 1, 1)
    assert (row.delivery_attempts, row.delivery_error) == (1, "Digest: Nobody answers.")


def test_an_address_that_is_unknown_there_is_tried_the_next_morning_only(ada, settings):
    news(ada)
    settings.EMAIL_BACKEND = f"{__name__}.UnknownThere"

    send_digests(now=MORNING)
    send_digests(now=MORNING + timedelta(minutes=15))

    assert Notification.objects.get().delivery_attempts == 1


def test_a_long_list_names_the_newest_and_counts_the_others(ada):
    for number in range(33):
        news(ada, f"News {number}", told_at=EVENING + timedelta(minutes=number))

    send_digests(now=MORNING)

    assert "33 pieces" in mail.outbox[0].subject
    assert "And 3 more." in mail.outbox[0].body
    assert Notification.objects.filter(digested_at=None).count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_a_letter_costs_the_same_however_long_it_is(ada, count, django_assert_num_queries):
    for _ in range(count):
        news(ada)

    with django_assert_num_queries(7):
        send_digests(now=MORNING)


# --- Stopping -------------------------------------------------------------------------------------------


def test_letters_say_how_to_stop_them(ada):
    news(ada)

    send_digests(now=MORNING)

    headers = mail.outbox[0].extra_headers
    link = headers["List-Unsubscribe"].strip("<>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail.outbox[0].body
    assert "/notifications/letters/" in link


def stop_url(player, what):
    return reverse("messaging:letters-stop", args=[stop_token(player, what)])


def test_one_click_of_a_mail_program_stops_the_digest(ada, client):
    client.handler.enforce_csrf_checks = True

    response = client.post(stop_url(ada, "digest"), {"List-Unsubscribe": "One-Click"})

    assert response.status_code == 200
    assert PlayerPreferences.objects.get(player=ada).digest == "off"


def test_looking_at_the_link_stops_nothing(ada, client):
    response = client.get(stop_url(ada, "digest"))

    assert "Stop the digest?" in response.content.decode()
    assert PlayerPreferences.objects.get(player=ada).digest == "daily"


def test_a_kind_is_stopped_alone(ada, client):
    choose(ada, notification_ways={"friend": ["push", "email"], "room": ["email"]})

    client.post(stop_url(ada, "friend"))

    row = PlayerPreferences.objects.get(player=ada)
    assert (row.notification_ways, row.digest) == ({"friend": ["push"], "room": ["email"]}, "daily")


def test_a_link_that_was_made_up_does_nothing(ada, client):
    response = client.post(stop_url(ada, "digest")[:-4] + "xyz/")

    assert response.status_code == 404
    assert PlayerPreferences.objects.get(player=ada).digest == "daily"
