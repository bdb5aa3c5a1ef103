"""The page of notifications, the bell, and the console's list."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import Notification
from tests.factories.messaging import NotificationFactory
from tests.factories.players import GameMasterFactory, GuestFactory, SystemAdminFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(ada, client):
    client.force_login(ada, backend="players.backends.PlayerBackend")
    return client


def test_an_empty_page_says_what_will_come(page):
    response = page.get("/notifications/")

    assert "All quiet in the forge" in response.text
    assert "Mark all as read" not in response.text


def test_news_are_shown_with_what_can_be_done(page, ada):
    row = NotificationFactory(
        recipient=ada, title="Bo <asks>", action_url="/friends/", action_label="Answer", times=3
    )

    text = page.get("/notifications/").text

    assert "Bo &lt;asks&gt;" in text
    assert "3 times" in text
    assert f"/notifications/{row.pk}/open/" in text


def test_a_long_list_costs_as_many_queries_as_a_short_one(page, ada):
    counts = []
    for more in (1, 2):
        NotificationFactory.create_batch(more, recipient=ada)
        with CaptureQueriesContext(connection) as queries:
            page.get("/notifications/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_older_news_are_on_the_next_page(page, ada):
    NotificationFactory.create_batch(31, recipient=ada)

    first = page.get("/notifications/")
    second = page.get("/notifications/", {"after": first.context["page"].after})

    assert (len(first.context["page"].rows), len(second.context["page"].rows)) == (30, 1)


def test_days_begin_by_the_readers_own_clock(page, ada):
    ada.preferences.timezone = "Asia/Tokyo"
    ada.preferences.save()
    told = {
        "Late": datetime(2026, 3, 4, 14, 30, tzinfo=UTC),  # Half past eleven in the evening there.
        "Early": datetime(2026, 3, 4, 15, 30, tzinfo=UTC),
        "Before": datetime(2026, 3, 3, 12, tzinfo=UTC),
        "Long ago": datetime(2025, 12, 31, 12, tzinfo=UTC),
    }
    for title, at in told.items():
        NotificationFactory(recipient=ada, title=title, told_at=at)

    with patch("django.utils.timezone.now", return_value=datetime(2026, 3, 4, 20, tzinfo=UTC)):
        shown = page.get("/notifications/")

    assert [(day, [row.title for row in rows]) for day, rows in shown.context["days"]] == [
        ("Today", ["Early"]),
        ("Yesterday", ["Late"]),
        ("Tuesday, 3 March", ["Before"]),
        ("Wednesday, 31 December 2025", ["Long ago"]),
    ]
    assert shown.text.count('<h2 class="notices-day__name"') == 4


def test_a_day_that_a_page_ends_in_goes_on_under_its_name(page, ada):
    NotificationFactory.create_batch(31, recipient=ada)

    first = page.get("/notifications/")
    second = page.get("/notifications/", {"after": first.context["page"].after})

    assert [day for day, _ in first.context["days"]] == [day for day, _ in second.context["days"]]


@pytest.mark.parametrize("query", ["?kind=gossip", "?after=made-up"])
def test_what_is_no_list_is_not_found(page, query):
    assert page.get(f"/notifications/{query}").status_code == 404


def test_a_kind_without_news_leads_back(page, ada):
    NotificationFactory(recipient=ada, category="level")

    assert "Nothing like this" in page.get("/notifications/?kind=room").text


def test_opening_reads_and_leads_there(page, ada):
    row = NotificationFactory(recipient=ada, action_url="/rooms/")

    response = page.post(f"/notifications/{row.pk}/open/")

    row.refresh_from_db()
    assert (response["location"], row.is_read) == ("/rooms/", True)


@pytest.mark.parametrize("address", ["", "https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_opening_never_leads_to_another_site(page, ada, address):
    row = NotificationFactory(recipient=ada, action_url=address)

    assert page.post(f"/notifications/{row.pk}/open/")["location"] == "/notifications/"


def test_dismissing_takes_the_row_away(page, ada):
    rows = NotificationFactory.create_batch(2, recipient=ada)

    plain = page.post(f"/notifications/{rows[0].pk}/dismiss/")
    dynamic = page.post(f"/notifications/{rows[1].pk}/dismiss/", headers={"hx-request": "true"})

    assert (plain["location"], dynamic.content) == ("/notifications/", b"")
    assert dynamic["HX-Trigger"] == '{"notification": {"unread": 0}}'
    assert Notification.objects.filter(is_dismissed=True).count() == 2


def test_all_can_be_marked_as_read(page, ada):
    NotificationFactory.create_batch(2, recipient=ada)

    page.post("/notifications/read/")

    assert Notification.objects.filter(is_read=False).count() == 0


@pytest.mark.parametrize("deed", ["open", "dismiss"])
def test_nobody_touches_the_news_of_others(page, deed):
    row = NotificationFactory()

    assert page.post(f"/notifications/{row.pk}/{deed}/").status_code == 404
    assert (page.get("/notifications/").context["page"].rows, row.is_read) == ([], False)


def test_a_link_changes_nothing(page, ada):
    row = NotificationFactory(recipient=ada)

    assert page.get(f"/notifications/{row.pk}/open/").status_code == 405


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get("/notifications/").status_code == 302


# --- The bell -----------------------------------------------------------------------------------------------


def test_the_bell_tells_how_many_wait(page, ada):
    NotificationFactory.create_batch(2, recipient=ada)
    NotificationFactory(recipient=ada, is_read=True, read_at=timezone.now())

    assert 'aria-label="Notifications, 2 new"' in page.get("/rooms/").text


def test_the_bell_is_quiet_when_nothing_waits(page):
    text = page.get("/rooms/").text

    assert 'aria-label="Notifications"' in text
    assert 'data-bell-count aria-hidden="true" hidden' in text


def test_strangers_have_no_bell_and_guests_have_one(client):
    without = client.get("/").text
    client.force_login(GuestFactory(), backend="players.backends.PlayerBackend")

    assert ("data-bell" in without, "data-bell" in client.get("/rooms/").text) == (False, True)


# --- The console --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("factory", "status"), [(SystemAdminFactory, 200), (GameMasterFactory, 403)])
def test_only_administrators_look_into_what_players_are_told(client, factory, status):
    staff = factory(is_staff=True)
    row = NotificationFactory()
    client.force_login(staff, backend="players.backends.PlayerBackend")

    answers = [
        client.get(f"/admin/messaging/notification/{path}").status_code for path in ("", f"{row.pk}/change/")
    ]

    assert answers == [status, status]
    assert client.get("/admin/messaging/notification/add/").status_code == 403


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Waits", "Urgent news"}),
        ("priority=urgent", {"Urgent news"}),
        ("state=unread", {"Urgent news"}),
        ("state=dismissed", {"Put away news"}),
        ("state=dismissed&priority=urgent", set()),
    ],
)
def test_the_list_is_narrowed_by_priority_and_state(page, ada, query, shown):
    now = timezone.now()
    NotificationFactory(recipient=ada, title="Waits", is_read=True, read_at=now)
    NotificationFactory(recipient=ada, title="Urgent news", priority="urgent")
    NotificationFactory(recipient=ada, title="Put away news", is_dismissed=True, dismissed_at=now)

    rows = page.get(f"/notifications/?{query}").context["page"].rows

    assert {row.title for row in rows} == shown


def test_an_unknown_state_is_no_page(page):
    assert page.get("/notifications/?state=lost").status_code == 404


def test_pages_without_a_socket_ask_how_many_wait(page, ada):
    NotificationFactory.create_batch(2, recipient=ada)
    NotificationFactory()

    assert page.get("/notifications/count/").json() == {"unread": 2, "announced": []}
