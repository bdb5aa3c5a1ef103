"""Announcements: whom they reach, when, how often, and what readers do with them."""

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from messaging.actions.announcements import acknowledge, publish, put_away, tell, tell_due, withdraw
from messaging.database import in_database
from messaging.models import Announcement, AnnouncementReceipt, Message, Notification
from messaging.queries.announcements import announcements_for, banners_for
from padawanforge.kit.work import WorkState
from players.models import PlayerPreferences
from rooms.actions.rooms import enter_room, open_room
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.messaging.announced import DAY, HOUR, NOW, heard
from tests.messaging.sockets import Tab
from tests.races import at_once


def titles(player, now=None):
    return [shown.announcement.title for shown in banners_for(player, now or timezone.now())]


# --- Whom it reaches ------------------------------------------------------------------------------------


def test_each_audience_is_who_it_says(announce, told):
    room = open_room(owner=None, name="Attic")
    guest, player, master = GuestFactory(), PlayerFactory(), GameMasterFactory()
    enter_room(room=room, player=player)
    announce("all", audience="everybody")
    announce("accounts", audience="players")
    announce("masters", audience="role", role="game_master")
    announce("attic", audience="channel", channel=room.channel)

    told()

    expected = {guest: {"all"}, player: {"all", "accounts", "attic"}, master: {"all", "accounts", "masters"}}
    assert {who: set(titles(who)) for who in expected} == expected
    assert {who: set(heard(who)) for who in expected} == expected
    assert titles(AnonymousUser()) == ["all"]


def test_announcements_wait_for_their_time_and_end(announce, ada, told):
    announce(starts_at=NOW + HOUR, ends_at=NOW + 3 * HOUR)

    assert (titles(ada, NOW), told(NOW)) == ([], 0)
    cache.clear()
    assert titles(ada, NOW + 2 * HOUR) == ["The forge moves"]
    cache.clear()
    assert (titles(ada, NOW + 4 * HOUR), told(NOW + 4 * HOUR)) == ([], 0)


def test_the_most_urgent_stands_on_top(announce, ada):
    for priority in ("low", "urgent", "normal"):
        announce(priority, priority=priority)

    assert titles(ada) == ["urgent", "normal", "low"]


def test_a_page_without_announcements_asks_the_database_once_a_while(ada, django_assert_num_queries):
    cache.clear()

    with django_assert_num_queries(1):
        assert [titles(ada), titles(ada)] == [[], []]


@pytest.mark.parametrize("count", [1, 3])
def test_banners_cost_the_same_however_many_there_are(announce, ada, count, django_assert_num_queries):
    for _ in range(count):
        announce()
    titles(ada)

    with django_assert_num_queries(2):
        assert len(titles(ada)) == count


@pytest.mark.parametrize(
    ("fields", "column"),
    [
        ({"title": " "}, "title"),
        ({"audience": "role"}, "role"),
        ({"audience": "channel"}, "channel"),
        ({"ends_at": NOW - DAY}, "ends_at"),
    ],
)
def test_what_cannot_be_announced_is_refused_in_words(announce, fields, column):
    with pytest.raises(ValidationError) as refused:
        announce(**fields)

    assert set(refused.value.message_dict) == {column}


# --- Telling --------------------------------------------------------------------------------------------


def test_everybody_is_told_once(announce, ada, told):
    announce(text="Bring *water*.", priority="high")

    counts = [told(), told()]

    row = Notification.objects.get(recipient=ada)
    assert counts == [1, 0]
    assert (row.message, row.priority, row.action_label) == ("Bring water.", "high", "Read")


def test_who_died_while_telling_leaves_the_rest_to_the_next(announce, told):
    first, second = PlayerFactory(), PlayerFactory()
    announce()
    told()
    Notification.objects.filter(recipient=second).delete()
    Notification.objects.filter(recipient=first).update(is_read=True, read_at=timezone.now())
    # As a worker that died leaves it.
    Announcement.objects.update(state=WorkState.RUNNING, lease_until=NOW - HOUR, told_at=None)

    tell(pk=Announcement.objects.get().pk, now=timezone.now())

    assert (len(heard(first)), len(heard(second))) == (1, 1)
    assert Announcement.objects.get().state == WorkState.DONE


def test_what_comes_back_is_told_and_shown_again(announce, ada, told):
    announcement = announce(recurrence="daily", starts_at=NOW - 3 * HOUR)
    told(NOW)
    Notification.objects.update(is_read=True, read_at=NOW)
    put_away(announcement=announcement, player=ada, now=NOW)
    acknowledge(announcement=announcement, player=ada, now=NOW)

    assert (titles(ada, NOW + HOUR), told(NOW + HOUR)) == ([], 0)
    with time_machine.travel(NOW + DAY, tick=False):
        cache.clear()
        assert (titles(ada), told(), len(heard(ada))) == (["The forge moves"], 1, 2)


