import pytest

from rooms.actions.rooms import enter_room
from rooms.models import Room, RoomSettings
from rooms.models.settings import CHOSEN_FIELDS
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/rooms/hall/settings"


@pytest.fixture
def room():
    return RoomFactory(name="Hall", slug="hall")


@pytest.fixture
def owner(client, room):
    player = PlayerFactory()
    enter_room(room=room, player=player)
    room.channel.members.update(role="owner")
    client.force_login(player)
    return player


def patch(client, **data):
    return client.patch(ADDRESS, data, content_type="application/json")


def test_everything_that_was_chosen_is_told(client, owner):
    told = client.get(ADDRESS).json()

    assert set(CHOSEN_FIELDS) < set(told)
    assert (told["theme"], told["slow_seconds"], told["max_players"], told["rules_version"]) == (
        "plain", 0, 50, 1,
    )  # fmt: skip


def test_what_is_not_sent_stays(client, owner):
    RoomSettings.objects.update(welcome_message="Hi")

    answer = patch(client, name="Great hall", slow_seconds=5, allow_polls=False, room_rules="Be kind.")

    chosen = RoomSettings.objects.get()
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["slow_seconds"], answer.json()["rules_version"]) == (
        "Great hall", 5, 2,
    )  # fmt: skip
    assert (chosen.welcome_message, chosen.allow_polls, chosen.theme) == ("Hi", False, "plain")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"max_players": 0}, "too_small"),
        ({"theme": "neon"}, "invalid"),
        ({"slow_seconds": 10**12}, "invalid"),
        ({"name": "\u200b"}, "invalid"),
        ({"refused_words": "two words"}, "invalid"),
    ],
)
def test_what_can_not_be_is_refused(client, owner, data, code):
    answer = patch(client, **data)

    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert Room.objects.get().max_players == 50


def test_nonsense_is_no_setting(client, owner):
    assert patch(client, slow_seconds="soon").status_code == 422
    assert patch(client, rules_version=7, theme=None).json()["rules_version"] == 1


def test_others_find_no_settings(client, room):
    player = PlayerFactory()
    enter_room(room=room, player=player)
    client.force_login(player)

    assert [client.get(ADDRESS).status_code, patch(client, theme="dawn").status_code] == [404, 404]
