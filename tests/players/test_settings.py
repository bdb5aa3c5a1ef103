from datetime import UTC, date, datetime

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import RequestFactory

from players.actions.settings import save_personal_info
from players.choices import NotificationKind
from players.context_processors import theme
from players.models import Player, PlayerGameData, PlayerPersonalInfo, PlayerPreferences, PlayerProfile
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.segments import change

pytestmark = pytest.mark.django_db
PROFILE, PREFERENCES, PRIVACY, PERSONAL, GAME = (
    "/settings/", "/settings/preferences/", "/settings/privacy/", "/settings/personal/", "/settings/game/",
)  # fmt: skip
THEME = "/settings/theme/"
GOOD = {
    PROFILE: {
        "display_name": "Ada",
        "name": "Augusta Ada King",
        "bio": "Bernoulli numbers.",
        "link_label_0": "Notes",
        "link_url_0": "https://example.org/notes",
    },
    PREFERENCES: {
        "theme": "dark",
        "language": "en",
        "timezone": "Europe/Paris",
        "notifications": "on",
        "kinds": ["room", "friend"],
        "text_size": "large",
        "density": "compact",
        "motion": "reduced",
        "sounds": "on",
        "daily_goal": "20",
        "difficulty": "advanced",
        "wants_boards": "on",
    },
    PRIVACY: {
        "profile_visibility": "friends",
        "privacy_level": "minimal",
        "see_real_name": "private",
        "see_full_name": "private",
        "see_age": "friends",
        "see_location": "public",
        "see_occupation": "private",
        "see_education_level": "private",
        "see_interests": "public",
    },
    PERSONAL: {
        "full_name": "Augusta Ada King",
        "date_of_birth": "1980-12-10",
        "location": "London",
        "occupation": "Analyst",
        "education_level": "other",
        "interests": "looms, Bernoulli numbers , looms",
        "contact_name": "Anne",
        "contact_relation": "daughter",
        "contact_phone": "+44 20 7946 0018",
        "time_factor": "1.5",
        "screen_reader": "on",
        "notes": "Large letters.",
    },
}
MODELS = {
    PROFILE: (PlayerProfile,),
    PREFERENCES: (PlayerPreferences,),
    PRIVACY: (PlayerProfile, PlayerPreferences, PlayerPersonalInfo),
    PERSONAL: (PlayerPersonalInfo,),
}


def save(client, page=PROFILE, **other):
    return client.post(page, {**GOOD[page], **other})


def errors(response):
    return {name: " ".join(texts) for name, texts in response.context["form"].errors.items()}


def stored(player):
    """All columns of the four segments but the times."""
    rows = (
        model.objects.filter(player=player).values().get()
        for model in (PlayerProfile, PlayerPreferences, PlayerPersonalInfo)
    )
    return [{k: v for k, v in row.items() if k not in {"created_at", "updated_at"}} for row in rows]


@pytest.mark.parametrize("page", [*GOOD, GAME])
def test_settings_are_for_players_only(client, page):
    assert client.get(page).url == f"/accounts/login/?next={page}"


@pytest.mark.parametrize("page", [*GOOD, GAME])
def test_every_page_shows_what_is_set(signed_in, page):
    client = signed_in(PlayerFactory())
    if page in GOOD:
        save(client, page)

    response = client.get(page)

    assert response.status_code == 200
    assert 'aria-current="page"' in response.content.decode()


@pytest.mark.parametrize(
    ("page", "status"), [(PROFILE, 200), (PREFERENCES, 200), (GAME, 200), (PRIVACY, 403), (PERSONAL, 403)]
)
def test_guests_have_no_private_segment_to_fill_in(signed_in, page, status):
    assert signed_in(GuestFactory()).get(page).status_code == status


@pytest.mark.parametrize("page", list(GOOD))
def test_what_was_saved_is_shown_again_and_saved_again_as_it_is(signed_in, page):
    player = PlayerFactory()
    client = signed_in(player)
    save(client, page)
    before = stored(player)
    form = client.get(page).context["form"]
    again = {field.html_name: field.value() for field in form if field.value() not in (None, False)}

    response = client.post(page, again)

    assert response.status_code == 302
    assert stored(player) == before


