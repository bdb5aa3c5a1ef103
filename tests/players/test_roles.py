"""Roles: the primary one and those given besides, who may give them, and how quickly they take effect."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.database import in_database
from players.actions.access import LastSystemAdmin, deactivate
from players.actions.roles import (
    RoleNeeded,
    RoleNotForGuests,
    RoleRefused,
    change_permissions,
    change_role,
    give_role,
    set_roles,
    switch_role,
    take_role,
)
from players.choices import PERMISSIONS, RoleName
from players.models import AuditEntry, Player, Role, SiteBan
from players.permissions import may
from players.queries.audit import verified_chain
from players.queries.roles import acting_system_admins, further_of, held_roles, level_of, permissions_of_roles
from players.rules.roles import further_roles, with_brought
from rooms.actions.rooms import enter_room
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory, SystemAdminFactory
from tests.factories.rooms import RoomFactory
from tests.messaging.sockets import Tab
from tests.races import at_once

pytestmark = pytest.mark.django_db
BRINGS = {"low": (), "high": ("low",), "other": (), "top": ("low", "high")}


def again(player):
    return Player.objects.get(pk=player.pk)


def held_by(player):
    return {name for name in PERMISSIONS if may(again(player), name)}


def role(name):
    return Role.objects.get(name=name)


def leader_who_gives_roles():
    """A level that may give roles and is not the highest."""
    leader = PlayerFactory(role=RoleName.GUILD_LEADER)
    permissions = role("system_admin").group.permissions.filter(codename="admin.roles")
    change_permissions(role=role("guild_leader"), permissions=permissions)
    return leader


@pytest.mark.parametrize(
    ("held", "primary", "further"),
    [
        ({"low"}, "low", set()),
        ({"low", "high"}, "high", set()),
        ({"low", "high"}, "low", {"high"}),
        ({"low", "high", "top"}, "low", {"top"}),
        ({"low", "other"}, "low", {"other"}),
    ],
)
def test_what_a_role_brings_was_not_given_by_itself(held, primary, further):
    assert further_roles(held, primary, BRINGS) == further
    assert with_brought([primary, *further], BRINGS) == held


def test_a_further_role_opens_its_doors_and_what_it_brings():
    player = PlayerFactory()

    given = give_role(player=player, role="game_master", reason="writes characters")

    now = again(player)
    assert (given, now.primary_role.name, further_of(now)) == (True, "padawan", {"game_master"})
    assert "npcs.create" in held_by(player)
    assert (now.is_staff, now.auth_epoch) == (True, 1)


def test_a_further_role_that_is_taken_leaves_the_primary_one():
    player = PlayerFactory()
    give_role(player=player, role="game_master")

    taken = take_role(player=player, role="game_master")

    assert (taken, held_roles(player), again(player).is_staff) == (True, ["padawan"], False)


def test_giving_and_taking_twice_changes_nothing_more():
    player = PlayerFactory()

    results = [
        give_role(player=player, role="guild_leader"),
        give_role(player=player, role="guild_leader"),
        take_role(player=player, role="guild_leader"),
        take_role(player=player, role="guild_leader"),
    ]

    assert results == [True, False, True, False]
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "role.given",
        "role.taken",
    ]


def test_a_role_that_comes_with_another_can_not_be_taken_alone():
    master = GameMasterFactory()

    with pytest.raises(RoleNeeded, match="Padawan comes with Game Master"):
        take_role(player=master, role="padawan")
    with pytest.raises(RoleNeeded, match="primary role"):
        take_role(player=master, role="game_master")


def test_another_primary_role_leaves_those_given_besides():
    player = PlayerFactory()
    give_role(player=player, role="guild_leader")

    change_role(player=player, role="game_master")

    assert (again(player).primary_role.name, further_of(again(player))) == ("game_master", {"guild_leader"})


def test_all_roles_are_set_at_once_with_one_entry_in_the_log():
    admin, player = SystemAdminFactory(), GameMasterFactory()
    give_role(player=player, role="system_admin", by=admin)

    set_roles(player=player, primary="padawan", further=["guild_leader"], by=admin, reason="moved on")

    assert held_roles(player) == ["padawan", "guild_leader"]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.actor_uuid, entry.reason) == ("role.changed", admin.uuid, "moved on")
    assert (entry.before["further"], entry.after["further"]) == (["system_admin"], ["guild_leader"])
    assert verified_chain().flaws == ()


def test_nobody_gives_a_role_above_his_own():
    leader, player = leader_who_gives_roles(), PlayerFactory()

    with pytest.raises(RoleRefused, match="above your own"):
        give_role(player=player, role="system_admin", by=again(leader))

    assert give_role(player=player, role="game_master", by=again(leader))


def test_nobody_changes_the_roles_of_somebody_above():
    leader, _ = leader_who_gives_roles(), SystemAdminFactory()
    admin = SystemAdminFactory()

    with pytest.raises(RoleRefused, match="stands above you"):
        change_role(player=admin, role="padawan", by=again(leader))


def test_nobody_changes_what_a_role_above_opens():
    leader = leader_who_gives_roles()

    with pytest.raises(RoleRefused):
        change_permissions(role=role("system_admin"), permissions=[], by=again(leader))
    with pytest.raises(RoleRefused):
        switch_role(role=role("system_admin"), is_active=False, by=again(leader))


@pytest.mark.parametrize("factory", [PlayerFactory, GameMasterFactory])
def test_roles_are_given_only_by_those_who_may(factory):
    with pytest.raises(RoleRefused, match=r"admin\.roles"):
        give_role(player=PlayerFactory(), role="padawan", by=factory())


def test_guests_stay_guests():
    with pytest.raises(RoleNotForGuests):
        give_role(player=GuestFactory(), role="padawan")
    with pytest.raises(RoleNotForGuests):
        give_role(player=PlayerFactory(), role="guest")


def test_a_role_that_is_switched_off_opens_nothing_until_it_is_on_again():
    master = GameMasterFactory()

    switch_role(role=role("game_master"), is_active=False)
    off = held_by(master), again(master).is_staff
    switch_role(role=role("game_master"), is_active=True)

    assert off == ({"content.view", "players.view", "npcs.view", "games.view"}, False)
    assert ("npcs.create" in held_by(master), again(master).is_staff) == (True, True)
    assert list(AuditEntry.objects.values_list("verb", flat=True)) == ["role.switched", "role.switched"]


def test_a_role_that_is_switched_off_is_told_to_its_holders(told, django_capture_on_commit_callbacks):
    master = GameMasterFactory()
    PlayerFactory()

    with django_capture_on_commit_callbacks(execute=True):
        switch_role(role=role("game_master"), is_active=False)

    assert (told, again(master).auth_epoch) == ([master.pk], 1)


def test_somebody_can_always_give_roles():
    with pytest.raises(RoleNeeded, match="switched off"):
        switch_role(role=role("system_admin"), is_active=False)
    with pytest.raises(RoleNeeded, match=r"leave them admin\.roles"):
        change_permissions(role=role("system_admin"), permissions=[])


def test_new_permissions_are_written_down():
    admin = SystemAdminFactory()

    change_permissions(role=role("guild_leader"), permissions=[], by=admin, reason="tidy")
    change_permissions(
        role=role("guild_leader"), permissions=role("guest").group.permissions.all(), by=admin, reason="more"
    )

    entry = AuditEntry.objects.latest("pk")
    assert (entry.before, entry.after) == (
        {"permissions": []},
        {"permissions": ["content.view", "demo.access"]},
    )
    assert (entry.actor_uuid, entry.object_id) == (admin.uuid, str(role("guild_leader").pk))


def test_the_last_system_admin_keeps_a_further_role_too():
    player = PlayerFactory()
    give_role(player=player, role="system_admin")

    with pytest.raises(LastSystemAdmin):
        take_role(player=player, role="system_admin")

    assert further_of(again(player)) == {"system_admin"}


def test_admins_who_can_not_act_do_not_count():
    acting = SystemAdminFactory()
    now = timezone.now()
    banned, leaving = SystemAdminFactory.create_batch(2)
    SystemAdminFactory(is_active=False)
    SiteBan.objects.create(player=banned, reason="spam", starts_at=now - timedelta(hours=1))
    Player.objects.filter(pk=leaving.pk).update(leaves_at=now)

    assert list(acting_system_admins()) == [acting]
    with pytest.raises(LastSystemAdmin):
        deactivate(player=acting)


def test_levels_are_those_of_working_roles():
    player, superuser = PlayerFactory(), PlayerFactory(is_superuser=True)
    give_role(player=player, role="guild_leader")
    before = level_of(player)

    switch_role(role=role("guild_leader"), is_active=False)

    assert (before, level_of(player), level_of(superuser) > 4) == (3, 1, True)


def test_the_matrix_tells_own_permissions_from_brought_ones():
    matrix = permissions_of_roles()

    assert matrix["game_master"]["npcs.view"] == ["padawan", "game_master"]
    assert matrix["game_master"]["players.view"] == ["padawan"]
    assert sorted(matrix["guest"]) == ["content.view", "demo.access"]


def test_shutting_out_is_written_down_with_who_did_it():
    admin, player = SystemAdminFactory(), PlayerFactory()

    deactivate(player=player, by=admin, reason="spam")

    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor_uuid, entry.reason) == ("player.deactivated", admin.uuid, "spam")


def test_an_open_page_notices_at_its_next_request(signed_in):
    player = GameMasterFactory()
    client = signed_in(player)
    before = client.get("/rooms/new/").status_code

    change_role(player=player, role="padawan")

    assert (before, client.get("/rooms/new/").status_code) == (200, 403)


@pytest.mark.django_db(transaction=True)
async def test_an_open_socket_notices_at_once():
    def ready():
        player, room = PlayerFactory(), RoomFactory()
        enter_room(room=room, player=player)
        return player, room

    player, room = await in_database(ready)()
    tab = await Tab.of(player, room.channel)

    await in_database(switch_role)(role=await in_database(role)("padawan"), is_active=False)

    assert (await tab.next("revoked"))["room"] == str(room.channel.uuid)
    await tab.leave()


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_dismiss_each_other_leave_one():
    ada, bo = SystemAdminFactory.create_batch(2)

    results = at_once(
        lambda: change_role(player=ada, role="padawan", by=bo),
        lambda: change_role(player=bo, role="padawan", by=ada),
    )

    refused = [result for result in results if result in {LastSystemAdmin, RoleRefused}]
    assert (len(refused), acting_system_admins().count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_roles_that_are_given_in_the_same_moment_are_all_there():
    player = PlayerFactory()

    results = at_once(
        lambda: give_role(player=player, role="game_master"),
        lambda: give_role(player=player, role="guild_leader"),
    )

    assert (results, further_of(again(player))) == ([True, True], {"game_master", "guild_leader"})
    assert verified_chain().flaws == ()
