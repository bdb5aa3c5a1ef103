import pytest
from django.contrib.messages import get_messages
from django.test import RequestFactory

from players.context_processors import theme
from players.models import Player, PlayerPreferences, PlayerProfile
from tests.factories.players import GuestFactory, PlayerFactory

pytestmark = pytest.mark.django_db
SETTINGS = "/settings/"
THEME = "/settings/theme/"
GOOD = {
    "display_name": "Ada",
    "bio": "Bernoulli numbers.",
    "profile_visibility": "private",
    "theme": "dark",
    "language": "en",
    "timezone": "Europe/Paris",
}


def save(client, **other):
    return client.post(SETTINGS, {**GOOD, **other})


def errors(response):
    both = {**response.context["profile"].errors, **response.context["preferences"].errors}
    return {name: " ".join(texts) for name, texts in both.items()}


def test_settings_are_for_players_only(client):
    assert client.get(SETTINGS).url == f"/accounts/login/?next={SETTINGS}"


@pytest.mark.parametrize("factory", [PlayerFactory, GuestFactory])
def test_the_page_shows_what_is_set(signed_in, factory):
    player = factory(display_name="Ada")

    response = signed_in(player).get(SETTINGS)

    assert response.status_code == 200
    assert response.context["profile"]["display_name"].value() == "Ada"
    assert response.context["preferences"]["theme"].value() == "system"


def test_everything_is_saved_and_told(signed_in):
    player = PlayerFactory()

    response = save(signed_in(player))

    profile, preferences = (model.objects.get(player=player) for model in (PlayerProfile, PlayerPreferences))
    assert (response.status_code, response.url) == (302, SETTINGS)
    assert (profile.display_name, profile.bio, profile.profile_visibility) == (
        "Ada",
        "Bernoulli numbers.",
        "private",
    )
    assert (preferences.theme, preferences.language, preferences.timezone) == ("dark", "en", "Europe/Paris")
    assert not preferences.notifications
    assert [str(m) for m in get_messages(response.wsgi_request)] == ["Your settings are saved."]


def test_the_page_is_rendered_in_the_chosen_theme(signed_in):
    client = signed_in(PlayerFactory())
    save(client, theme="dark")

    assert 'data-theme="dark"' in client.get(SETTINGS).content.decode()


def test_the_time_zone_is_known_to_every_page(signed_in):
    player = PlayerFactory()
    save(signed_in(player))
    request = RequestFactory().get("/")
    request.user = Player.objects.get(pk=player.pk)

    assert str(theme(request)["time_zone"]) == "Europe/Paris"


@pytest.mark.parametrize(
    "wrong",
    [
        {"display_name": "x" * 51},
        {"display_name": "System"},
        {"bio": "x" * 1001},
        {"profile_visibility": "friends"},
        {"profile_visibility": ""},
        {"theme": "neon"},
        {"language": "tlh"},
        {"timezone": "Mars/Olympus"},
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_saved(signed_in, wrong):
    player = PlayerFactory()

    response = save(signed_in(player), **wrong)

    assert response.status_code == 422
    assert list(errors(response)) == list(wrong)
    assert PlayerProfile.objects.get(player=player).bio == ""
    assert PlayerPreferences.objects.get(player=player).theme == "system"


def test_a_refused_name_does_not_appear_in_the_header(signed_in):
    response = save(signed_in(PlayerFactory(username="ada")), theme="neon", display_name="Countess")

    assert response.context["request"].user.name == "ada"


def test_names_lose_what_could_deceive(signed_in):
    player = PlayerFactory()

    save(signed_in(player), display_name="  Ada\u202e \u200b\n Lovelace ")

    assert PlayerProfile.objects.get(player=player).display_name == "Ada Lovelace"


def test_a_line_break_counts_as_one_character(signed_in):
    player = PlayerFactory()

    save(signed_in(player), bio="x\r\n" * 499 + "x")

    assert PlayerProfile.objects.get(player=player).bio == "x\n" * 499 + "x"


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