def test_the_profile_is_saved_and_told(signed_in):
    player = PlayerFactory()

    response = save(signed_in(player))

    profile = PlayerProfile.objects.get(player=player)
    assert (response.status_code, response.url) == (302, PROFILE)
    assert (profile.display_name, profile.name, profile.bio) == (
        "Ada",
        "Augusta Ada King",
        "Bernoulli numbers.",
    )
    assert profile.social_links == {"Notes": "https://example.org/notes"}
    assert [str(m) for m in get_messages(response.wsgi_request)] == ["Your profile is saved."]


def test_preferences_are_saved_with_their_switches(signed_in):
    player = PlayerFactory()

    save(signed_in(player), PREFERENCES)

    row = PlayerPreferences.objects.get(player=player)
    assert (row.theme, row.language, row.timezone, row.notifications) == ("dark", "en", "Europe/Paris", True)
    assert row.notification_switches == {kind: kind in {"room", "friend"} for kind in NotificationKind.values}
    assert row.ui_preferences == {
        "text_size": "large",
        "density": "compact",
        "motion": "reduced",
        "sounds": "on",
    }
    assert row.game_preferences == {"daily_goal": 20, "difficulty": "advanced"}


def test_who_wants_to_stand_on_boards_is_ranked(signed_in):
    player = PlayerFactory()

    save(signed_in(player), PREFERENCES)

    assert PlayerGameData.objects.get(player=player).is_ranked


def test_privacy_is_saved_over_three_segments(signed_in):
    player = PlayerFactory()

    save(signed_in(player), PRIVACY)

    profile, preferences, info = (model.objects.get(player=player) for model in MODELS[PRIVACY])
    assert (profile.profile_visibility, preferences.privacy_level) == ("friends", "minimal")
    opened = {name: audience for name, audience in info.visibility_settings.items() if audience != "private"}
    assert opened == {"age": "friends", "location": "public", "interests": "public"}


def test_the_maximum_level_closes_a_public_profile_and_takes_it_off_the_boards(signed_in):
    player = PlayerFactory()
    client = signed_in(player)
    save(client, PREFERENCES)

    save(client, PRIVACY, profile_visibility="public", privacy_level="maximum")

    assert PlayerProfile.objects.get(player=player).profile_visibility == "friends"
    assert not PlayerGameData.objects.get(player=player).is_ranked


def test_personal_information_is_saved(signed_in):
    player = PlayerFactory()

    save(signed_in(player), PERSONAL)

    info = PlayerPersonalInfo.objects.get(player=player)
    assert (info.full_name, info.date_of_birth, info.location) == (
        "Augusta Ada King",
        date(1980, 12, 10),
        "London",
    )
    assert info.interests == ["looms", "Bernoulli numbers"]
    assert info.emergency_contact == {"name": "Anne", "relation": "daughter", "phone": "+44 20 7946 0018"}
    assert info.accessibility_needs == {"time_factor": 1.5, "screen_reader": True, "notes": "Large letters."}


def test_contact_and_needs_are_unreadable_in_the_database(signed_in):
    player = PlayerFactory()
    save(signed_in(player), PERSONAL)

    with connection.cursor() as cursor:
        cursor.execute("SELECT emergency_contact, accessibility_needs FROM players_playerpersonalinfo")
        columns = cursor.fetchone()

    assert [column.startswith("gAAAA") for column in columns] == [True, True]
    assert not any(word in column for column in columns for word in ("Anne", "7946", "Large"))


def test_what_was_written_before_the_columns_were_sealed_is_still_read():
    player = PlayerFactory()

    with connection.cursor() as cursor:
        cursor.execute("UPDATE players_playerpersonalinfo SET emergency_contact = %s", ['{"name": "Anne"}'])

    assert PlayerPersonalInfo.objects.get(player=player).emergency_contact == {"name": "Anne"}


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        (PROFILE, {"display_name": "x" * 51}),
        (PROFILE, {"display_name": "System"}),
        (PROFILE, {"display_name": "\u0420\u0430ypal"}),
        (PROFILE, {"name": "x" * 101}),
        (PROFILE, {"bio": "x" * 1001}),
        (PROFILE, {"link_url_0": "http://example.org"}),
        (PROFILE, {"link_url_0": ""}),
        (PROFILE, {"link_label_0": ""}),
        (PREFERENCES, {"theme": "neon"}),
        (PREFERENCES, {"language": "tlh"}),
        (PREFERENCES, {"timezone": "Mars/Olympus"}),
        (PREFERENCES, {"kinds": ["room", "rain"]}),
        (PREFERENCES, {"text_size": "huge"}),
        (PREFERENCES, {"daily_goal": "7"}),
        (PREFERENCES, {"difficulty": "hopeless"}),
        (PRIVACY, {"profile_visibility": "everybody"}),
        (PRIVACY, {"privacy_level": ""}),
        (PRIVACY, {"see_age": "all"}),
        (PERSONAL, {"date_of_birth": "2999-01-01"}),
        (PERSONAL, {"date_of_birth": "1850-01-01"}),
        (PERSONAL, {"date_of_birth": "yesterday"}),
        (PERSONAL, {"education_level": "wizard"}),
        (PERSONAL, {"interests": ", ".join(map(str, range(13)))}),
        (PERSONAL, {"contact_phone": "call me"}),
        (PERSONAL, {"time_factor": "10"}),
        (PERSONAL, {"notes": "x" * 501}),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_beside_its_field_and_nothing_is_saved(signed_in, page, wrong):
    player = PlayerFactory()
    before = stored(player)

    response = save(signed_in(player), page, **wrong)

    assert response.status_code == 422
    assert list(errors(response)) == list(wrong)
    assert stored(player) == before


