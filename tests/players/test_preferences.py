"""What preferences do to every page, and the theme in the menu."""

from datetime import UTC, datetime

import pytest
from django.test import RequestFactory

from players.context_processors import theme
from players.models import Player, PlayerPreferences
from tests.factories.players import PlayerFactory
from tests.factories.segments import change
from tests.players.settings_pages import PREFERENCES, PROFILE, save

pytestmark = pytest.mark.django_db
THEME = "/settings/theme/"


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
