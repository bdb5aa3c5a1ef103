"""The page on which a room is changed, and the wizard with its purposes."""

from pathlib import Path

import pytest
from django.contrib.messages import get_messages

from rooms.actions.rooms import enter_room
from rooms.choices import BLUEPRINTS
from rooms.models import Room, RoomSettings
from rooms.models.settings import CHOSEN_FIELDS
from rooms.rules.words import listed, problem_of
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory
from tests.rooms.test_room_views import form

pytestmark = pytest.mark.django_db
PAGE = "/rooms/hall/settings/"


@pytest.fixture
def room():
    return RoomFactory(name="Hall", slug="hall", max_players=12)


@pytest.fixture
def owner(client, room):
    player = PlayerFactory()
    enter_room(room=room, player=player)
    room.channel.members.update(role="owner")
    client.force_login(player)
    return player


def offered(client, address, **changes):
    """What a browser would send: everything as the page offers it, but for the changes."""
    bound = client.get(address).context["form"]
    values = {field.name: field.value() for field in bound}
    values = {name: value for name, value in values.items() if value not in (None, []) and value is not False}
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def notices(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_page_offers_every_setting(client, owner):
    fields = set(client.get(PAGE).context["form"].fields)

    shown = {
        field.name for section in client.get(PAGE).context["form"].sections() for field in section.fields
    }
    assert set(CHOSEN_FIELDS) <= fields == shown


def test_sending_the_page_back_as_it_came_changes_nothing(client, owner):
    response = client.post(PAGE, offered(client, PAGE))

    assert (response.url, notices(response)) == (PAGE, ["Everything is as it was."])


def test_what_is_chosen_is_kept(client, owner, room):
    changes = {
        "name": "Great hall", "visibility": "restricted", "max_players": 3, "theme": "ocean", "slow_seconds": 15,
        "allow_polls": None, "refused_words": "spoiler", "auto_delete_when_empty": "on", "tags": "sky, deep space",
        "npcs_speak": "never", "moderation_level": "strict", "notify": "all", "require_approval": "on",
    }  # fmt: skip

    response = client.post(PAGE, offered(client, PAGE, **changes))

    room = Room.objects.get()
    chosen = room.settings
    assert notices(response) == ["The room is changed."]
    assert (room.name, room.visibility, room.max_players) == ("Great hall", "restricted", 3)
    assert (chosen.theme, chosen.slow_seconds, chosen.refused_words) == ("ocean", 15, "spoiler")
    assert (chosen.npcs_speak, chosen.moderation_level, chosen.notify) == ("never", "strict", "all")
    assert (chosen.allow_polls, chosen.auto_delete_when_empty, chosen.require_approval) == (False, True, True)
    assert sorted(tag.name for tag in room.tags.all()) == ["deep-space", "sky"]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("max_players", 2, "3 people are in the room"),
        ("refused_words", "two words", "Write one word to a line"),
        ("slow_seconds", 21_601, "less than or equal to 21600"),
        ("theme", "neon", "neon is not one of the available choices"),
    ],
)
def test_what_can_not_be_is_said_beside_the_field_which_is_in_sight(
    client, owner, room, field, value, reason
):
    for player in PlayerFactory.create_batch(2):
        enter_room(room=room, player=player)

    response = client.post(PAGE, offered(client, PAGE, **{field: value}))

    form = response.context["form"]
    (section,) = [part for part in form.sections() if field in [bound.name for bound in part.fields]]
    assert (response.status_code, section.is_open) == (422, True)
    assert reason in form.errors[field][0]
    assert Room.objects.get().max_players == 12


@pytest.mark.parametrize("who", ["member", "stranger", "game master outside"])
def test_who_does_not_manage_the_room_finds_no_such_page(client, room, who):
    player = PlayerFactory()
    if who == "member":
        enter_room(room=room, player=player)
    client.force_login(player)

    assert [client.get(PAGE).status_code, client.post(PAGE, {}).status_code] == [404, 404]


