"""How often somebody may write in a room, and with which words not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.actions.moderation import moderate_edit
from messaging.checks import Refused
from messaging.models import Message
from messaging.rules.slow import in_words, wait_ms
from rooms.actions.rooms import enter_room
from rooms.models import Room, RoomSettings
from rooms.queries.settings import slow_seconds_in
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.rooms import RoomFactory

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)


def room_with(role="member", factory=PlayerFactory, **chosen):
    room, player = RoomFactory(), factory()
    RoomSettings.objects.filter(room=room).update(**chosen)
    enter_room(room=room, player=player)
    room.channel.members.filter(player=player).update(role=role)
    return room, player


def say(room, player, text, at=NOON):
    with time_machine.travel(at, tick=False):
        return post_message(channel=room.channel, player=player, text=text)


def refused(room, player, text, at=NOON):
    with pytest.raises(Refused) as refusal:
        say(room, player, text, at)
    return refusal.value


def test_slow_mode_tells_how_long_to_wait():
    room, player = room_with(slow_seconds=10)
    say(room, player, "one")

    refusal = refused(room, player, "two", NOON + timedelta(seconds=3))

    assert (refusal.code, refusal.told) == ("slow_mode", {"retry_ms": 7000})
    assert str(refusal) == "Slow mode: one message every 10 seconds here. You can write again in 7 seconds."
    assert say(room, player, "two", NOON + timedelta(seconds=10)).message.text == "two"


def test_slow_mode_is_for_each_person_by_himself():
    room, player = room_with(slow_seconds=10)
    enter_room(room=room, player=(other := PlayerFactory()))
    say(room, player, "one")

    assert say(room, other, "mine").message.player == other


@pytest.mark.parametrize(
    ("role", "factory"),
    [("moderator", PlayerFactory), ("owner", PlayerFactory), ("member", GameMasterFactory)],
)
def test_who_moderates_writes_as_often_as_needed(role, factory):
    room, player = room_with(role, factory, slow_seconds=10)

    for text in ("one", "two"):
        say(room, player, text)

    assert Message.objects.count() == 2


def test_a_strict_room_is_slow_by_itself_and_its_owner_may_make_it_slower():
    waits = []
    for chosen in (0, 60):
        room, player = room_with(moderation_level="strict", slow_seconds=chosen)
        say(room, player, "one")
        waits.append(refused(room, player, "two").told["retry_ms"])
        waits.append(slow_seconds_in(Room.objects.get(pk=room.pk), moderates=False))

    assert waits == [10_000, 10, 60_000, 60]
    assert slow_seconds_in(room, moderates=True) == 0


def test_three_refusals_under_normal_mute(django_capture_on_commit_callbacks):
    room, player = room_with(moderation_level="normal", slow_seconds=10)
    say(room, player, "one")

    with django_capture_on_commit_callbacks(execute=True):
        codes = [refused(room, player, "two").code for _ in range(3)]
    with pytest.raises(Refused) as muted:
        post_message(channel=room.channel, player=player, text="three")

    assert codes == ["slow_mode"] * 3
    assert muted.value.code == "muted"


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_one_gets_through():
    room, player = room_with(slow_seconds=600)
    together = Barrier(2)

    def send(text):
        together.wait()
        try:
            return post_message(channel=room.channel, player=player, text=text).message.text
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(send, ["left", "right"]))

    assert answers[1] == "slow_mode"
    assert Message.objects.count() == 1


def test_a_room_takes_so_many_messages_of_one_person_a_minute():
    room, player = room_with(messages_per_minute=2)
    for second in (0, 20):
        say(room, player, f"at {second}", NOON + timedelta(seconds=second))

    refusal = refused(room, player, "at 30", NOON + timedelta(seconds=30))

    assert (refusal.code, refusal.rule, refusal.told) == ("rate", "rate", {"retry_ms": 30_000})
    assert say(room, player, "at 61", NOON + timedelta(seconds=61)).message.seq


@pytest.mark.parametrize("role", ["member", "owner"])
@pytest.mark.parametrize("level", ["none", "strict"])
@pytest.mark.parametrize("text", ["No spoiler!", "sp\u200b0iler", "S P O I L E R", "spoiiiler"])
def test_words_that_a_room_does_not_want_are_refused_to_everybody(role, level, text):
    room, player = room_with(role, moderation_level=level, refused_words="ending\nSpoiler")

    refusal = refused(room, player, text)

    assert (refusal.code, refusal.rule) == ("words", "own")


def test_parts_of_words_and_other_rooms_are_free():
    room, player = room_with(refused_words="spoil")
    elsewhere, other = room_with()

    assert say(room, player, "unspoilt, spoiler").message.seq
    assert say(elsewhere, other, "spoil").message.seq


def test_a_changed_message_is_compared_too():
    room, player = room_with(refused_words="spoiler")

    with pytest.raises(Refused, match="spoiler"):
        moderate_edit(player, room.channel, "a spoiler", NOON)


def test_a_wait_is_never_rounded_down():
    assert [wait_ms(last=100.0, between=10, now=now) for now in (100.0, 109.9996, 110.0)] == [10_000, 1, 0]
    assert [in_words(seconds) for seconds in (0.2, 1, 59.5, 119, 120, 3600, 21_600)] == [
        "1 second", "1 second", "60 seconds", "119 seconds", "2 minutes", "60 minutes", "6 hours",
    ]  # fmt: skip
