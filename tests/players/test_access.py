import pytest

from players.actions.access import LastSystemAdmin, change_superuser, deactivate, reactivate
from players.actions.accounts import AccountRefused, create_admin
from players.actions.roles import RoleNotForGuests, change_permissions, change_role, ensure_roles
from players.choices import PERMISSIONS, ROLES, RoleName
from players.models import Player, Role
from players.permissions import may, may_see_players
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory, SystemAdminFactory

pytestmark = pytest.mark.django_db


def again(player):
    """The player as the next request sees him, without remembered permissions."""
    return Player.objects.get(pk=player.pk)


def held_by(player):
    return {name for name in PERMISSIONS if may(player, name)}


@pytest.mark.parametrize("name", list(ROLES))
def test_the_documented_roles_exist_with_their_permissions(name):
    level, _, permissions = ROLES[name]

    role = Role.objects.get(name=name)

    assert role.level == level
    assert set(role.group.permissions.values_list("codename", flat=True)) == set(permissions)


def test_what_staff_changed_in_a_role_outlives_the_next_migrate():
    role = Role.objects.get(name=RoleName.PADAWAN)
    change_permissions(role=role, permissions=[])

    ensure_roles()

    assert not role.group.permissions.exists()


@pytest.mark.parametrize(
    ("factory", "held"),
    [
        (GuestFactory, {"content.view", "demo.access"}),
        (PlayerFactory, {"content.view", "players.view", "npcs.view", "games.view"}),
        (SystemAdminFactory, set(PERMISSIONS) - {"demo.access"}),
    ],
)
def test_players_hold_what_their_role_opens_and_brings(factory, held):
    assert held_by(factory()) == held


@pytest.mark.parametrize("factory", [GuestFactory, PlayerFactory, GameMasterFactory, SystemAdminFactory])
def test_everybody_may_see_players(factory):
    assert may_see_players(factory())


def test_a_new_role_takes_the_place_of_the_former(told, django_capture_on_commit_callbacks):
    player = GameMasterFactory()

    with django_capture_on_commit_callbacks(execute=True):
        change_role(player=player, role=RoleName.PADAWAN)

    now = again(player)
    assert held_by(now) == {"content.view", "players.view", "npcs.view", "games.view"}
    assert (now.primary_role.name, now.is_staff, now.auth_epoch) == ("padawan", False, 1)
    assert told == [player.pk]


def test_an_administrator_who_becomes_a_padawan_keeps_no_right():
    SystemAdminFactory()
    admin = create_admin(username="yoda", email="yoda@example.org", password="swamp of dagobah")

    change_role(player=admin, role=RoleName.PADAWAN)

    assert not again(admin).is_superuser
    assert "admin.roles" not in held_by(again(admin))


def test_guests_get_no_role_and_nobody_becomes_a_guest():
    with pytest.raises(RoleNotForGuests):
        change_role(player=GuestFactory(), role=RoleName.GAME_MASTER)
    with pytest.raises(RoleNotForGuests):
        change_role(player=PlayerFactory(), role=RoleName.GUEST)


def test_the_last_system_admin_stays():
    admin = SystemAdminFactory()
    SystemAdminFactory(is_active=False)

    with pytest.raises(LastSystemAdmin, match="deactivated"):
        deactivate(player=admin)
    with pytest.raises(LastSystemAdmin, match="another role"):
        change_role(player=admin, role=RoleName.PADAWAN)

    assert (again(admin).is_active, again(admin).primary_role.name) == (True, "system_admin")


def test_one_of_two_system_admins_may_go():
    first, _ = SystemAdminFactory.create_batch(2)

    deactivate(player=first)

    assert not again(first).is_active


def test_shutting_out_and_letting_in_is_told_each_time(told, django_capture_on_commit_callbacks):
    player = PlayerFactory()

    with django_capture_on_commit_callbacks(execute=True):
        deactivate(player=player)
        reactivate(player=player)
        change_superuser(player=player, is_superuser=True)

    now = again(player)
    assert (now.is_active, now.is_superuser, now.auth_epoch) == (True, True, 3)
    assert told == [player.pk] * 3


def test_new_permissions_of_a_role_are_told_to_all_who_hold_it(told, django_capture_on_commit_callbacks):
    player = PlayerFactory()
    master = GameMasterFactory()
    GuestFactory()
    role = Role.objects.get(name=RoleName.PADAWAN)

    with django_capture_on_commit_callbacks(execute=True):
        change_permissions(role=role, permissions=role.group.permissions.filter(codename="content.view"))

    assert told == [player.pk, master.pk]
    assert held_by(again(player)) == {"content.view"}


def test_a_deactivated_player_is_signed_out(signed_in):
    player = PlayerFactory()
    client = signed_in(player)

    deactivate(player=player)

    assert client.get("/settings/").status_code == 302


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"username": "no good"}, "small letters"),
        ({"username": "taken"}, "already exists"),
        ({"email": "TAKEN@example.org"}, "e-mail address already exists"),
        ({"email": "nowhere"}, "valid email"),
        ({"password": "12345"}, "too short"),
    ],
)
def test_an_administrator_is_refused_in_words(wrong, said):
    PlayerFactory(username="taken", email="taken@example.org")
    fine = {"username": "yoda", "email": "yoda@example.org", "password": "swamp of dagobah"}

    with pytest.raises(AccountRefused, match=said):
        create_admin(**{**fine, **wrong})
