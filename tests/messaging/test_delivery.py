"""News by e-mail and push: when they go out, what becomes of failures, and that quiet hours hold."""

import smtplib
from datetime import UTC, datetime, time, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from messaging.actions import push
from messaging.actions.delivery import deliver, deliver_owed, send_again
from messaging.actions.notifications import News, notify, read, read_place
from messaging.models import Notification, PushSubscription
from players.choices import NotificationKind
from players.models import PlayerPreferences
from tests.factories.messaging import NotificationFactory
from tests.factories.players import PlayerFactory, SystemAdminFactory
from tests.messaging.push_service import Browser, PushService

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
KIND = NotificationKind.FRIEND
Status = Notification.DeliveryStatus


@pytest.fixture
def ada(db):
    return confirmed(PlayerFactory(username="ada"))


@pytest.fixture
def service(settings):
    with PushService() as service:
        settings.PUSH_ORIGINS = [service.origin]
        yield service


def confirmed(player):
    EmailAddress.objects.create(user=player, email=player.email, primary=True, verified=True)
    return player


def choose(player, **fields):
    PlayerPreferences.objects.filter(player=player).update(**fields)


def subscribed(player, service, name="1"):
    browser = Browser()
    push.subscribe(
        player=player, endpoint=f"{service.origin}/{name}", **browser.keys, browser="Firefox", now=NOW
    )
    return browser


def tell(player, title="Bo asks to be your friend", now=NOW, **fields):
    fields = {"kind": KIND, "url": "/friends/requests/", **fields}
    return notify(recipient=player, news=News(title=title, **fields), now=now)


def work(row, now=NOW):
    deliver(pk=row.pk, now=now)
    row.refresh_from_db()
    return row


class DeadMail:
    """A mail server that refuses connections."""

    def __init__(self, *args, **kwargs):
        pass

    def send_messages(self, messages):
        raise smtplib.SMTPServerDisconnected("Nobody answers.")


# --- E-mail ---------------------------------------------------------------------------------------------


def test_without_a_choice_news_stay_on_the_pages(ada):
    row = work(tell(ada))

    assert (row.delivery_method, row.delivery_status, row.deliver_at) == ("in_app", Status.DELIVERED, None)
    assert mail.outbox == []


def test_news_that_were_ordered_come_by_e_mail(ada):
    choose(ada, notification_ways={"friend": ["email"]})

    row = work(tell(ada, message="She likes <b>chess</b>."))

    letter = mail.outbox[0]
    assert (letter.to, letter.subject) == ([ada.email], "[PadawanForge] Bo asks to be your friend")
    assert "http://localhost:8000/friends/requests/" in letter.body
    assert "&lt;b&gt;chess&lt;/b&gt;" in letter.alternatives[0].content
    assert (row.delivery_method, row.delivery_status, row.delivery_attempts) == ("email", Status.DELIVERED, 1)


def test_the_commit_sends_it_without_anybody_waiting(ada, django_capture_on_commit_callbacks, settings):
    choose(ada, notification_ways={"friend": ["email"]})

    with django_capture_on_commit_callbacks(execute=True):
        notify(recipient=ada, news=News(KIND, "Now"), now=datetime.now(UTC))

    assert [letter.subject for letter in mail.outbox] == ["[PadawanForge] Now"]


def test_no_letter_goes_to_an_address_that_nobody_has_confirmed():
    player = PlayerFactory()
    choose(player, notification_ways={"friend": ["email"]})

    row = work(tell(player))

    assert (row.delivery_method, mail.outbox) == ("in_app", [])


def test_the_same_news_rings_once_while_it_is_unread(ada):
    choose(ada, notification_ways={"friend": ["email"]})

    for _ in range(3):
        row = work(tell(ada, key="friend.7"))

    assert (row.times, len(mail.outbox)) == (3, 1)


def test_what_was_read_meanwhile_is_not_sent(ada):
    choose(ada, notification_ways={"friend": ["email"]})
    row = tell(ada)
    read(notification=row, now=NOW)

    work(row)

    assert (mail.outbox, row.deliver_at) == ([], None)


