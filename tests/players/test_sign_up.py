import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from players.actions.guests import enter_as_guest
from players.choices import Provider
from players.models import Player
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db
SIGN_UP = "/accounts/signup/"
GOOD = {"email": "Ada@Example.org", "username": "Ada", "password1": "difference engine 9"}


def refusals(client, **wrong):
    """What the form says about each field."""
    response = client.post(SIGN_UP, {**GOOD, **wrong})
    return {name: " ".join(texts) for name, texts in response.context["form"].errors.items()}


def test_signing_up_makes_a_padawan_with_all_segments(client):
    response = client.post(SIGN_UP, GOOD)

    player = Player.objects.get()
    assert (response.status_code, response.url) == (302, "/home/")
    assert (player.username, player.email, player.primary_role.name) == ("ada", "ada@example.org", "padawan")
    assert (player.default_provider, player.is_staff, player.is_guest) == (Provider.PASSWORD, False, False)
    assert {player.profile.pk, player.preferences.pk, player.game_data.pk, player.personal_info.pk} == {
        player.pk
    }
    assert client.session["_auth_user_id"] == str(player.pk)


def test_signing_up_sends_a_mail_to_confirm_the_address(client, mailoutbox):
    client.post(SIGN_UP, GOOD)

    assert [mail.to for mail in mailoutbox] == [["ada@example.org"]]
    assert mailoutbox[0].subject.startswith("[PadawanForge] ")
    assert not EmailAddress.objects.get().verified


def test_the_link_in_the_mail_confirms_the_address(client, mailoutbox):
    client.post(SIGN_UP, GOOD)
    link = next(word for word in mailoutbox[0].body.split() if "/confirm-email/" in word)

    client.post(link)

    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize(
    "username",
    ["settings", "Admin", "system", "guest", "here", "room", "everybody", "moderator", "staff"],
)
def test_reserved_usernames_are_refused(client, username):
    assert refusals(client, username=username) == {
        "username": "This name is reserved. Please choose another."
    }


@pytest.mark.parametrize(
    "username",
    ["-ada", "ada-", "a da", "ada.l", "аda", "ada\u202e", "ad\u200ba", "ａda", "ada@example.org", "<b>"],  # noqa: RUF001
)
def test_usernames_that_could_deceive_are_refused(client, username):
    assert "small letters, digits" in refusals(client, username=username)["username"]


def test_a_username_has_at_most_thirty_characters(client):
    assert "username" in refusals(client, username="a" * 31)


@pytest.mark.parametrize("username", ["ada", "ADA"])
def test_a_username_is_given_once(client, username):
    PlayerFactory(username="ada")

    assert "already exists" in refusals(client, username=username)["username"]


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@example.ORG"])
def test_an_address_is_used_once(client, email):
    PlayerFactory(username="countess", email="ada@example.org")

    assert "already registered" in refusals(client, email=email)["email"]


@pytest.mark.parametrize(
    ("password", "said"), [("short", "too short"), ("password123", "too common"), ("", "required")]
)
def test_weak_passwords_are_refused_in_words(client, password, said):
    assert said in refusals(client, password1=password)["password1"]


def test_nothing_is_left_of_a_sign_up_that_was_refused(client):
    client.post(SIGN_UP, {**GOOD, "username": "settings"})

    assert not Player.objects.exists()
    assert "_auth_user_id" not in client.session


def test_a_guest_who_signs_up_keeps_what_he_has(client, signed_in):
    guest = enter_as_guest(now=timezone.now(), address="198.51.100.7")
    signed_in(guest)

    client.post(SIGN_UP, GOOD)

    player = Player.objects.get(username="ada")
    assert player == guest
    assert (player.is_guest, player.primary_role.name) == (False, "padawan")
    assert list(player.groups.values_list("role__name", flat=True)) == ["padawan"]
    assert player.demo_session.converted_at is not None
    assert player.check_password(GOOD["password1"])
    assert client.session["_auth_user_id"] == str(player.pk)
