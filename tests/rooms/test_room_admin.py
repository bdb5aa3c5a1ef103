"""The console: rooms, their settings and their characters."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from messaging.models import ChannelEvent
from players.models import AuditEntry
from rooms.actions.rooms import close_room, enter_room
from rooms.models import Room, RoomNpc, RoomSettings, Tag
from rooms.models.settings import CHOSEN_FIELDS
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory

pytestmark = pytest.mark.django_db
ROOMS = "/admin/rooms/room/"


@pytest.fixture
def master():
    return GameMasterFactory()


@pytest.fixture
def console(client, master):
    """The client of a game master who is no superuser."""
    client.force_login(master)
    return client


def page_of(room):
    return f"{ROOMS}{room.pk}/change/"


def filled(room=None, npcs=(), **fields):
    """What a browser sends, with the settings as they were offered."""
    pk = room.pk if room else ""
    data = {
        "name": "Hall", "slug": "hall", "description": "", "room_type": "general", "difficulty": "beginner",
        "visibility": "public", "audience": "from_13", "max_players": 50, "settings-TOTAL_FORMS": 1, "settings-INITIAL_FORMS": int(bool(room)),
        "settings-0-room": pk, "npcs-TOTAL_FORMS": len(npcs), "npcs-INITIAL_FORMS": 0,
    }  # fmt: skip
    for name in CHOSEN_FIELDS:
        default = RoomSettings._meta.get_field(name).get_default()
        if default is not False:
            data[f"settings-0-{name}"] = "on" if default is True else default
    for number, npc in enumerate(npcs):
        data |= {
            f"npcs-{number}-npc": npc.pk,
            f"npcs-{number}-role": "tutor",
            f"npcs-{number}-is_active": "on",
            f"npcs-{number}-position": "0",
            f"npcs-{number}-talkativeness": "0.5",
            f"npcs-{number}-cooldown_seconds": "5",
        }
    return {**data, **fields}


def choose(client, action, *rooms):
    response = client.post(ROOMS, {"action": action, "_selected_action": [room.pk for room in rooms]})
    return [str(message) for message in get_messages(response.wsgi_request)]


def listed(client, **query):
    return list(client.get(ROOMS, query).context["cl"].result_list)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_many_rooms(console, django_assert_num_queries, count):
    for room in RoomFactory.create_batch(count):
        RoomNpcFactory.create_batch(2, room=room)

    # Session, player and two of rights; the categories of the filter; two counts and the rows.
    with django_assert_num_queries(8):
        response = console.get(ROOMS)

    assert [room.characters_here for room in response.context["cl"].result_list] == [2] * count


def test_rooms_are_found_and_filtered(console):
    hall = RoomFactory(name="Hall", difficulty="expert")
    closed = RoomFactory(name="Closed", closed_at=timezone.now())

    assert listed(console, q="hall") == [hall]
    assert listed(console, difficulty__exact="expert") == [hall]
    assert listed(console, closed_at__isempty="0") == [closed]


def test_closing_and_opening_tell_the_people_in_the_room(console):
    rooms = [RoomFactory(), RoomFactory(closed_at=timezone.now())]

    assert choose(console, "close_rooms", *rooms) == ["Rooms closed: 1."]
    assert not Room.objects.open().exists()
    assert choose(console, "reopen_rooms", *rooms)[-1] == "Rooms opened: 2."
    assert Room.objects.open().count() == 2
    told = sorted(ChannelEvent.objects.values_list("type", flat=True))
    assert told == ["room.archived", "room.restored", "room.restored"]


def test_a_new_room_has_a_channel_settings_and_its_characters(console, master):
    npc = NpcFactory()

    response = console.post(f"{ROOMS}add/", filled(npcs=[npc]))

    room = Room.objects.get()
    assert response.status_code == 302
    assert (room.channel.kind, room.settings.allow_anonymous) == ("room", True)
    assert (room.npcs.get().npc, room.npcs.get().added_by) == (npc, master)


def test_settings_and_characters_are_changed_with_the_room(console, master):
    room = RoomFactory(name="Old", slug="old")

    console.post(page_of(room), filled(room, npcs=[NpcFactory()], **{"settings-0-room_rules": "Be kind."}))

    room = Room.objects.get()
    assert (room.name, room.slug, room.settings.room_rules) == ("Hall", "hall", "Be kind.")
    assert RoomNpc.objects.get().added_by == master


def test_who_changes_a_place_has_not_brought_the_character(console):
    place = RoomNpcFactory()

    console.post(
        page_of(place.room),
        filled(
            place.room,
            npcs=[place.npc],
            **{"npcs-INITIAL_FORMS": 1, "npcs-0-id": place.pk, "npcs-0-role": "observer"},
        ),
    )

    place.refresh_from_db()
    assert (place.role, place.added_by) == ("observer", None)


@pytest.mark.parametrize(("field", "value"), [("max_players", "1"), ("slug", "new"), ("name", "")])
def test_a_room_does_not_become_impossible(console, field, value):
    room = RoomFactory(name="Old", slug="old")
    for player in PlayerFactory.create_batch(3):
        enter_room(room=room, player=player)

    response = console.post(page_of(room), filled(room, **{field: value}))

    assert field in response.context["adminform"].form.errors
    assert Room.objects.get().name == "Old"


def test_a_room_is_not_made_smaller_than_the_people_in_it(console):
    room = RoomFactory(slug="hall")
    for player in PlayerFactory.create_batch(3):
        enter_room(room=room, player=player)

    response = console.post(page_of(room), filled(room, max_players=2))

    assert response.context["adminform"].form.errors["max_players"] == ["There are 3 people in the room."]


def test_rooms_are_closed_and_not_deleted(console):
    room = RoomFactory()

    assert console.post(f"{ROOMS}{room.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in console.get(ROOMS).content.decode()


def test_who_may_not_create_games_changes_nothing(client):
    room = RoomFactory(name="Old")
    client.force_login(PlayerFactory(is_staff=True))

    assert client.get(page_of(room)).status_code == 403
    assert client.post(page_of(room), filled(room)).status_code == 403

    choose(client, "close_rooms", room)

    assert (Room.objects.get().name, Room.objects.get().closed_at) == ("Old", None)


def test_tags_are_listed_with_the_number_of_their_rooms(console):
    Tag.objects.create(name="sky").rooms.set(RoomFactory.create_batch(2))

    response = console.get("/admin/rooms/tag/")

    assert [(tag.name, tag.total) for tag in response.context["cl"].result_list] == [("sky", 2)]


def test_a_system_admin_may_close_rooms_too(client):
    room = RoomFactory()
    client.force_login(SystemAdminFactory())

    choose(client, "close_rooms", room)

    assert close_room(room=room, now=timezone.now()) is False


def test_what_the_console_changes_is_told_in_the_room_and_written_down(console, master):
    room = RoomFactory(name="Hall", slug="hall", category=None)

    console.post(page_of(room), filled(room, name="Great hall", **{"settings-0-room_rules": "Be kind."}))

    room = Room.objects.get()
    changed = [event.payload["changed"] for event in ChannelEvent.objects.order_by("seq")]
    assert (room.name, room.settings.rules_version) == ("Great hall", 2)
    assert changed == [["name"], ["room_rules"]]
    assert set(AuditEntry.objects.filter(verb="room.changed").values_list("actor_uuid", flat=True)) == {
        master.uuid
    }


def test_people_who_come_while_the_page_is_open_keep_their_places(console):
    room = RoomFactory(name="Old", slug="hall")
    before = filled(room)
    enter_room(room=room, player=PlayerFactory())

    console.post(page_of(room), before)

    assert (Room.objects.get().name, Room.objects.get().current_players) == ("Hall", 1)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("moderation_level", "none", "at least at the level “normal”"),
        ("refused_words", "two words", "one word to a line"),
    ],
)
def test_the_console_says_which_setting_can_not_be(console, field, value, reason):
    room, player = RoomFactory(slug="hall"), PlayerFactory()
    player.personal_info.date_of_birth = timezone.localdate() - timedelta(days=366 * 15)
    player.personal_info.save()
    enter_room(room=room, player=player)

    response = console.post(page_of(room), filled(room, **{f"settings-0-{field}": value}))

    (errors,) = response.context["inline_admin_formsets"][0].formset.errors
    assert reason in errors[field][0]