def test_a_job_that_comes_twice_sends_once(ada):
    choose(ada, notification_ways={"friend": ["email"]})
    row = tell(ada)

    work(row)
    work(row)

    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_is_asked_again_and_at_last_given_up(ada, settings):
    settings.EMAIL_BACKEND = f"{__name__}.DeadMail"
    choose(ada, notification_ways={"friend": ["email"]})
    row, now, waits = tell(ada), NOW, []

    while row.deliver_at is not None:
        now = row.deliver_at
        work(row, now)
        waits.append(row.deliver_at - now if row.deliver_at else None)

    assert waits == [*(timedelta(minutes=m) for m in (1, 5, 30, 120)), None]
    assert (row.delivery_status, row.delivery_attempts) == (Status.FAILED, 5)
    assert row.delivery_error == "By e-mail: Nobody answers."


def test_what_waits_is_sent_when_its_time_has_come(ada, django_capture_on_commit_callbacks):
    row = NotificationFactory(recipient=ada, deliver_at=NOW, delivery_method="email", told_at=NOW)
    choose(ada, notification_ways={"system": ["email"]})

    assert deliver_owed(now=NOW - timedelta(seconds=1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        found = deliver_owed(now=NOW)

    row.refresh_from_db()
    assert (found, len(mail.outbox), row.delivery_status) == (1, 1, Status.DELIVERED)


def test_who_died_while_sending_is_followed_by_another(ada):
    """The claim ends by itself."""
    choose(ada, notification_ways={"friend": ["email"]})
    row = tell(ada)
    Notification.objects.filter(pk=row.pk).update(deliver_at=NOW + timedelta(minutes=5), delivery_attempts=1)

    assert deliver_owed(now=NOW + timedelta(minutes=4)) == 0
    work(row, NOW + timedelta(minutes=5))

    assert (len(mail.outbox), row.delivery_attempts) == (1, 2)


# --- Quiet hours ----------------------------------------------------------------------------------------


def quiet(player, **fields):
    choose(
        player,
        notification_ways={"friend": ["email"]},
        quiet_from=time(13),
        quiet_until=time(15),
        timezone="Europe/Paris",
        **fields,
    )


def test_quiet_hours_of_the_players_day_put_letters_off(ada):
    quiet(ada)

    row = work(tell(ada))  # 14:00 in Paris

    assert (row.delivery_status, row.deliver_at, mail.outbox) == (
        Status.DELAYED,
        NOW + timedelta(hours=1),
        [],
    )

    work(row, NOW + timedelta(hours=1))
    assert (row.delivery_status, len(mail.outbox)) == (Status.DELIVERED, 1)


def test_urgent_news_come_through(ada):
    quiet(ada)

    work(tell(ada, priority="urgent"))

    assert len(mail.outbox) == 1


def test_news_that_wait_for_the_morning_and_become_urgent_come_through(ada):
    quiet(ada)
    first = work(tell(ada, key="bo"))
    waited = first.delivery_status

    row = work(tell(ada, key="bo", priority="urgent"))

    assert (row.pk, waited, row.delivery_status) == (first.pk, Status.DELAYED, Status.DELIVERED)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("first", "then", "shown"),
    [("urgent", "normal", "urgent"), ("high", "urgent", "urgent"), ("normal", "low", "normal")],
)
def test_news_stay_as_urgent_as_the_most_urgent_that_nobody_has_read(ada, first, then, shown):
    tell(ada, key="bo", priority=first)

    row = tell(ada, key="bo", priority=then)

    assert (row.priority, row.times) == (shown, 2)


def test_quiet_hours_that_begin_while_it_is_retried_hold_too(ada):
    choose(ada, notification_ways={"friend": ["email"]})
    row = tell(ada, now=NOW - timedelta(hours=2))
    quiet(ada)

    work(row)

    assert (row.delivery_status, row.delivery_attempts, mail.outbox) == (Status.DELAYED, 0, [])


# --- Push -----------------------------------------------------------------------------------------------


def test_every_browser_of_the_player_is_woken_without_private_words(ada, service):
    browsers = [subscribed(ada, service, name) for name in "12"]
    choose(ada, notification_ways={"friend": ["push"]})

    row = work(tell(ada))

    said = [browser.open(body) for browser, (_, _, body) in zip(browsers, service.heard, strict=True)]
    assert {line["body"] for line in said} == {"There is news from a friend."}
    assert {line["url"] for line in said} == {"/friends/requests/"}
    assert (row.delivery_method, row.delivery_status) == ("push", Status.DELIVERED)


def test_a_browser_that_wants_no_more_is_forgotten(ada, service):
    subscribed(ada, service)
    choose(ada, notification_ways={"friend": ["push"]})
    service.statuses = [410]

    row = work(tell(ada))

    assert (PushSubscription.objects.count(), row.delivery_status) == (0, Status.DELIVERED)


def test_a_service_that_fails_is_asked_again_and_its_failures_are_counted(ada, service):
    subscribed(ada, service)
    choose(ada, notification_ways={"friend": ["push"]})
    service.statuses = [503]

    row = work(tell(ada))

    assert (row.delivery_status, row.deliver_at) == (Status.PENDING, NOW + timedelta(minutes=1))
    assert PushSubscription.objects.get().failures == 1

    work(row, row.deliver_at)
    assert (row.delivery_status, PushSubscription.objects.get().failures) == (Status.DELIVERED, 0)


def test_after_the_push_comes_the_letter(ada, service):
    subscribed(ada, service)
    choose(ada, notification_ways={"friend": ["email", "push"]})

    row = work(work(tell(ada)))

    assert (len(service.heard), len(mail.outbox)) == (1, 1)
    assert (row.delivery_method, row.delivery_status) == ("email", Status.DELIVERED)


def test_a_way_that_is_given_up_leaves_the_next_one_its_turn(ada, service):
    subscribed(ada, service)
    choose(ada, notification_ways={"friend": ["email", "push"]})
    service.statuses = [500] * 5
    row = tell(ada)

    for _ in range(6):
        work(row, row.deliver_at)

    assert (len(mail.outbox), row.delivery_status) == (1, Status.DELIVERED)
    assert row.delivery_error == "By push: The service answered with 500."


def test_a_browser_belongs_to_whoever_switched_it_on_last(ada, service):
    subscribed(ada, service)
    bo = PlayerFactory()

    subscribed(bo, service)

    assert [row.player for row in PushSubscription.objects.all()] == [bo]


@pytest.mark.parametrize("endpoint", ["http://push.example.org/1", "ftp://x", "", "https://u:p@example.org/"])
def test_services_with_other_addresses_are_refused(ada, endpoint):
    with pytest.raises(push.NotSubscribed):
        push.subscribe(player=ada, endpoint=endpoint, **Browser().keys, browser="", now=NOW)


def test_the_oldest_browser_makes_room(ada, service):
    for number in range(push.MAX_BROWSERS + 1):
        subscribed(ada, service, str(number))

    ends = [row.endpoint.rsplit("/", 1)[1] for row in PushSubscription.objects.order_by("pk")]
    assert ends == [str(number) for number in range(1, push.MAX_BROWSERS + 1)]


# --- Places and the console -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "is_read"), [("/rooms/attic/", True), ("/rooms/", False), ("/rooms/attic/more/", False)]
)
def test_news_are_read_where_they_lead(ada, path, is_read):
    row = tell(ada, url="/rooms/attic/#message-7", now=datetime.now(UTC))

    read_place(player=ada, path=path, now=NOW)

    row.refresh_from_db()
    assert row.is_read is is_read


