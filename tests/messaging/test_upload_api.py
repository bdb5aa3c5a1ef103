"""Files for messages by the JSON interface."""

import json
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging.actions.deletion import delete_message
from messaging.actions.direct import write_to
from messaging.actions.messages import send
from messaging.actions.uploads import check_upload
from messaging.models import Attachment, Message
from padawanforge.kit.pieces import PIECE_MAX_BYTES
from rooms.actions.rooms import enter_room
from tests.factories.files import image, uploaded
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


def sent(client, room, *, name="comet.txt", data=TEXT):
    """A file that the room can read; its address for programs."""
    uuid = announce(client, room, name=name, size=len(data)).json()["uuid"]
    put(client, uuid, 0, data)
    check_upload(pk=Attachment.objects.get(uuid=uuid).pk)
    body = json.dumps({"text": "Look!", "attachments": [uuid]})
    client.post("/api/v1/rooms/hall/messages", body, content_type="application/json")
    return f"/api/v1/files/{uuid}"


def test_a_program_reads_the_files_that_its_player_may_read(client, ada, room):
    reader = PlayerFactory()
    enter_room(room=room, player=reader)
    ApiTokenFactory(player=reader, secret="pf_reader", scopes=["rooms:read"])
    text, picture = sent(client, room, name="evil.html"), sent(client, room, name="tail.png", data=image())
    client.logout()

    said, shown = (client.get(address, **bearer("pf_reader")) for address in (text, picture))
    small = client.get(f"{picture}?preview=true", **bearer("pf_reader"))
    again = client.get(text, **bearer("pf_reader"), HTTP_IF_NONE_MATCH=said["ETag"])

    assert (said.content, said["Content-Type"]) == (TEXT, "text/plain; charset=utf-8")
    assert said["Content-Disposition"] == 'attachment; filename="evil.html.txt"'
    assert shown["Content-Disposition"] == 'attachment; filename="tail.webp"'
    assert (shown["Content-Type"], small["Content-Type"]) == ("image/webp", "image/webp")
    for answer in (said, shown, small):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert again.status_code == 304
    assert client.get(f"{text}?preview=true", **bearer("pf_reader")).status_code == 404


def test_files_are_kept_from_strangers_and_from_programs_that_may_not_read(client, ada, room):
    member, stranger = PlayerFactory(), PlayerFactory()
    enter_room(room=room, player=member)
    for player, secret, scope in (
        (member, "pf_writes", "rooms:write"),
        (member, "pf_letters", "messages:read"),
        (stranger, "pf_stranger", "rooms:read"),
    ):
        ApiTokenFactory(player=player, secret=secret, scopes=[scope])
    address = sent(client, room)
    client.logout()

    answers = [client.get(address, **bearer(secret)) for secret in ("pf_writes", "pf_letters", "pf_stranger")]

    assert [answer.status_code for answer in answers] == [403, 403, 404]
    assert [client.get(address).status_code, client.get(address, **bearer("pf_none")).status_code] == [
        401
    ] * 2
    assert TEXT not in b"".join(answer.content for answer in answers)


def test_the_file_of_a_deleted_message_is_gone(client, ada, room):
    reader = PlayerFactory()
    enter_room(room=room, player=reader)
    ApiTokenFactory(player=reader, secret="pf_reader", scopes=["rooms:read"])
    address = sent(client, room)
    before = client.get(address, **bearer("pf_reader"))

    delete_message(message=Message.objects.get(text="Look!"), player=ada, now=timezone.now())

    after = client.get(address, **bearer("pf_reader"), HTTP_IF_NONE_MATCH=before["ETag"])
    assert (before.status_code, after.status_code) == (200, 404)


def test_the_file_of_a_conversation_needs_its_scope_and_shows_a_stranger_nothing(client, ada):
    bob = PlayerFactory(username="bob")
    for player, secret in ((bob, "pf_bob"), (PlayerFactory(), "pf_stranger")):
        ApiTokenFactory(player=player, secret=secret, scopes=["rooms:read"])
    ApiTokenFactory(player=bob, secret="pf_both", scopes=["rooms:read", "messages:read"])
    begun = write_to(player=ada, other=bob, text="Hello", now=timezone.now()).message
    file = uploaded(ada, begun.channel)
    send(channel=begun.channel, player=ada, text="Look!", attachments=[file.uuid])
    address = f"/api/v1/files/{file.uuid}"
    client.logout()

    answers = [client.get(address, **bearer(secret)) for secret in ("pf_bob", "pf_stranger", "pf_both")]

    assert [answer.status_code for answer in answers] == [403, 404, 200]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same(client, room, django_assert_num_queries, count):
    for _ in range(count):
        put(client, announce(client, room).json()["uuid"], 0, TEXT)

    with django_assert_num_queries(8):
        listed = client.get(uploads(room)).json()["uploads"]

    assert len(listed) == count
