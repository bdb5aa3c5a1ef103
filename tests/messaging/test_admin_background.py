"""The console's lists of what waits to be said and of browsers that are woken."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import PushSubscription, ScheduledMessage
from messaging.models.notification import Notification
from tests.factories.messaging import ChannelMemberFactory, NotificationFactory
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory

pytestmark = pytest.mark.django_db
SECRET = "Meet me at the old observatory"


def planned(player=None, **fields):
    member = ChannelMemberFactory(**({"player": player} if player else {}))
    return ScheduledMessage.objects.create(
        channel=member.channel,
        player=member.player,
        text=SECRET,
        due_at=timezone.now() + timedelta(hours=1),
        **fields,
    )


def browser(player=None, **fields):
    player = player or PlayerFactory()
    return PushSubscription.objects.create(
        player=player,
        endpoint=f"https://push.example.org/wake/{player.pk}-secret",
        endpoint_hash=f"hash {player.pk}",
        p256dh="public-key",
        auth="auth-secret",
        browser="Firefox",
        **fields,
    )


@pytest.fixture
def console(client):
    client.force_login(SystemAdminFactory(is_staff=True), backend="players.backends.PlayerBackend")
    client.get("/admin/messaging/")
    return client


def test_the_console_shows_how_far_a_planned_message_is_and_not_what_it_says(console):
    row = planned(state="failed", attempts=2, last_error="You can read here, but not write.")

    shown = [console.get(f"/admin/messaging/scheduledmessage/{path}") for path in ("", f"{row.pk}/change/")]

    for page in shown:
        assert page.status_code == 200
        assert "You can read here, but not write." in page.text
        assert row.player.username in page.text
        assert SECRET not in page.text
    assert f'field-characters">{len(SECRET)}<' in shown[0].text
    assert SECRET not in console.get("/admin/messaging/scheduledmessage/?q=observatory").text


def test_the_console_shows_how_a_browser_is_woken_and_nothing_that_wakes_it(console):
    row = browser(failures=3)
    for error in ("older trouble", "503 from the push service"):
        NotificationFactory(
            recipient=row.player,
            delivery_method=Notification.Delivery.PUSH,
            delivery_attempts=2,
            delivery_error=error,
        )

    shown = [console.get(f"/admin/messaging/pushsubscription/{path}") for path in ("", f"{row.pk}/change/")]

    for page in shown:
        assert page.status_code == 200
        for told in ("push.example.org", "Fails", "Firefox", "503 from the push service"):
            assert told in page.text
        for kept in ("-secret", "public-key", "older trouble"):
            assert kept not in page.text


@pytest.mark.parametrize(("place", "make"), [("scheduledmessage", planned), ("pushsubscription", browser)])
@pytest.mark.parametrize(("factory", "status"), [(SystemAdminFactory, 200), (GameMasterFactory, 403)])
def test_only_administrators_see_them_and_nobody_writes(client, place, make, factory, status):
    row = make()
    client.force_login(factory(is_staff=True), backend="players.backends.PlayerBackend")
    address = f"/admin/messaging/{place}"

    answers = [client.get(f"{address}/{path}").status_code for path in ("", f"{row.pk}/change/")]
    written = [client.post(f"{address}/{path}").status_code for path in ("add/", f"{row.pk}/delete/")]

    assert (answers, written) == ([status, status], [403, 403])
    assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(("place", "make"), [("scheduledmessage", planned), ("pushsubscription", browser)])
def test_the_lists_cost_the_same_however_long(console, place, make):
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make()
        with CaptureQueriesContext(connection) as queries:
            assert console.get(f"/admin/messaging/{place}/").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]
