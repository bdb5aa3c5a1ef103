"""Rooms that are archived because nobody needs them."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.models import ChannelEvent
from rooms.actions import idle
from rooms.actions.activity import note_activity
from rooms.actions.idle import archive_unused
from rooms.actions.rooms import enter_room, leave_room
from rooms.models import GameSession, Room, RoomSettings
from tests.factories.learning import TopicFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(hours=1)


def empty_room(**chosen):
    """A room that its only member has left."""
    room, player = RoomFactory(settings__auto_delete_when_empty=True, **chosen), PlayerFactory()
    enter_room(room=room, player=player)
    leave_room(room=room, player=player)
    return room


def silent_room(days, **chosen):
    room = RoomFactory(settings__max_idle_time=3, **chosen)
    Room.objects.filter(pk=room.pk).update(last_activity_at=NOW - timedelta(days=days))
    return room


def reasons():
    return list(Room.objects.order_by("pk").values_list("closed_reason", flat=True))


def play(room):
    GameSession.objects.create(
        room=room, topic=TopicFactory(), rounds_planned=3, seconds_per_round=20, phase_started_at=NOW,
        max_participants=10,
    )  # fmt: skip


def test_a_room_that_stays_empty_is_archived():
    room = empty_room()

    at_once, after_a_while = (archive_unused(now=moment) for moment in (NOW, LATER))

    room.refresh_from_db()
    assert (at_once, after_a_while) == (0, 1)
    assert (room.closed_at, room.closed_reason) == (LATER, "empty")
    assert ChannelEvent.objects.filter(type="room.archived").count() == 1


def test_a_room_to_which_somebody_comes_back_stays_open():
    room = empty_room()
    archive_unused(now=NOW)
    enter_room(room=room, player=PlayerFactory())

    assert archive_unused(now=LATER) == 0
    assert Room.objects.get().empty_since is None


def test_without_the_setting_an_empty_room_stays_open():
    room = empty_room()
    room.settings.auto_delete_when_empty = False
    room.settings.save()

    assert [archive_unused(now=moment) for moment in (NOW, LATER)] == [0, 0]


def test_a_room_in_which_nobody_speaks_is_archived_after_its_days():
    silent_room(days=4)
    silent_room(days=2)
    RoomFactory(settings__max_idle_time=0)
    Room.objects.order_by("pk").filter(settings__max_idle_time=0).update(
        last_activity_at=NOW - timedelta(days=900)
    )

    assert archive_unused(now=NOW) == 1
    assert reasons() == ["idle", "", ""]


def test_a_message_keeps_a_room_open():
    room, player = silent_room(days=4), PlayerFactory()
    enter_room(room=room, player=player)
    with time_machine.travel(NOW, tick=False):
        note_activity(post_message(channel=room.channel, player=player, text="Still here").message)

    assert archive_unused(now=NOW) == 0


def test_no_room_is_archived_while_a_session_runs():
    for room in (empty_room(), silent_room(days=4)):
        play(room)
    archive_unused(now=NOW)

    assert archive_unused(now=LATER) == 0
    GameSession.objects.update(phase="finished", ended_at=LATER)
    assert archive_unused(now=LATER) == 2


def test_who_comes_in_the_last_moment_finds_the_room_open(monkeypatch):
    room = empty_room()
    archive_unused(now=NOW)
    Room.objects.update(empty_since=NOW)
    due = idle._empty_since(LATER)
    enter_room(room=room, player=PlayerFactory())

    assert due == [room.pk]
    assert idle._archive(room.pk, "empty", LATER) is False


def test_who_chooses_otherwise_in_the_last_moment_finds_the_room_open():
    empty, silent = empty_room(), silent_room(days=4)
    Room.objects.filter(pk=empty.pk).update(empty_since=NOW)
    due = (idle._empty_since(LATER), idle._idle_since(LATER))
    RoomSettings.objects.update(auto_delete_when_empty=False, max_idle_time=0)

    assert due == ([empty.pk], [silent.pk])
    assert not idle._archive(empty.pk, "empty", LATER)
    assert not idle._archive(silent.pk, "idle", LATER)


def test_one_broken_room_does_not_keep_the_others_open(monkeypatch):
    broken, other = silent_room(days=4), silent_room(days=4)
    close_room = idle.close_room

    def close(*, room, **more):
        if room.pk == broken.pk:
            raise RuntimeError
        return close_room(room=room, **more)

    monkeypatch.setattr(idle, "close_room", close)

    assert archive_unused(now=NOW) == 1
    assert Room.objects.get(pk=other.pk).closed_reason == "idle"
