"""The characters of a room by the JSON interface."""

import json

import pytest

from messaging.actions.messages import post_message
from rooms.actions.rooms import enter_room, open_room
from rooms.models import Reply, RoomNpc
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.rooms import RoomNpcFactory

pytestmark = pytest.mark.django_db
PLACES = "/api/v1/rooms/hall/characters"


@pytest.fixture
def owner(client):
    player = GameMasterFactory()
    client.force_login(player)
    return player


@pytest.fixture
def room(owner):
    return open_room(owner=owner, name="Hall", slug="hall")


def sent(client, method, address, **data):
    return client.generic(method, address, json.dumps(data), content_type="application/json")


def test_a_character_comes_is_led_and_leaves(client, room):
    NpcFactory(slug="vega", name="Vega")

    come = sent(client, "POST", PLACES, character="vega", role="assistant")
    address = f"{PLACES}/{come.json()['id']}"
    led = sent(client, "PATCH", address, talkativeness=0.9, stage_direction="Whisper.")
    listed = client.get(PLACES).json()
    left = client.delete(address)

    assert (come.status_code, come.json()["role"], left.status_code) == (201, "assistant", 204)
    assert (led.json()["talkativeness"], led.json()["stage_direction"]) == (0.9, "Whisper.")
    assert listed == [led.json()]
    assert not RoomNpc.objects.get().is_active


def test_it_speaks_when_it_is_told_to(client, room, owner):
    place = RoomNpcFactory(room=room)
    nothing = client.post(f"{PLACES}/{place.pk}/speak")
    post_message(channel=room.channel, player=owner, text="Is anybody here?")

    told = client.post(f"{PLACES}/{place.pk}/speak")

    assert (nothing.status_code, told.status_code) == (409, 202)
    assert told.json() == {"answer": str(Reply.objects.get().uuid)}


def test_only_who_manages_the_room_leads(client, room):
    place = RoomNpcFactory(room=room)
    member = PlayerFactory()
    enter_room(room=room, player=member)
    client.force_login(member)
    address = f"{PLACES}/{place.pk}"

    answers = [
        client.get(PLACES),
        sent(client, "POST", PLACES, character=place.npc.slug),
        sent(client, "PATCH", address, is_muted=True),
        client.delete(address),
        client.post(f"{address}/speak"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5


def test_a_place_of_another_room_is_not_there(client, room):
    elsewhere = RoomNpcFactory()

    assert client.delete(f"{PLACES}/{elsewhere.pk}").status_code == 404
    assert client.delete(f"{PLACES}/{10**30}").status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"talkativeness": 2}, {"role": "king"}, {"cooldown_seconds": -1}, {"x": 1}]
)
def test_what_is_wrong_is_refused(client, room, wrong):
    place = RoomNpcFactory(room=room)

    assert sent(client, "PATCH", f"{PLACES}/{place.pk}", **wrong).status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same(client, room, django_assert_num_queries, count):
    RoomNpcFactory.create_batch(count, room=room)
    client.get(PLACES)

    with django_assert_num_queries(5):
        listed = client.get(PLACES).json()

    assert len(listed) == count
