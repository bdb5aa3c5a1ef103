"""What players are told: when, how often, and of what they are told."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.actions.notifications import (
    KEPT_FOR,
    News,
    dismiss,
    forget_about,
    notify,
    read,
    read_all,
    remove_expired_notifications,
)
from messaging.database import in_database
from messaging.models import Notification
from messaging.queries.notifications import notifications_of, unread_count
from padawanforge.kit.events import announce
from players.actions.relationships import accept, ask_friend, block
from players.choices import NotificationKind
from players.models import Achievement, Player, PlayerPreferences
from players.signals import achievement_unlocked, export_ready, level_reached, streak_changed
from tests.factories.messaging import NotificationFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.messaging.sockets import Tab
from tests.races import at_once

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
KIND = NotificationKind


@pytest.fixture
def bo(db):
    return PlayerFactory(username="bo", display_name="Bo")


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks):
    """A function that runs an action and all that follows from its commit."""

    def run(action, *args, **arguments):
        with django_capture_on_commit_callbacks(execute=True):
            return action(*args, **arguments)

    return run


def tell(player, title="News", **fields):
    fields = {"kind": KIND.SYSTEM, **fields}
    return notify(recipient=player, news=News(title=title, **fields), now=timezone.now())


def told(player):
    """What the player was told, as (kind, title, address)."""
    found = Notification.objects.filter(recipient=player).order_by("pk")
    return list(found.values_list("category", "title", "action_url"))


# --- Telling ------------------------------------------------------------------------------------------------


def test_news_wait_for_the_player_and_are_kept_for_some_time(ada):
    news = News(KIND.SYSTEM, "News", "More of it", url="/rooms/", label="Look")

    row = notify(recipient=ada, news=news, now=NOW)

    assert (row.title, row.message, row.action_url, row.action_label) == (
        "News",
        "More of it",
        "/rooms/",
        "Look",
    )
    assert (row.is_read, row.told_at, row.expires_at) == (False, NOW, NOW + KEPT_FOR)


def test_the_master_switch_silences_everything(ada):
    PlayerPreferences.objects.filter(player=ada).update(notifications=False)

    assert (tell(ada), told(ada)) == (None, [])


def test_each_kind_has_a_switch(ada):
    PlayerPreferences.objects.filter(player=ada).update(
        notification_switches={"friend": False, "level": True}
    )

    for kind in (KIND.FRIEND, KIND.LEVEL, KIND.ROOM):
        tell(ada, kind.value, kind=kind)

    assert [title for _, title, _ in told(ada)] == ["level", "room"]


@pytest.mark.parametrize("change", [{"is_active": False}, {"leaves_at": NOW}])
def test_who_is_not_there_is_told_nothing(ada, change):
    Player.objects.filter(pk=ada.pk).update(**change)

    assert tell(Player.objects.get(pk=ada.pk)) is None


def test_guests_are_told_too(db):
    guest = GuestFactory()

    tell(guest)

    assert unread_count(guest) == 1


def test_nobody_hears_of_somebody_whom_a_block_hides(ada, bo):
    block(player=bo, other=ada)

    assert tell(ada, about=bo) is None


def test_the_same_news_is_one_row_while_it_is_unread(ada):
    first = tell(ada, "One", key="room.7")
    again = tell(ada, "Two", key="room.7")
    tell(ada, "Another", key="room.8")

    assert (again.pk, again.title, again.times, unread_count(ada)) == (first.pk, "Two", 2, 2)


@pytest.mark.parametrize("ending", [read, dismiss])
def test_news_that_were_seen_are_told_anew(ada, ending):
    first = tell(ada, key="room.7")
    ending(notification=first, now=NOW)

    again = tell(ada, key="room.7")

    assert again.pk != first.pk
    assert again.times == 1


def test_too_long_a_title_is_cut(ada):
    assert len(tell(ada, "x" * 500, message="y" * 5000).title) == 200


@pytest.mark.django_db(transaction=True)
def test_eight_threads_with_one_key_tell_one_thing_eight_times():
    player = PlayerFactory()

    at_once(*[lambda: tell(player, key="room.7")] * 8)

    assert list(Notification.objects.values_list("times", flat=True)) == [8]


# --- Reading ------------------------------------------------------------------------------------------------


def test_reading_counts_once(ada):
    row = tell(ada)

    done = [read(notification=row, now=NOW), read(notification=row, now=NOW + timedelta(hours=1))]

    row.refresh_from_db()
    assert (done, row.read_at, unread_count(ada)) == ([True, False], NOW, 0)


def test_all_is_read_at_once_and_only_ones_own(ada, bo):
    for player in (ada, ada, bo):
        tell(player)

    done = [read_all(player=ada, now=NOW), read_all(player=ada, now=NOW)]

    assert (done, unread_count(ada), unread_count(bo)) == ([True, False], 0, 1)


def test_what_is_dismissed_is_off_the_list_and_the_count(ada):
    row = tell(ada)

    done = [dismiss(notification=row, now=NOW), dismiss(notification=row, now=NOW)]

    assert (done, unread_count(ada), notifications_of(ada).rows) == ([True, False], 0, [])


def test_lists_are_paged_from_the_newest_and_narrowed_to_a_kind(ada):
    rows = [NotificationFactory(recipient=ada, told_at=NOW, expires_at=None) for _ in range(5)]
    NotificationFactory(recipient=ada, category="level")

    first = notifications_of(ada, kind="system", limit=3)
    second = notifications_of(ada, kind="system", after=first.after, limit=3)

    assert [row.pk for row in (*first.rows, *second.rows)] == [row.pk for row in reversed(rows)]


def test_what_is_over_is_not_shown_and_is_removed(ada):
    NotificationFactory(recipient=ada, expires_at=timezone.now() - timedelta(seconds=1))
    NotificationFactory(recipient=ada, expires_at=timezone.now() + timedelta(days=1))
    shown = len(notifications_of(ada).rows)

    removed = [remove_expired_notifications(now=timezone.now()) for _ in range(2)]

    assert (shown, removed, Notification.objects.count()) == (1, [1, 0], 1)


def test_what_was_told_about_somebody_can_be_taken_away(ada, bo):
    tell(ada, "About Bo", about=bo)
    tell(ada, "About nobody")

    forget_about(recipient=ada, other=bo)

    assert [title for _, title, _ in told(ada)] == ["About nobody"]


# --- What is told -------------------------------------------------------------------------------------------


def test_a_request_and_its_answer_are_told(ada, bo, after_commit):
    after_commit(ask_friend, player=bo, other=ada, now=NOW)
    after_commit(accept, player=ada, other=bo)

    assert told(ada) == [("friend", "Bo asks to be your friend", "/friends/requests/")]
    assert told(bo) == [("friend", "You and ada are friends now", "/players/ada/")]


def test_a_block_takes_away_what_the_two_were_told_of_each_other(ada, bo, after_commit):
    after_commit(ask_friend, player=bo, other=ada, now=NOW)
    after_commit(accept, player=ada, other=bo)

    after_commit(block, player=ada, other=bo)

    assert (told(ada), told(bo)) == ([], [])


def test_an_achievement_is_told_once(ada, after_commit):
    Achievement.objects.update_or_create(
        code="spark-of-a-test",
        defaults={
            "name": "First spark",
            "description": "Be right once.",
            "tier": "bronze",
            "points": 5,
            "rule": {},
        },
    )

    for _ in range(2):
        after_commit(announce, achievement_unlocked, sender=Player, player_id=ada.pk, code="spark-of-a-test")

    row = Notification.objects.get(recipient=ada)
    assert (row.title, row.message, row.action_url) == (
        "Achievement unlocked: First spark",
        "Be right once.",
        "/players/ada/",
    )
    assert (row.notification_type, row.related_entity_id) == ("achievement", "spark-of-a-test")


def test_several_levels_are_one_line(ada, after_commit):
    for level in (2, 3):
        after_commit(announce, level_reached, sender=Player, player_id=ada.pk, level=level)

    assert told(ada) == [("level", "You have reached level 3", "/players/ada/")]
    assert Notification.objects.get(recipient=ada).times == 1


def test_only_a_freeze_that_held_the_streak_is_told(ada, after_commit):
    for used_freeze in (False, True):
        after_commit(
            announce,
            streak_changed,
            sender=Player,
            player_id=ada.pk,
            day_streak=7,
            used_freeze=used_freeze,
        )

    assert [(kind, title) for kind, title, _ in told(ada)] == [("streak", "A freeze held your streak")]


def test_an_export_leads_to_its_file(ada, after_commit):
    uuid = uuid4()

    after_commit(announce, export_ready, sender=Player, player_id=ada.pk, export_uuid=uuid)

    assert [url for _, _, url in told(ada)] == [reverse("players:export-download", args=[uuid])]


# --- Live ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
async def test_an_open_page_hears_how_many_wait():
    player, other = await in_database(PlayerFactory)(), await in_database(PlayerFactory)()
    tabs = [await Tab.of(player, player={}), await Tab.of(player, player={})]
    stranger = await Tab.of(other, player={})
    await stranger.silent()

    row = await in_database(tell)(player)
    await in_database(tell)(player)
    await in_database(read)(notification=row, now=NOW)

    for tab in tabs:
        heard = await tab.events(3)
        assert [(event["type"], event["data"]) for event in heard] == [
            ("notification.unread", {"unread": unread}) for unread in (1, 2, 1)
        ]
    assert await stranger.silent() == []
    for tab in (*tabs, stranger):
        await tab.leave()
