from datetime import date

import pytest

from players import interests
from players.models import Player, PlayerPersonalInfo, PlayerPreferences
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.players import GuestFactory, PlayerFactory

pytestmark = pytest.mark.django_db
SIGN_UP = {"email": "ada@example.org", "username": "ada", "password1": "difference engine 9"}
NAME, INTERESTS, PRIVACY = "/welcome/name/", "/welcome/interests/", "/welcome/privacy/"
CHOICES = {"profile_visibility": "friends", "privacy_level": "normal"}


@pytest.fixture
def newcomer(client):
    """Somebody who has just signed up."""
    client.post("/accounts/signup/", SIGN_UP)
    return client


def read_anew():
    return Player.objects.select_related("profile", "preferences", "personal_info").get(username="ada")


def test_home_leads_a_new_player_to_the_first_step(newcomer):
    assert newcomer.get("/home/").url == "/welcome/"
    assert newcomer.get("/welcome/").status_code == 200


@pytest.mark.parametrize("address", ["/rooms/", "/characters/", "/settings/", "/players/ada/"])
def test_nothing_else_waits_for_the_steps(newcomer, address):
    assert newcomer.get(address).status_code == 200


def test_signing_up_still_leads_where_the_person_wanted(client):
    response = client.post("/accounts/signup/?next=/rooms/", {**SIGN_UP, "next": "/rooms/"})

    assert response.url == "/rooms/"


def test_the_three_steps_lead_to_the_tutorial_and_are_remembered(newcomer):
    ways = [
        newcomer.post(NAME, {"username": "ada", "display_name": "Ada", "timezone": "Europe/Paris"}).url,
        newcomer.post(INTERESTS, {"others": "comets, haiku"}).url,
        newcomer.post(PRIVACY, {**CHOICES, "wants_boards": "on", "date_of_birth": "1980-12-10"}).url,
    ]

    ada = read_anew()
    assert ways == [INTERESTS, PRIVACY, "/tutorial/"]
    assert (ada.profile.display_name, ada.preferences.timezone) == ("Ada", "Europe/Paris")
    assert sorted(ada.personal_info.interests) == ["comets", "haiku"]
    assert (ada.profile.profile_visibility, ada.personal_info.date_of_birth) == (
        "friends",
        date(1980, 12, 10),
    )
    assert (ada.preferences.wants_boards, ada.preferences.registration_completed) == (True, True)
    assert ada.preferences.onboarding_completed_at is not None
    assert newcomer.get("/home/").status_code == 200


def test_every_step_can_be_left_out(newcomer):
    ways = [newcomer.post(step, {"skip": "1", "username": "!"}).url for step in (NAME, INTERESTS, PRIVACY)]

    assert ways == [INTERESTS, PRIVACY, "/tutorial/"]
    assert newcomer.get("/home/").status_code == 200


def test_all_can_be_left_out_at_once(newcomer):
    response = newcomer.post("/welcome/skip/")

    ada = read_anew()
    assert response.url == "/home/"
    assert newcomer.get("/home/").status_code == 200
    assert (ada.preferences.registration_completed, ada.preferences.onboarding_completed_at) == (True, None)


def test_who_has_done_the_tutorial_goes_home(newcomer):
    PlayerPreferences.objects.update(tutorial_completed=True)

    assert newcomer.post(PRIVACY, CHOICES).url == "/home/"


@pytest.mark.parametrize(
    ("step", "sent", "field"),
    [
        (NAME, {"username": "admin"}, "username"),
        (NAME, {"username": ""}, "username"),
        (NAME, {"username": "ada", "display_name": "Staff"}, "display_name"),
        (INTERESTS, {"others": ", ".join(map(str, range(13)))}, "others"),
        (INTERESTS, {"chosen": "Alchemy"}, "chosen"),
        (PRIVACY, {**CHOICES, "profile_visibility": "all"}, "profile_visibility"),
        (PRIVACY, {**CHOICES, "date_of_birth": "2999-01-01"}, "date_of_birth"),
        (PRIVACY, {**CHOICES, "privacy_level": ""}, "privacy_level"),
    ],
)  # fmt: skip
def test_a_step_says_what_is_wrong_and_stays(newcomer, step, sent, field):
    response = newcomer.post(step, sent)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert read_anew().personal_info.date_of_birth is None


def test_a_young_newcomer_reads_why_and_nothing_is_half_saved(newcomer):
    response = newcomer.post(PRIVACY, {**CHOICES, "date_of_birth": "2020-01-01"})

    assert "At your age the maximum level holds" in response.content.decode()
    assert read_anew().personal_info.date_of_birth is None


def test_a_young_newcomer_gets_the_safe_settings(newcomer):
    newcomer.post(
        PRIVACY, {"profile_visibility": "friends", "privacy_level": "maximum", "date_of_birth": "2020-01-01"}
    )

    ada = read_anew()
    assert (ada.profile.profile_visibility, ada.preferences.privacy_level) == ("friends", "maximum")


@pytest.mark.parametrize("zone", ["Mars/Olympus", ""])
def test_a_strange_clock_stands_in_nobodys_way(newcomer, zone):
    response = newcomer.post(NAME, {"username": "ada", "timezone": zone})

    assert (response.status_code, read_anew().preferences.timezone) == (302, "")


def test_a_chosen_zone_is_not_overwritten_by_the_device(newcomer):
    PlayerPreferences.objects.update(timezone="Asia/Tokyo")

    newcomer.post(NAME, {"username": "ada", "timezone": "Europe/Paris"})

    assert read_anew().preferences.timezone == "Asia/Tokyo"


def test_topics_that_can_be_played_are_offered(newcomer):
    StatementFactory(topic=TopicFactory(name="Metallurgy"))
    TopicFactory(name="Nothing written yet")

    response = newcomer.get(INTERESTS)
    newcomer.post(INTERESTS, {"chosen": ["Metallurgy"], "others": "metallurgy, haiku"})

    assert interests.suggested() == ["Metallurgy"]
    assert "Metallurgy" in response.content.decode()
    assert sorted(PlayerPersonalInfo.objects.get().interests) == ["Metallurgy", "haiku"]


def test_the_steps_show_where_one_is(newcomer):
    page = newcomer.get(INTERESTS).content.decode()

    assert "Step 2 of 3" in page
    assert page.count('aria-current="step"') == 1


@pytest.mark.parametrize("address", ["/welcome/", NAME, "/welcome/skip/"])
def test_the_steps_are_for_accounts(client, signed_in, address):
    stranger = client.post(address).url

    assert stranger.startswith("/accounts/login/")
    assert signed_in(GuestFactory()).post(address).status_code == 403


def test_there_is_no_fourth_step(signed_in):
    assert signed_in(PlayerFactory()).get("/welcome/fortune/").status_code == 404


def test_guests_go_home_and_find_the_tutorial_there(signed_in):
    page = signed_in(GuestFactory()).get("/home/")

    assert page.status_code == 200
    assert 'href="/tutorial/"' in page.content.decode()