def test_a_moderator_may_change_the_room_and_finds_the_way_there(client, owner, room):
    room.channel.members.update(role="moderator")

    assert f'href="{PAGE}"' in client.get("/rooms/hall/").content.decode()
    client.post(PAGE, offered(client, PAGE, theme="night"))
    assert RoomSettings.objects.get().theme == "night"


def test_the_page_says_what_the_ages_of_the_members_do(client, owner):
    owner.personal_info.date_of_birth = "2012-01-01"
    owner.personal_info.save()

    assert "moderated at the level “normal”" in client.get(PAGE).content.decode()


@pytest.mark.parametrize("theme", RoomSettings.Theme.values)
def test_the_room_wears_its_theme(client, owner, theme):
    RoomSettings.objects.update(theme=theme)

    assert f'data-room-theme="{theme}"' in client.get("/rooms/hall/").content.decode()


def test_every_theme_has_its_colours():
    sheet = Path("static/padawanforge/css/tokens.css").read_text()

    missing = [name for name in RoomSettings.Theme.values if f'[data-room-theme="{name}"]' not in sheet]
    assert missing == ["plain"]


def test_newcomers_are_welcomed_once(client, room):
    RoomSettings.objects.update(welcome_message="Come <in>!")
    client.force_login(PlayerFactory())

    entering = client.post("/rooms/hall/enter/", follow=True)
    again = client.post("/rooms/hall/enter/", follow=True)

    assert [chain[0][0] for chain in (entering.redirect_chain, again.redirect_chain)] == [
        "/rooms/hall/?welcome",
        "/rooms/hall/",
    ]
    said = ["Come &lt;in&gt;!" in response.content.decode() for response in (entering, again)]
    assert said == [True, False]


def test_silent_characters_can_not_be_called(client, owner, room):
    RoomNpcFactory(room=room, npc__name="Vega")
    RoomSettings.objects.update(npcs_speak="never")

    html = client.get("/rooms/hall/").content.decode()

    assert ("Vega" in html, 'data-mention="Vega"' in html) == (True, False)
    assert "They listen, but don't speak in this room." in html


@pytest.mark.parametrize("blueprint", BLUEPRINTS, ids=lambda known: known.slug)
def test_a_room_for_a_purpose_is_opened_with_what_that_purpose_needs(client, blueprint):
    npc = NpcFactory()
    client.force_login(GameMasterFactory())
    address = f"/rooms/new/?for={blueprint.slug}"

    response = client.post(address, offered(client, address, name="Mine", characters=[npc.pk]))

    room = Room.objects.get()
    kept = {
        name: getattr(room, name, None) or getattr(room.settings, name, None) for name in blueprint.values
    }
    assert response.status_code == 302
    assert {name: kept[name] or blueprint.values[name] for name in kept} == blueprint.values
    assert room.npcs.get().role == blueprint.npc_role
    room.settings.full_clean()


def test_an_unknown_purpose_is_none(client):
    client.force_login(GameMasterFactory())

    response = client.get("/rooms/new/?for=world-domination")

    assert (response.status_code, response.context["chosen"]) == (200, None)
    assert response.context["form"]["moderation_level"].value() == "light"


def test_a_list_of_words_is_one_word_to_a_line():
    assert listed("Spoiler\r\n\r\n spoiler\nEnding") == "spoiler\nending"
    assert [bool(problem_of(words)) for words in ("", "a\nb", "a b", "x" * 81, "\n".join(map(str, range(201))))] == [
        False, False, True, True, True,
    ]  # fmt: skip


def test_the_wizard_keeps_what_was_written_when_something_is_wrong(client):
    client.force_login(GameMasterFactory())

    response = client.post("/rooms/new/", form(messages_per_minute=0, theme="ember"))

    assert response.status_code == 422
    assert response.context["form"]["theme"].value() == "ember"
    assert not Room.objects.exists()