def test_a_refused_page_keeps_what_was_typed(signed_in):
    response = save(signed_in(PlayerFactory()), link_url_0="http://example.org")

    page = response.content.decode()
    assert 'value="http://example.org"' in page
    assert "Bernoulli numbers." in page
    assert "Begin the address with https://." in page


def test_two_links_have_two_names(signed_in):
    response = save(signed_in(PlayerFactory()), link_label_1="Notes", link_url_1="https://example.org/")

    assert errors(response) == {"link_label_1": "Another link has this name."}


def test_a_refused_name_does_not_appear_in_the_header(signed_in):
    response = save(signed_in(PlayerFactory(username="ada")), display_name="Countess", bio="x" * 1001)

    assert response.context["request"].user.name == "ada"


def test_names_lose_what_could_deceive(signed_in):
    player = PlayerFactory()

    save(signed_in(player), display_name="  Ada\u202e \u200b\n Lovelace ")

    assert PlayerProfile.objects.get(player=player).display_name == "Ada Lovelace"


def test_a_line_break_counts_as_one_character(signed_in):
    player = PlayerFactory()

    save(signed_in(player), bio="x\r\n" * 499 + "x")

    assert PlayerProfile.objects.get(player=player).bio == "x\n" * 499 + "x"


def test_two_open_pages_do_not_undo_each_other(signed_in):
    player = PlayerFactory()
    client = signed_in(player)

    save(client, PRIVACY)
    save(client, PROFILE)
    save(client, PREFERENCES)

    assert PlayerProfile.objects.get(player=player).profile_visibility == "friends"
    assert PlayerPreferences.objects.get(player=player).privacy_level == "minimal"


@pytest.mark.parametrize("page", list(GOOD))
def test_nothing_but_its_own_fields_is_written_by_a_page(signed_in, page):
    player = PlayerFactory()
    extra = {
        "avatar": "x",
        "is_staff": "1",
        "level": "99",
        "research_consent": "on",
        "tutorial_completed": "on",
        "player": "1",
    }

    save(signed_in(player), page, **extra)

    row = Player.objects.select_related("profile", "preferences", "personal_info", "game_data").get(
        pk=player.pk
    )
    assert (row.is_staff, row.game_data.level, row.profile.avatar) == (False, 1, "")
    assert (row.personal_info.research_consent, row.preferences.tutorial_completed) == (False, False)


# --- The birth date ----------------------------------------------------------------------------------------


def test_a_birth_date_is_given_once(signed_in):
    player = PlayerFactory()
    client = signed_in(player)
    save(client, PERSONAL)

    save(client, PERSONAL, date_of_birth="2001-01-01")

    assert PlayerPersonalInfo.objects.get(player=player).date_of_birth == date(1980, 12, 10)
    assert "Write to the staff" in client.get(PERSONAL).content.decode()


def test_no_way_round_the_page_changes_it():
    player = change(PlayerFactory(), date_of_birth=date(2015, 1, 1))
    info = PlayerPersonalInfo.objects.get(player=player)
    info.date_of_birth = None

    with pytest.raises(ValidationError, match="changed by the staff"):
        save_personal_info(info=info)


