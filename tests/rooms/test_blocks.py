"""In rooms: who has blocked whom sees neither the words nor the presence of the other."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging.models import LiveConnection
from players.actions.relationships import block
from rooms.actions.rooms import enter_room
from rooms.actions.talk import say
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.rooms import RoomFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return RoomFactory(slug="forge")


@pytest.fixture
def ada(room):
    return member(room, PlayerFactory(username="ada", display_name="Ada Anvil"))


@pytest.fixture
def bo(room):
    return member(room, PlayerFactory(username="bo", display_name="Bo Bellows"))


def member(room, player):
    enter_room(room=room, player=player)
    open_tab(room, player)
    return player


def open_tab(room, player):
    LiveConnection.objects.create(
        channel=room.channel,
        player=player,
        connection=uuid4(),
        expires_at=timezone.now() + timedelta(minutes=1),
    )


def seen_by(client, player, path):
    client.force_login(player, backend="players.backends.PlayerBackend")
    return client.get(path).content.decode()


PATHS = (
    "/rooms/forge/",
    "/rooms/forge/people/",
    "/rooms/forge/messages/older/?before=1000",
    "/api/v1/rooms/forge/messages",
    "/api/v1/rooms/forge/messages?before=1000",
)


@pytest.mark.parametrize("path", PATHS)
def test_neither_finds_the_other_in_a_page_of_the_room(client, room, ada, bo, path):
    say(room=room, player=ada, text="Ada Anvil speaks of quicksilver")
    say(room=room, player=bo, text="Bo Bellows speaks of brimstone")
    block(player=ada, other=bo)

    for_blocker, for_blocked = seen_by(client, ada, path), seen_by(client, bo, path)

    assert [word in for_blocker for word in ("Bo Bellows", "brimstone")] == [False, False]
    assert [word in for_blocked for word in ("Ada Anvil", "quicksilver")] == [False, False]
    assert ("Ada Anvil" in for_blocker, "Bo Bellows" in for_blocked) == (True, True)


@pytest.mark.parametrize("path", PATHS)
def test_everybody_else_finds_both(client, room, ada, bo, path):
    say(room=room, player=ada, text="Ada Anvil speaks")
    say(room=room, player=bo, text="Bo Bellows speaks")
    block(player=ada, other=bo)

    page = seen_by(client, member(room, PlayerFactory()), path)

    assert [word in page for word in ("Ada Anvil", "Bo Bellows")] == [True, True]


def test_the_look_through_the_door_hides_as_well(client, room, bo):
    stranger = PlayerFactory()
    before = "Bo Bellows" in seen_by(client, stranger, "/rooms/forge/")

    block(player=bo, other=stranger)

    assert (before, "Bo Bellows" in seen_by(client, stranger, "/rooms/forge/")) == (True, False)


def test_the_count_of_people_agrees_with_the_list(client, room, ada, bo):
    block(player=ada, other=bo)

    assert "1 here" in seen_by(client, ada, "/rooms/forge/people/")


def test_guests_can_protect_themselves_too(client, room, bo):
    room.settings.allow_anonymous = True
    room.settings.save()
    guest = member(room, GuestFactory())
    say(room=room, player=bo, text="brimstone")

    block(player=guest, other=bo)

    assert "brimstone" not in seen_by(client, guest, "/rooms/forge/")