def test_a_room_is_told_in_its_stream_once_for_each_time(announce, told):
    room = open_room(owner=PlayerFactory(), name="Attic")
    announcement = announce(audience="channel", channel=room.channel, text="Tea at five.")

    told()
    tell(pk=announcement.pk, now=timezone.now())
    Announcement.objects.update(told_at=None)
    told()

    said = Message.objects.filter(channel=room.channel, type="system")
    assert [message.text for message in said] == ["**The forge moves**\n\nTea at five."]


def test_who_wants_no_announcements_gets_no_notification_and_sees_the_banner(announce, ada, told):
    PlayerPreferences.objects.filter(player=ada).update(notification_switches={"announcement": False})
    announce()

    told()

    assert (heard(ada), titles(ada)) == ([], ["The forge moves"])


def test_it_can_be_a_banner_only(announce, ada, told):
    announce(sends_notification=False)

    told()

    assert (heard(ada), titles(ada)) == ([], ["The forge moves"])


def test_many_are_told_in_batches(announce, told, monkeypatch):
    monkeypatch.setattr("messaging.actions.announcements.BATCH", 2)
    people = PlayerFactory.create_batch(5)
    announce()

    told()

    assert [len(heard(player)) for player in people] == [1] * 5


@pytest.mark.django_db(transaction=True)
def test_two_servers_at_once_tell_everybody_once():
    player = PlayerFactory()
    publish(Announcement(title="Once", starts_at=NOW - HOUR))

    begun = at_once(*[lambda: tell_due(now=timezone.now())] * 4)

    assert sum(begun) == 1
    assert heard(player) == ["Once"]
    assert Notification.objects.get(recipient=player).times == 1


def test_what_is_withdrawn_is_gone_everywhere(announce, ada, told):
    announcement = announce()
    told()

    done = [withdraw(announcement=announcement, now=NOW) for _ in range(2)]

    cache.clear()
    assert done == [True, False]
    assert (titles(ada), heard(ada), announcements_for(ada, timezone.now()).rows) == ([], [], [])


# --- Readers --------------------------------------------------------------------------------------------


def test_who_says_that_he_has_read_it_is_noted_and_may_put_it_away(announce, ada, client):
    announcement = announce(needs_acknowledgement=True)
    client.force_login(ada)
    banner = client.get("/notifications/").content.decode()

    client.post(reverse("messaging:announcement-dismiss", args=[announcement.uuid]))
    still = titles(ada)
    client.post(reverse("messaging:announcement-read", args=[announcement.uuid]))

    assert "I have read it" in banner
    assert (still, titles(ada)) == (["The forge moves"], [])
    assert AnnouncementReceipt.objects.get().acknowledged_at is not None


def test_open_pages_without_a_socket_ask_what_is_announced(announce, ada, client):
    row = announce(starts_at=NOW - HOUR, ends_at=NOW + DAY)
    announce(starts_at=NOW + HOUR)
    client.force_login(ada)

    asked = client.get("/notifications/count/").json()
    lines = client.get("/announcements/now/").content.decode()

    assert asked["announced"] == [str(row.uuid)]
    assert f'data-announcement="{row.uuid}" data-until="' in lines


def test_what_may_not_be_put_away_stays(announce, ada):
    announcement = announce(is_dismissible=False)

    put_away(announcement=announcement, player=ada, now=timezone.now())

    assert titles(ada) == ["The forge moves"]


def test_markdown_is_shown_and_html_is_not(announce, ada, client):
    announce(text="**Bold** <script>alert(1)</script>")
    client.force_login(ada)

    page = client.get("/announcements/").content.decode()

    assert "<strong>Bold</strong>" in page
    assert "<script>alert" not in page


def test_nobody_reads_what_is_for_others(announce, ada, client):
    announcement = announce(audience="role", role="game_master")
    client.force_login(ada)

    answers = [
        client.get(reverse("messaging:announcement", args=[announcement.uuid])).status_code,
        client.post(reverse("messaging:announcement-read", args=[announcement.uuid])).status_code,
        client.post(reverse("messaging:announcement-dismiss", args=[announcement.uuid])).status_code,
    ]

    assert answers == [404, 404, 404]
    assert AnnouncementReceipt.objects.count() == 0


def test_past_announcements_can_be_read_again(announce, ada, client):
    announce("Long ago", starts_at=NOW - 30 * DAY, ends_at=NOW - 29 * DAY)
    client.force_login(ada)

    page = client.get("/announcements/")

    assert "Long ago" in page.content.decode()
    assert "Over" in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long_it_is(
    announce, ada, client, count, django_assert_max_num_queries
):
    for _ in range(count):
        announce(shows_banner=False)
    client.force_login(ada)
    client.get("/announcements/")

    with django_assert_max_num_queries(10):
        client.get("/announcements/")


def test_a_database_without_announcements_says_so(ada, client):
    client.force_login(ada)

    assert "Nothing has been announced" in client.get("/announcements/").content.decode()


@pytest.mark.django_db(transaction=True)
async def test_open_pages_hear_that_something_is_announced():
    player = await in_database(PlayerFactory)()
    tab = await Tab.of(player)

    await in_database(publish)(Announcement(title="Now", starts_at=timezone.now()))

    heard = await tab.next("sig", where=lambda frame: frame["type"] == "announcement")
    assert heard["data"] == {}
    await tab.leave()
