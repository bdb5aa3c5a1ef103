from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from players.actions.guests import enter_as_guest
from players.management.passwords import ask_password
from players.models import AuditEntry, Player
from players.queries.roles import further_of
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

    assert run("expire_demo_sessions", dry_run=True) == [guest.username]
    assert list(Player.objects.all()) == [guest]


@pytest.mark.django_db
def test_expired_guests_are_removed_and_listed_once():
    guest = expired_guest()

    assert run("expire_demo_sessions") == [guest.username]
    assert run("expire_demo_sessions") == []


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
def test_a_player_is_made_with_a_role_and_a_password(monkeypatch):
    monkeypatch.setenv("PADAWAN_PLAYER_PASSWORD", "swamp of dagobah")

    lines = run("create_player", "Ada", "Ada@example.org", role="game_master")

    ada = Player.objects.get()
    assert lines == ["ada is now Game Master and signs in as ada@example.org."]
    assert (ada.check_password("swamp of dagobah"), ada.primary_role.name) == (True, "game_master")
    assert (ada.is_staff, ada.is_superuser, ada.profile.display_name) == (True, False, "")
    assert AuditEntry.objects.get().after == {"role": "game_master", "superuser": False}


@pytest.mark.django_db
def test_a_password_that_was_made_up_for_a_player_is_told_once(monkeypatch):
    monkeypatch.delenv("PADAWAN_PLAYER_PASSWORD", raising=False)

    lines = run("create_player", "ada", "ada@example.org")

    assert Player.objects.get().check_password(lines[1].removeprefix("Password (shown this once): "))


@pytest.mark.django_db
def test_a_dry_run_makes_no_player():
    assert run("create_player", "ada", "ada@example.org", dry_run=True) == ["ada could be made, as Padawan."]
    assert not Player.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_a_player_who_is_there_already_is_not_made_again():
    PlayerFactory(username="ada")

    with pytest.raises(CommandError, match="already exists"):
        run("create_player", "ada", "other@example.org")


@pytest.mark.django_db
def test_further_roles_are_given_and_taken_with_a_reason():
    player = PlayerFactory(username="ada")

    lines = [
        *run("set_role", "ada", "--add", "game_master", "--add", "guild_leader", "--reason", "helps out"),
        *run("set_role", "ada", "--remove", "guild_leader"),
    ]

    assert lines == [
        "ada is now Padawan, and Guild Leader, Game Master besides.",
        "ada is now Padawan, and Game Master besides.",
    ]
    assert further_of(Player.objects.get(pk=player.pk)) == {"game_master"}
    assert [entry.reason for entry in AuditEntry.objects.order_by("pk")] == ["helps out", "helps out", ""]


@pytest.mark.django_db
def test_a_dry_run_only_tells_what_would_come_of_it():
    player = PlayerFactory(username="ada")

    lines = run("set_role", "ada", "guild_leader", "--add", "game_master", "--dry-run")

    assert lines == ["ada would be Guild Leader, and Game Master besides."]
    assert Player.objects.get(pk=player.pk).primary_role.name == "padawan"
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_no_role_at_all_is_asked_back():
    PlayerFactory(username="ada")

    with pytest.raises(CommandError, match="Say which role"):
        run("set_role", "ada")


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