def test_a_young_birth_date_turns_the_safe_settings_on(signed_in, time_machine):
    time_machine.move_to(datetime(2026, 5, 1, tzinfo=UTC))
    player = PlayerFactory()

    save(signed_in(player), PERSONAL, date_of_birth="2015-01-01")

    assert PlayerProfile.objects.get(player=player).profile_visibility == "private"
    assert PlayerPreferences.objects.get(player=player).privacy_level == "maximum"


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        (PRIVACY, {"profile_visibility": "public"}),
        (PRIVACY, {"privacy_level": "normal"}),
        (PREFERENCES, {"wants_boards": "on"}),
    ],
)
def test_the_young_can_not_open_themselves_and_read_why(signed_in, page, wrong):
    player = change(
        PlayerFactory(), date_of_birth=date(2020, 1, 1), profile_visibility="private", privacy_level="maximum"
    )
    safe = {"privacy_level": "maximum"} if page == PRIVACY else {}

    response = save(signed_in(player), page, **{**safe, **wrong})

    assert response.status_code == 422
    assert list(errors(response)) == list(wrong)
    assert "At your age" in errors(response)[next(iter(wrong))]


# --- What preferences do -----------------------------------------------------------------------------------


def test_every_page_is_rendered_as_chosen(signed_in):
    client = signed_in(PlayerFactory())
    save(client, PREFERENCES)

    page = client.get(PROFILE).content.decode()

    for attribute in (
        'data-theme="dark"',
        'data-text-size="large"',
        'data-density="compact"',
        'data-motion="reduced"',
    ):
        assert attribute in page
    assert "players/js/sounds.js" in page


def test_without_a_choice_nothing_is_added(signed_in):
    page = signed_in(PlayerFactory()).get(PROFILE).content.decode()

    assert 'data-text-size="normal"' in page
    assert "players/js/sounds.js" not in page


def test_the_time_zone_is_known_to_every_page(signed_in):
    player = PlayerFactory()
    save(signed_in(player), PREFERENCES)
    request = RequestFactory().get("/")
    request.user = Player.objects.get(pk=player.pk)

    assert str(theme(request)["time_zone"]) == "Europe/Paris"


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Pacific/Kiritimati", "Nov. 22, 2026"), ("Pacific/Honolulu", "Nov. 21, 2026"), ("", "Nov. 21, 2026")],
)
def test_times_are_told_by_the_server_in_the_players_zone(signed_in, zone, day):
    player = change(PlayerFactory(), timezone=zone)
    Player.objects.filter(pk=player.pk).update(created_at=datetime(2026, 11, 21, 14, 30, tzinfo=UTC))

    page = signed_in(player).get(player.get_absolute_url()).content.decode()

    assert f">{day}</time>" in page


def test_a_zone_ends_with_its_request(client, signed_in):
    player = change(PlayerFactory(), timezone="Pacific/Kiritimati")
    other = PlayerFactory()
    Player.objects.filter(pk=other.pk).update(created_at=datetime(2026, 11, 21, 14, 30, tzinfo=UTC))
    signed_in(player).get(PROFILE)

    page = signed_in(other).get(other.get_absolute_url()).content.decode()

    assert ">Nov. 21, 2026</time>" in page


def test_own_pages_are_kept_by_no_cache(signed_in):
    response = signed_in(PlayerFactory()).get(PROFILE)

    assert {part.strip() for part in response["Cache-Control"].split(",")} == {"private", "no-cache"}
    assert response["Content-Language"] == "en"


# --- The theme in the menu ---------------------------------------------------------------------------------


def test_the_menu_saves_a_theme_without_leaving_the_page(signed_in):
    player = PlayerFactory()

    response = signed_in(player).post(THEME, {"theme": "light"}, headers={"hx-request": "true"})

    assert (response.status_code, response.content) == (204, b"")
    assert PlayerPreferences.objects.get(player=player).theme == "light"


@pytest.mark.parametrize(
    ("referer", "way"),
    [
        ("http://testserver/rooms/", "http://testserver/rooms/"),
        ("https://evil.example/", "/home/"),
        ("", "/home/"),
    ],
)
def test_without_scripts_the_theme_leads_back_to_the_page(signed_in, referer, way):
    client = signed_in(PlayerFactory())

    response = client.post(THEME, {"theme": "light"}, headers={"referer": referer})

    assert response.url == way


def test_an_unknown_theme_is_refused(signed_in):
    player = PlayerFactory()

    response = signed_in(player).post(THEME, {"theme": "neon"})

    assert response.status_code == 422
    assert PlayerPreferences.objects.get(player=player).theme == "system"


def test_strangers_have_no_theme_to_save(client):
    assert client.post(THEME, {"theme": "light"}).url.startswith("/accounts/login/")
