from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from players.actions.guests import enter_as_guest
from players.management.commands.create_admin import ask_password
from players.models import Player
from tests.factories.players import GuestFactory, PlayerFactory, SystemAdminFactory

YODA = {"username": "yoda", "email": "Yoda@example.org"}


def run(name, *args, **options):
    out = StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue().splitlines()


def expired_guest():
    return enter_as_guest(now=timezone.now() - timedelta(days=3), address="198.51.100.7")


@pytest.mark.django_db
def test_a_dry_run_only_lists_the_expired_guests():
    guest = expired_guest()

    assert run("remove_expired_guests", dry_run=True) == [guest.username]
    assert list(Player.objects.all()) == [guest]


@pytest.mark.django_db
def test_expired_guests_are_removed_and_listed_once():
    guest = expired_guest()

    assert run("remove_expired_guests") == [guest.username]
    assert run("remove_expired_guests") == []


@pytest.mark.django_db
def test_an_administrator_gets_the_password_of_the_environment(monkeypatch):
    monkeypatch.setenv("PADAWAN_ADMIN_PASSWORD", "swamp of dagobah")

    lines = run("create_admin", **YODA)

    admin = Player.objects.get()
    assert lines == ["yoda is now an administrator and signs in as yoda@example.org."]
    assert admin.check_password("swamp of dagobah")
    assert (admin.is_staff, admin.is_superuser, admin.primary_role.name) == (True, True, "system_admin")


@pytest.mark.django_db
def test_without_a_terminal_a_password_is_made_up_and_printed(monkeypatch):
    monkeypatch.delenv("PADAWAN_ADMIN_PASSWORD", raising=False)

    lines = run("create_admin", **YODA)

    assert Player.objects.get().check_password(lines[1].removeprefix("Password (shown this once): "))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "options", "said"),
    [
        ("12345", YODA, "too short"),
        ("swamp of dagobah", {**YODA, "username": "ma ster"}, "small letters"),
        ("swamp of dagobah", {**YODA, "username": "ada"}, "already exists"),
    ],
)
def test_an_administrator_is_refused_in_words(monkeypatch, password, options, said):
    PlayerFactory(username="ada")
    monkeypatch.setenv("PADAWAN_ADMIN_PASSWORD", password)

    with pytest.raises(CommandError, match=said):
        run("create_admin", **options)

    assert Player.objects.count() == 1


def test_a_typed_password_is_typed_twice():
    answers = iter(["swamp of dagobah", "swamp of dagobah"])

    assert ask_password(lambda prompt: next(answers)) == "swamp of dagobah"


def test_passwords_that_differ_are_refused():
    answers = iter(["swamp of dagobah", "swamp of dagobar"])

    with pytest.raises(CommandError, match="differ"):
        ask_password(lambda prompt: next(answers))


def test_nothing_typed_is_asked_once():
    answers = iter([""])

    assert ask_password(lambda prompt: next(answers)) == ""


@pytest.mark.django_db
def test_a_role_is_given():
    player = PlayerFactory(username="ada")

    lines = run("set_role", "Ada", "game_master")

    player.refresh_from_db()
    assert lines == ["ada is now Game Master."]
    assert (player.primary_role.name, player.is_staff) == ("game_master", True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("username", "role", "said"),
    [
        ("nobody", "padawan", "There is no player 'nobody'"),
        ("yoda", "padawan", "last system admin"),
        ("visitor", "padawan", "Guests stay guests"),
        ("yoda", "emperor", "invalid choice"),
    ],
)
def test_a_role_is_refused_in_words(username, role, said):
    SystemAdminFactory(username="yoda")
    GuestFactory(username="visitor")

    with pytest.raises(CommandError, match=said):
        run("set_role", username, role)
