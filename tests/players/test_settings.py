"""The pages on which players set what is known of them: what is saved, what is refused and why."""

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.db import connection

from players.models import Player, PlayerGameData, PlayerPersonalInfo, PlayerPreferences, PlayerProfile
from tests.factories.players import GuestFactory, PlayerFactory
from tests.players.settings_pages import (
    GAME,
    GOOD,
    MODELS,
    PERSONAL,
    PREFERENCES,
    PRIVACY,
    PROFILE,
    errors,
    save,
    stored,
)

pytestmark = pytest.mark.django_db


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


def test_preferences_are_saved(signed_in):
    player = PlayerFactory()

    save(signed_in(player), PREFERENCES)

    row = PlayerPreferences.objects.get(player=player)
    assert (row.theme, row.language, row.timezone) == ("dark", "en", "Europe/Paris")
    assert row.ui_preferences == {
        "text_size": "large",
        "density": "compact",
        "motion": "reduced",
        "sounds": "on",
        "presence": "hidden",
    }
    assert row.game_preferences == {"daily_goal": 20, "difficulty": "advanced"}
    assert row.shows_read_receipts


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
