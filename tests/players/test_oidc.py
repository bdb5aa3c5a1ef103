"""Sign-in by a provider, against a true OpenID Connect server on this machine."""

from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone
from PIL import Image

from players.actions.avatars import remove_avatar
from players.actions.guests import enter_as_guest
from players.models import ConnectedAccount, Player, PlayerProfile
from tests.factories.players import PlayerFactory
from tests.players.oidc_server import school

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/oidc/login/"
PASSWORD = "correct horse battery"


@pytest.fixture
def place(settings):
    with school() as place:
        settings.SOCIALACCOUNT_PROVIDERS = place.settings()
        yield place


def leave(client, *, process="login"):
    """Press our button; the address of the school's page."""
    return client.post(f"{LOGIN}?process={process}").url


def say_yes(there):
    """The person at the school's page agrees; the address back to us."""
    back = httpx2.get(there, follow_redirects=False).headers["location"]
    return urlsplit(back)._replace(scheme="", netloc="").geturl()


def come_in(client, *, process="login"):
    return client.get(say_yes(leave(client, process=process)))


def is_signed_in(client):
    return "_auth_user_id" in client.session


def prove(client):
    """Shortly before something sensitive."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def test_the_button_names_the_school_and_leads_there_with_state_nonce_and_challenge(client, place):
    page = client.get("/accounts/login/").content.decode()

    url = urlsplit(leave(client))

    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert "Continue with Hill School" in page
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{place.address}/authorize"
    assert (query["client_id"], query["code_challenge_method"]) == ("forge", "S256")
    assert {"state", "nonce", "code_challenge"} <= query.keys()


def test_somebody_from_the_school_becomes_a_padawan_with_a_connected_account(client, place):
    response = come_in(client)

    player = Player.objects.get()
    connection = player.connected_accounts.get()
    assert (response.status_code, is_signed_in(client)) == (302, True)
    assert (player.username, player.email, player.default_provider) == ("countess", "ada@example.org", "oidc")
    assert (player.primary_role.name, player.has_usable_password()) == ("padawan", False)
    assert (player.profile.name, player.name) == ("Ada Lovelace", "countess")
    assert (connection.is_primary, connection.provider_username) == (True, "countess")
    assert (connection.provider_email, connection.provider_avatar) == (
        "ada@example.org",
        "https://pictures.example/ada.png",
    )
    assert connection.last_used is not None


def test_a_username_that_is_the_beginning_of_the_address_is_not_taken_over(client, place):
    place.person["preferred_username"] = "Ada"

    come_in(client)

    assert Player.objects.get().username.count("-") == 2


@pytest.mark.parametrize("username", ["Ada L.", "Admin", "taken", None])
def test_a_name_that_we_could_not_give_is_replaced_by_a_friendly_one(client, place, username):
    PlayerFactory(username="taken")
    place.person["preferred_username"] = username

    come_in(client)

    assert Player.objects.get(email="ada@example.org").username.count("-") == 2


def test_capitals_of_the_provider_become_small(client, place):
    place.person["preferred_username"] = "CountessOfLovelace"

    come_in(client)

    assert Player.objects.get().username == "countessoflovelace"


def test_no_browser_is_sent_to_the_provider_for_a_picture(client, place):
    come_in(client)

    assert Player.objects.get().own_avatar_url == ""


def offer_picture(place, settings, *, data):
    settings.PICTURE_ORIGINS = [place.address]
    place.person["picture"] = f"{place.address}/picture.png"
    place.picture = data


def png():
    drawn = BytesIO()
    Image.new("RGB", (40, 40), "teal").save(drawn, "PNG")
    return drawn.getvalue()


def test_an_empty_profile_takes_over_the_picture_of_the_provider(
    client, place, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    offer_picture(place, settings, data=png())

    with django_capture_on_commit_callbacks(execute=True):
        come_in(client)

    profile = PlayerProfile.objects.get()
    assert profile.picture.startswith("/media/pictures/")
    assert profile.avatar == ""
    assert client.get(profile.picture)["content-type"] == "image/webp"


def test_a_picture_that_was_chosen_is_not_written_over(
    client, place, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    offer_picture(place, settings, data=png())
    player = PlayerFactory()
    PlayerProfile.objects.filter(player=player).update(avatar="/media/pictures/own.webp")
    client.force_login(player)
    prove(client)

    with django_capture_on_commit_callbacks(execute=True):
        come_in(client, process="connect")

    assert player.connected_accounts.count() == 1
    assert PlayerProfile.objects.get(player=player).picture == ""


def test_a_picture_that_was_taken_off_does_not_come_back_with_the_next_sign_in(
    client, place, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    offer_picture(place, settings, data=png())
    with django_capture_on_commit_callbacks(execute=True):
        come_in(client)
    remove_avatar(player=Player.objects.get())
    client.logout()

    with django_capture_on_commit_callbacks(execute=True):
        come_in(client)

    assert is_signed_in(client)
    assert PlayerProfile.objects.get().picture == ""


def test_what_is_no_picture_is_left_where_it_is(client, place, settings, django_capture_on_commit_callbacks):
    offer_picture(place, settings, data=b"<html>Not here</html>")

    with django_capture_on_commit_callbacks(execute=True):
        come_in(client)

    assert is_signed_in(client)
    assert PlayerProfile.objects.get().picture == ""


@pytest.mark.parametrize(("verified", "kept"), [(True, True), (False, False)])
def test_an_address_is_confirmed_only_when_the_school_says_so(client, place, verified, kept):
    place.person["email_verified"] = verified

    come_in(client)

    assert EmailAddress.objects.get().verified is kept


def test_the_second_time_the_same_player_comes_in_and_the_time_is_noted(client, place):
    come_in(client)
    first = ConnectedAccount.objects.get().last_used
    client.logout()
    place.person |= {"preferred_username": "renamed", "name": "Somebody Else"}

    come_in(client)

    player = Player.objects.get()
    connection = ConnectedAccount.objects.get()
    assert client.session["_auth_user_id"] == str(player.pk)
    assert connection.last_used > first
    assert (player.username, connection.provider_username) == ("countess", "renamed")
    assert PlayerProfile.objects.get().name == "Ada Lovelace"


def test_the_same_address_with_another_identity_opens_nobody_elses_account(client, place):
    owner = PlayerFactory(username="owner", email="ada@example.org")

    response = come_in(client)
    refused = client.post(response.url, {"email": "ada@example.org", "username": "countess"})

    assert response.url == "/accounts/3rdparty/signup/"
    assert "already exists" in " ".join(refused.context["form"].errors["email"])
    assert not is_signed_in(client)
    assert list(Player.objects.all()) == [owner]
    assert not SocialAccount.objects.exists()


def test_without_an_address_the_page_asks_for_one(client, place):
    place.person |= {"email": "", "email_verified": False}

    asked = come_in(client)
    client.post(asked.url, {"email": "ada@example.org", "username": "ada"})

    player = Player.objects.get()
    assert asked.url == "/accounts/3rdparty/signup/"
    assert (player.username, player.default_provider) == ("ada", "oidc")
    assert player.connected_accounts.get().is_primary


def test_a_signed_in_player_connects_an_account_and_keeps_what_he_wrote(client, signed_in, place):
    player = PlayerFactory(username="lovelace")
    PlayerProfile.objects.filter(player=player).update(name="A. L.")
    signed_in(player)
    prove(client)

    response = come_in(client, process="connect")

    connection = player.connected_accounts.get()
    player.profile.refresh_from_db()
    assert response.url == "/accounts/3rdparty/"
    assert (connection.is_primary, connection.last_used) == (True, None)
    assert (player.profile.name, Player.objects.count()) == ("A. L.", 1)


def test_an_account_of_somebody_else_is_not_connected(client, signed_in, place):
    come_in(client)
    client.logout()
    other = PlayerFactory(username="other")
    signed_in(other)
    prove(client)

    come_in(client, process="connect")

    assert ConnectedAccount.objects.get().player != other


def test_a_guest_who_signs_up_by_the_school_keeps_what_he_has(client, signed_in, place):
    guest = enter_as_guest(now=timezone.now(), address="198.51.100.7")
    signed_in(guest)

    come_in(client)

    player = Player.objects.get()
    assert (player.pk, player.is_guest, player.username) == (guest.pk, False, "countess")
    assert (player.default_provider, player.primary_role.name) == ("oidc", "padawan")
    assert player.demo_session.converted_at is not None
    assert client.session["_auth_user_id"] == str(guest.pk)


def test_a_guest_whose_address_is_asked_for_keeps_what_he_has(client, signed_in, place):
    guest = enter_as_guest(now=timezone.now(), address="198.51.100.7")
    signed_in(guest)
    place.person["email"] = ""

    asked = come_in(client)
    client.post(asked.url, {"email": "ada@example.org", "username": "ada"})

    player = Player.objects.get()
    assert (player.pk, player.is_guest, player.username) == (guest.pk, False, "ada")


def test_a_guest_who_has_an_account_comes_into_that_one(client, signed_in, place):
    come_in(client)
    player = Player.objects.get()
    client.logout()
    guest = enter_as_guest(now=timezone.now(), address="198.51.100.7")
    signed_in(guest)

    come_in(client)

    assert client.session["_auth_user_id"] == str(player.pk)
    assert Player.objects.filter(pk=guest.pk, is_guest=True).exists()


def test_a_guest_connects_nothing_to_a_row_that_vanishes(client, signed_in, place):
    guest = enter_as_guest(now=timezone.now(), address="198.51.100.7")
    signed_in(guest)

    come_in(client, process="connect")

    assert not Player.objects.get(pk=guest.pk).is_guest


def test_somebody_who_says_no_at_the_school_is_told_so(client, place):
    place.denies = True

    response = client.get(say_yes(leave(client)), follow=True)

    assert "You said no on the other side" in response.content.decode()
    assert not Player.objects.exists()


FAULTS = {
    "a nonce of another sign-in": {"claims": {"nonce": "of another sign-in"}},
    "no nonce": {"claims": {"nonce": None}},
    "another server's token": {"claims": {"iss": "https://elsewhere.example"}},
    "a token for another client": {"claims": {"aud": "another"}},
    "an old token": {"claims": {"exp": 1}},
    "userinfo about somebody else": {"userinfo": {"sub": "1"}},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_that_cannot_be_trusted_signs_nobody_in(client, place, fault):
    for name, value in FAULTS[fault].items():
        setattr(place, name, value)

    response = come_in(client)

    assert "did not give us an answer that we can trust" in response.content.decode()
    assert (is_signed_in(client), Player.objects.exists()) == (False, False)


def test_a_wrong_client_secret_signs_nobody_in(client, place, settings):
    wrong = place.settings()
    wrong["openid_connect"]["APPS"][0]["secret"] = "guessed"
    settings.SOCIALACCOUNT_PROVIDERS = wrong

    response = come_in(client)

    assert "Try again" in response.content.decode()
    assert not is_signed_in(client)


def test_the_answer_to_somebody_elses_sign_in_is_of_no_use(client, place):
    answer = say_yes(leave(client))
    stranger = type(client)()

    response = stranger.get(answer)

    assert "Try again" in response.content.decode()
    assert not is_signed_in(stranger)


def test_an_answer_is_used_once(client, place):
    answer = say_yes(leave(client))
    client.get(answer)
    client.logout()

    client.get(answer)

    assert not is_signed_in(client)


def silent(place):
    """The settings, with a server that nobody answers at."""
    app = place.settings()["openid_connect"]["APPS"][0]
    return {"openid_connect": {"APPS": [{**app, "settings": {"server_url": "http://127.0.0.1:9"}}]}}


def test_a_school_that_does_not_answer_leads_to_a_page_that_says_so(client, place, settings):
    settings.SOCIALACCOUNT_PROVIDERS = silent(place)

    response = client.post(LOGIN)

    assert response.status_code == 502
    assert "Try again" in response.content.decode()


def test_a_school_that_falls_silent_on_the_way_signs_nobody_in(client, place, settings):
    answer = say_yes(leave(client))
    settings.SOCIALACCOUNT_PROVIDERS = silent(place)

    response = client.get(answer)

    assert response.status_code == 502
    assert not is_signed_in(client)