def test_opening_the_page_counts_and_fragments_do_not(ada, client):
    client.force_login(ada)
    row = tell(ada, url="/notifications/", now=datetime.now(UTC))

    client.get("/notifications/", headers={"Accept": "*/*"})
    client.get("/notifications/", headers={"Accept": "text/html", "HX-Request": "true"})
    client.get("/notifications/", headers={"Accept": "text/html", "Sec-Purpose": "prefetch"})
    assert Notification.objects.unread().count() == 1
    client.get("/notifications/", headers={"Accept": "text/html,*/*"})

    row.refresh_from_db()
    assert row.is_read


def test_staff_see_what_failed_and_send_it_again(ada, client, django_capture_on_commit_callbacks):
    client.force_login(SystemAdminFactory())
    choose(ada, notification_ways={"system": ["email"]})
    row = NotificationFactory(recipient=ada, delivery_status="failed", delivery_error="By e-mail: away")
    url = reverse("admin:messaging_notification_changelist")

    page = client.get(url, {"delivery_status__exact": "failed"}).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"action": "send_again", "_selected_action": [row.pk]})

    row.refresh_from_db()
    assert "By e-mail: away" in page
    assert (row.delivery_status, row.delivery_error, len(mail.outbox)) == (Status.DELIVERED, "", 1)


def test_who_has_chosen_no_way_is_sent_nothing_again(ada):
    assert send_again(notification=NotificationFactory(recipient=ada), now=NOW) is False
