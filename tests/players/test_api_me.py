"""The player's own segments by program: reading, changing, and what can never be changed so."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from players.choices import RoleName
from players.models import Player, PlayerGameData, PlayerPersonalInfo, PlayerPreferences, PlayerProfile
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"
SECRET = "pf_ada"


@pytest.fixture
def ada():
    player = PlayerFactory(username="ada", display_name="Ada")
    ApiTokenFactory(player=player, secret=SECRET)
    return player


def read(client, path):
    return client.get(f"{ME}/{path}", **bearer(SECRET))


def change(client, path, data):
    return client.patch(f"{ME}/{path}", data, content_type="application/json", **bearer(SECRET))


def test_the_profile_is_read_as_it_is_stored(client, ada):
    PlayerProfile.objects.filter(player=ada).update(
        name="Ada King", bio="Numbers.", social_links={"Blog": "https://ada.example.org"}
    )

    answer = read(client, "profile").json()

    assert answer == {
        "username": "ada",
        "display_name": "Ada",
        "name": "Ada King",
        "bio": "Numbers.",
        "social_links": {"Blog": "https://ada.example.org"},
        "avatar_url": "",
    }


def test_what_is_not_sent_stays(client, ada):
    PlayerProfile.objects.filter(player=ada).update(bio="Numbers.")

    answer = change(client, "profile", {"name": "  Ada King\u200b "})

    assert answer.json()["name"] == "Ada King"
    assert (answer.json()["bio"], answer.json()["display_name"]) == ("Numbers.", "Ada")


def test_an_empty_change_changes_nothing(client, ada):
    before = PlayerProfile.objects.filter(player=ada).values("display_name", "bio").get()

    answer = change(client, "profile", {})

    assert answer.status_code == 200
    assert PlayerProfile.objects.filter(player=ada).values("display_name", "bio").get() == before


@pytest.mark.parametrize(
    ("path", "data", "field"),
    [
        ("profile", {"bio": "x" * 1001}, "bio"),
        ("profile", {"display_name": "system admin"}, "display_name"),
        ("profile", {"social_links": {"Me": "http://ada.example.org"}}, "social_links"),
        ("profile", {"social_links": {"Me": 7}}, "social_links.Me"),
        ("profile", {"bio": None}, "bio"),
        ("preferences", {"theme": "purple"}, "theme"),
        ("preferences", {"timezone": "Mars/Olympus"}, "timezone"),
        ("preferences", {"language": "tlh"}, "language"),
        ("preferences", {"notification_switches": {"weather": True}}, "notification_switches"),
        ("preferences", {"ui_preferences": {"text_size": "huge"}}, "ui_preferences"),
        ("privacy", {"profile_visibility": "nobody"}, "profile_visibility"),
        ("privacy", {"visibility_settings": {"email": "public"}}, "visibility_settings"),
        ("personal-info", {"date_of_birth": "3000-01-01"}, "date_of_birth"),
        ("personal-info", {"education_level": "wizard"}, "education_level"),
        ("personal-info", {"interests": ["x" * 41]}, "interests"),
        ("personal-info", {"emergency_contact": {"name": "Bob"}}, "emergency_contact"),
        ("personal-info", {"emergency_contact": {"shoe": "42"}}, "emergency_contact.shoe"),
        ("personal-info", {"accessibility_needs": {"time_factor": 9}}, "accessibility_needs"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_saved(client, ada, path, data, field):
    before = read(client, path).json()

    answer = change(client, path, data)

    assert (answer.status_code, answer.json()["code"], list(answer.json()["fields"])) == (
        422,
        "invalid",
        [field],
    )
    assert read(client, path).json() == before


STRANGE = {
    "role": "system_admin",
    "primary_role": 4,
    "is_staff": True,
    "is_superuser": True,
    "is_active": False,
    "is_guest": True,
    "player": 1,
    "player_id": 1,
    "owner": 1,
    "email": "eve@example.org",
    "password": "x",
    "username": "eve",
    "xp": 9999,
    "experience_points": 9999,
    "level": 99,
    "is_ranked": True,
    "groups": [1],
    "data_sharing_consent": True,
    "marketing_consent": True,
    "avatar": "/media/eve.png",
    "picture": "/media/eve.png",
    "registration_completed": True,
    "created_at": "2000-01-01T00:00:00Z",
    "auth_epoch": 9,
}


def rows():
    models = (Player, PlayerProfile, PlayerPreferences, PlayerPersonalInfo, PlayerGameData)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("path", ["profile", "preferences", "privacy", "personal-info"])
@pytest.mark.parametrize("field", STRANGE)
def test_fields_that_are_not_the_players_to_give_are_refused(client, ada, path, field):
    PlayerFactory()
    client.get(ME, **bearer(SECRET))
    before = rows()

    answer = change(client, path, {field: STRANGE[field]})

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert rows() == before


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_totals_are_changed_by_the_game_only(client, ada, method):
    answer = getattr(client, method)(
        f"{ME}/game-data", {"level": 99}, content_type="application/json", **bearer(SECRET)
    )

    assert (answer.status_code, ada.game_data.level) == (405, 1)


def test_preferences_change_and_are_told_back(client, ada):
    wanted = {
        "theme": "dark",
        "timezone": "Europe/Paris",
        "notification_switches": {"friend": False},
        "ui_preferences": {"text_size": "large"},
        "game_preferences": {"daily_goal": 20},
        "wants_boards": True,
        "shows_read_receipts": True,
    }

    answer = change(client, "preferences", wanted).json()

    assert {name: answer[name] for name in wanted} == wanted
    assert Player.objects.get().game_data.is_ranked


def test_privacy_is_one_change_over_three_segments(client, ada):
    wanted = {
        "profile_visibility": "friends",
        "privacy_level": "minimal",
        "visibility_settings": {"location": "public"},
    }

    answer = change(client, "privacy", wanted)

    assert answer.json() == wanted


def test_one_wrong_part_of_privacy_saves_no_part(client, ada):
    change(client, "privacy", {"profile_visibility": "private", "visibility_settings": {"email": "public"}})

    ada.profile.refresh_from_db()
    assert ada.profile.profile_visibility == "public"


def test_a_minor_opens_no_more_than_the_safe_settings(client, ada):
    born = timezone.localdate() - timedelta(days=12 * 365)
    PlayerPersonalInfo.objects.filter(player=ada).update(date_of_birth=born)

    answer = change(client, "privacy", {"profile_visibility": "public", "privacy_level": "minimal"})

    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"profile_visibility", "privacy_level"}


def test_a_birth_date_is_given_once(client, ada):
    first = change(client, "personal-info", {"date_of_birth": "1990-12-10"})
    second = change(client, "personal-info", {"date_of_birth": "1980-12-10"})

    assert (first.status_code, second.status_code) == (200, 422)
    assert PlayerPersonalInfo.objects.get().date_of_birth == date(1990, 12, 10)


def test_a_birth_date_of_a_minor_closes_the_profile(client, ada):
    born = timezone.localdate() - timedelta(days=12 * 365)

    answer = change(client, "personal-info", {"date_of_birth": born.isoformat()})

    assert answer.status_code == 200
    assert read(client, "privacy").json()["privacy_level"] == "maximum"


def test_personal_information_needs_its_own_scope(client, ada):
    ApiTokenFactory(player=ada, secret="pf_profile", scopes=["profile:read", "profile:write"])

    answers = {
        client.get(f"{ME}/personal-info", **bearer("pf_profile")).status_code,
        client.patch(
            f"{ME}/personal-info", {}, content_type="application/json", **bearer("pf_profile")
        ).status_code,
    }

    assert answers == {403}


def test_a_browser_changes_the_same_with_its_session(client, ada):
    client.force_login(ada)

    answer = client.patch(f"{ME}/profile", {"bio": "By hand."}, content_type="application/json")

    assert answer.json()["bio"] == "By hand."


def test_roles_and_permissions_are_told_highest_first(client):
    ApiTokenFactory(player=GameMasterFactory(), secret=SECRET)

    answer = read(client, "permissions").json()

    assert [(role["name"], role["is_primary"]) for role in answer["roles"]] == [
        (RoleName.GAME_MASTER, True),
        (RoleName.PADAWAN, False),
    ]
    assert {"games.create", "players.view"} <= set(answer["permissions"])
    assert "admin.roles" not in answer["permissions"]


def test_a_guest_reads_himself_by_session(client):
    client.force_login(GuestFactory(username="curious-otter-1"))

    answer = client.get(ME)

    assert (answer.status_code, answer.json()["is_guest"]) == (200, True)


@pytest.mark.parametrize("data", ["{", "[1,", '{"bio": NaN}', "\xff"])
def test_a_body_that_is_not_json_is_a_bad_request(client, ada, data):
    answer = client.patch(
        f"{ME}/profile", data.encode("latin-1"), content_type="application/json", **bearer(SECRET)
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_characters_that_databases_refuse_are_left_out(client, ada):
    answer = change(client, "personal-info", {"interests": ["st\0ars"], "location": "Par\ud800is"})

    assert answer.status_code == 200
    assert (answer.json()["interests"], answer.json()["location"]) == (["stars"], "Paris")
