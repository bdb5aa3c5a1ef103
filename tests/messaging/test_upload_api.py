"""Files for messages by the JSON interface."""

import json
from uuid import uuid4

import pytest

from messaging.actions.uploads import check_upload
from messaging.models import Attachment, Message
from messaging.rules.attachments import PIECE_MAX_BYTES
from rooms.actions.rooms import enter_room
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db
TEXT = b"A comet has two tails.\n"


@pytest.fixture(autouse=True)
def _folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.UPLOAD_ROOT = tmp_path / "uploads"


@pytest.fixture
def ada(client):
    player = PlayerFactory(username="ada")
    client.force_login(player)
    return player


@pytest.fixture
def room(ada):
    room = RoomFactory(slug="hall")
    enter_room(room=room, player=ada)
    return room


def uploads(room):
    return f"/api/v1/channels/{room.channel.uuid}/uploads"


def announce(client, room, **more):
    data = {"name": "comet.txt", "size": len(TEXT), **more}
    return client.post(uploads(room), json.dumps(data), content_type="application/json")


def put(client, uuid, offset, piece):
    address = f"/api/v1/me/uploads/{uuid}"
    return client.put(f"{address}/piece?offset={offset}", piece, content_type="application/octet-stream")


def test_a_file_is_sent_in_pieces_and_then_with_a_message(client, room):
    uuid = announce(client, room).json()["uuid"]

    begun, whole = put(client, uuid, 0, TEXT[:5]), put(client, uuid, 5, TEXT[5:])
    check_upload(pk=Attachment.objects.get().pk)
    waiting = client.get(uploads(room)).json()["uploads"]
    said = client.post(
        "/api/v1/rooms/hall/messages",
        json.dumps({"text": "Look!", "attachments": [uuid]}),
        content_type="application/json",
    )

    assert (begun.json()["offset"], whole.json()["state"]) == (5, "checking")
    assert [(row["uuid"], row["state"], row["name"]) for row in waiting] == [(uuid, "ready", "comet.txt")]
    assert said.status_code == 201
    assert [file["uuid"] for file in Message.objects.get(text="Look!").files] == [uuid]
    assert client.get(f"/api/v1/me/uploads/{uuid}").status_code == 404


def test_after_a_break_it_goes_on_where_it_was(client, room):
    uuid = announce(client, room).json()["uuid"]
    put(client, uuid, 0, TEXT[:5])

    refused = put(client, uuid, 9, TEXT[9:])

    assert (refused.status_code, refused.json()["code"]) == (409, "offset")
    assert client.get(f"/api/v1/me/uploads/{uuid}").json()["offset"] == 5


def test_too_much_is_refused(client, room):
    uuid = announce(client, room, size=2 * PIECE_MAX_BYTES).json()["uuid"]

    answers = [put(client, uuid, 0, b"x" * (PIECE_MAX_BYTES + 1)), announce(client, room, size=0)]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert Attachment.objects.get().received == 0


def test_a_picture_is_described_and_taken_back(client, room):
    uuid = announce(client, room, alt="A tail").json()["uuid"]

    address = f"/api/v1/me/uploads/{uuid}"
    told = client.patch(address, json.dumps({"alt": "Two tails"}), content_type="application/json")
    gone = client.delete(address)

    assert (told.json()["alt"], gone.status_code) == ("Two tails", 204)
    assert client.get(address).status_code == 404


def test_where_one_is_not_nothing_is_sent(client, ada, room):
    elsewhere = RoomFactory(slug="vault")
    foreign = announce(client, room).json()["uuid"]
    client.force_login(PlayerFactory())

    answers = [
        announce(client, elsewhere),
        client.get(uploads(room)),
        put(client, foreign, 0, TEXT),
        client.delete(f"/api/v1/me/uploads/{foreign}"),
        client.get(f"/api/v1/me/uploads/{uuid4()}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5


def test_a_conversation_needs_its_scope_besides(client, ada):
    ApiTokenFactory(player=ada, secret="pf_all")
    ApiTokenFactory(player=ada, secret="pf_rooms", scopes=["rooms:read", "rooms:write"])
    PlayerFactory(username="bob")
    data = {"to": ["bob"], "text": "Hello"}
    begun = client.post("/api/v1/me/conversations", json.dumps(data), content_type="application/json")
    detail = client.get(f"/api/v1/me/conversations/{begun.json()['conversation']}").json()
    address = f"/api/v1/channels/{detail['channel']}/uploads"

    narrow = client.get(address, **bearer("pf_rooms"))
    whole = client.get(address, **bearer("pf_all"))

    assert (narrow.status_code, narrow.json()["code"], whole.status_code) == (403, "scope_missing", 200)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same(client, room, django_assert_num_queries, count):
    for _ in range(count):
        put(client, announce(client, room).json()["uuid"], 0, TEXT)

    with django_assert_num_queries(10):
        listed = client.get(uploads(room)).json()["uploads"]

    assert len(listed) == count
