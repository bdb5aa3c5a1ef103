from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.models import Message
from rooms.actions.rooms import close_room, enter_room, open_room
from tests.factories.npcs import NpcCategoryFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory

pytestmark = pytest.mark.django_db
ROOMS = "/api/v1/rooms"


@pytest.fixture
def player(client):
    player = PlayerFactory()
    client.force_login(player)
    return player


@pytest.fixture
def room(player):
    """A room that the player is in."""
    room = RoomFactory(slug="hall")
    enter_room(room=room, player=player)
    return room


def say(client, room, **data):
    return client.post(f"{ROOMS}/{room.slug}/messages", data, content_type="application/json")


def test_a_room_is_told_in_full(client, player):
    room = open_room(
        owner=player, name="Hall", description="For the sky.", category=NpcCategoryFactory(name="sky"),
        tags=["stars"], difficulty="expert", max_players=5,
    )  # fmt: skip
    RoomNpcFactory(room=room, npc__slug="vega")

    answer = client.get(f"{ROOMS}/hall").json()

    assert answer == {
        "slug": "hall",
        "name": "Hall",
        "description": "For the sky.",
        "difficulty": "expert",
        "audience": "from_13",
        "category": "sky",
        "tags": ["stars"],
        "channel": str(room.channel.uuid),
        "people_present": 0,
        "current_players": 1,
        "max_players": 5,
        "characters": ["vega"],
        "is_playing": False,
        "is_mine": True,
    }
    assert client.get(ROOMS).json() == {"rooms": [answer], "after": ""}


def test_the_lobby_is_filtered_and_read_page_by_page(client, player):
    RoomFactory(name="Other")
    RoomFactory.create_batch(25, difficulty="expert", description="Moon")

    first = client.get(ROOMS, {"difficulty": "expert", "search": "moon"}).json()
    second = client.get(ROOMS, {"difficulty": "expert", "search": "moon", "after": first["after"]}).json()

    assert (len(first["rooms"]), len(second["rooms"]), second["after"]) == (24, 1, "")
    assert len({room["slug"] for room in first["rooms"] + second["rooms"]}) == 25


@pytest.mark.parametrize("query", ["search=%00", "tag=%00", "category=%00", "difficulty=x", "after=%00"])
def test_a_strange_filter_is_no_fault(client, player, query):
    assert client.get(f"{ROOMS}?{query}").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_lobby_costs_the_same_however_many_rooms(client, player, django_assert_num_queries, count):
    for room in RoomFactory.create_batch(count):
        RoomNpcFactory(room=room)
        room.tags.create(name=room.slug)

    # Session, player, the time zone and two of rights; rooms, characters, tags; presence, sessions, memberships.
    with django_assert_num_queries(12):
        answer = client.get(ROOMS).json()

    assert [len(room["characters"]) + len(room["tags"]) for room in answer["rooms"]] == [2] * count


def test_entering_and_leaving(client, player):
    RoomFactory(slug="hall")

    first, second = (client.post(f"{ROOMS}/hall/enter") for _ in range(2))
    left, again = (client.post(f"{ROOMS}/hall/leave") for _ in range(2))

    assert (first.status_code, first.json()["current_players"], first.json()["is_mine"]) == (200, 1, True)
    assert first.json() == second.json()
    assert (left.status_code, again.status_code) == (204, 404)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"max_players": 0}, "room_full"),
        ({"closed_at": timezone.now()}, "gone"),
        ({"settings__allow_anonymous": False}, "forbidden"),
    ],
)
def test_a_refusal_is_a_conflict_with_a_reason(client, fields, code):
    RoomFactory(slug="hall", **fields)
    client.force_login(GuestFactory())

    response = client.post(f"{ROOMS}/hall/enter")

    assert (response.status_code, response.json()["code"]) == (409, code)
    assert response.json()["detail"]


def test_a_message_is_posted_once_under_its_id(client, room):
    cid = str(uuid4())

    first, second = (say(client, room, text="Hello", cid=cid) for _ in range(2))
    other = say(client, room, text="Other words", cid=cid)

    message = Message.objects.get()
    posted = {"uuid": str(message.uuid), "seq": message.seq}
    assert (first.status_code, first.json()) == (201, {**posted, "dup": False, "told": ""})
    assert (second.status_code, second.json()) == (200, {**posted, "dup": True, "told": ""})
    assert (other.status_code, other.json()["code"]) == (409, "cid_conflict")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"text": " "}, 409),
        ({"text": "x" * 4001}, 409),
        ({"text": "hello", "cid": "7"}, 422),
        ({}, 422),
        ({"text": None}, 422),
    ],
)
def test_a_message_that_can_not_be_is_refused(client, room, data, status):
    assert say(client, room, **data).status_code == status
    assert not Message.objects.exists()


def test_messages_are_read_backwards_fifty_at_a_time(client, player, room):
    begin = timezone.now() - timedelta(hours=1)
    for number in range(60):
        with time_machine.travel(begin + timedelta(seconds=2 * number), tick=False):
            post_message(channel=room.channel, player=player, text=f"line {number}")

    newest = client.get(f"{ROOMS}/hall/messages").json()
    oldest = client.get(f"{ROOMS}/hall/messages", {"before": newest["before"]}).json()

    texts = [message["text"] for page in (oldest, newest) for message in page["messages"]]
    assert texts == [f"line {number}" for number in range(60)]
    assert oldest["before"] is None
    assert oldest["messages"][0]["author"]["uuid"] == str(player.uuid)


def test_what_was_said_last_is_made_once_and_kept_by_nobody_on_the_way(
    client, player, room, django_assert_max_num_queries
):
    post_message(channel=room.channel, player=player, text="Good <morning>")
    first = client.get(f"{ROOMS}/hall/messages")

    with django_assert_max_num_queries(4):
        again = client.get(f"{ROOMS}/hall/messages")

    assert again.content == first.content
    assert [message["text"] for message in again.json()["messages"]] == ["Good <morning>"]
    assert (again["Cache-Control"], again["Content-Type"]) == (
        "private, no-store",
        "application/json; charset=utf-8",
    )


@pytest.mark.parametrize("before", ["0", "x", "9" * 30])
def test_before_is_a_number_of_a_message(client, room, before):
    assert client.get(f"{ROOMS}/hall/messages", {"before": before}).status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", ""), ("get", "/messages"), ("post", "/messages"), ("post", "/leave"), ("post", "/enter")],
)
def test_what_is_not_there_is_not_found(client, player, method, path):
    response = getattr(client, method)(
        f"{ROOMS}/nowhere{path}", {"text": "x"}, content_type="application/json"
    )

    assert response.status_code == 404


@pytest.mark.parametrize("path", ["/messages", "/leave"])
def test_rooms_of_others_are_not_written_in_and_not_left(client, player, path):
    RoomFactory(slug="other")

    response = client.post(f"{ROOMS}/other{path}", {"text": "x"}, content_type="application/json")

    assert (response.status_code, Message.objects.exists()) == (404, False)


def test_a_closed_room_is_not_found_any_more(client, room):
    close_room(room=room, now=timezone.now())

    assert [client.get(f"{ROOMS}/hall").status_code, say(client, room, text="x").status_code] == [404, 404]


def test_strangers_and_players_without_a_role_are_turned_away(client):
    assert client.get(ROOMS).status_code == 401

    player = PlayerFactory()
    player.groups.clear()
    client.force_login(player)

    assert client.get(ROOMS).status_code == 403
