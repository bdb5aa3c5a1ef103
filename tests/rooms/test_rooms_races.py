"""Several people at the same door in the same moment, each with a database connection of his own."""

from functools import partial

import pytest

from messaging.models import ChannelEvent
from messaging.queries import members
from rooms.actions.rooms import RoomFull, enter_room, leave_room, open_room
from rooms.models import Room
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 6


def try_to_enter(room, player):
    try:
        enter_room(room=room, player=player)
    except RoomFull:
        return False
    return True


def places(room):
    return Room.objects.values_list("current_players", flat=True).get(pk=room.pk)


def test_one_player_in_many_tabs_takes_one_place_even_if_it_is_the_last():
    room, player = RoomFactory(max_players=2), PlayerFactory()
    enter_room(room=room, player=PlayerFactory())

    results = at_once(*[lambda: try_to_enter(room, player)] * PEOPLE)

    assert results == [True] * PEOPLE
    assert (places(room), len(members(room.channel))) == (2, 2)


def test_leaving_in_many_tabs_gives_one_place_back():
    room, player = RoomFactory(), PlayerFactory()
    for somebody in (player, PlayerFactory()):
        enter_room(room=room, player=somebody)

    results = at_once(*[lambda: leave_room(room=room, player=player)] * PEOPLE)

    assert sorted(results) == [False] * (PEOPLE - 1) + [True]
    assert places(room) == 1


def test_people_who_come_and_go_at_once_never_wait_for_each_other_for_ever():
    room = RoomFactory()
    leaving, coming = PlayerFactory.create_batch(4), PlayerFactory.create_batch(4)
    for player in leaving:
        enter_room(room=room, player=player)

    steps = [(leave_room, player) for player in leaving] + [(enter_room, player) for player in coming]
    at_once(*(partial(step, room=room, player=player) for step, player in steps))

    assert places(room) == 4
    assert {member.player for member in members(room.channel)} == set(coming)
    numbers = ChannelEvent.objects.filter(channel=room.channel).order_by("seq").values_list("seq", flat=True)
    assert list(numbers) == list(range(1, 13))


def test_rooms_of_one_name_that_are_opened_at_once_get_different_addresses():
    rooms = at_once(*[lambda: open_room(owner=None, name="Hall")] * 4)

    assert sorted(room.slug for room in rooms) == ["hall", "hall-2", "hall-3", "hall-4"]
