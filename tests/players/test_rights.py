"""What roles open, read for many at once: the same as for one."""

import itertools

import pytest
from cachetools import TTLCache
from django.contrib.auth.models import Permission

from padawanforge.kit.memory import one_reading
from players.actions.roles import change_permissions, change_role, switch_role
from players.choices import RoleName
from players.models import Player, Role
from players.permissions import may
from players.queries import rights
from players.queries.rights import know_rights
from players.queries.roles import level_of
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory

pytestmark = pytest.mark.django_db


def known(*players):
    found = [Player.objects.get(pk=player.pk) for player in players]
    know_rights(found)
    return found


def test_they_are_the_same_as_read_for_each_one():
    people = [PlayerFactory(), GameMasterFactory(), GuestFactory(), PlayerFactory(is_superuser=True)]

    with one_reading():
        found = known(*people)
        levels = [level_of(player) for player in found]

    assert levels == [level_of(player) for player in people]
    assert [player.get_all_permissions() for player in found[:3]] == [
        player.get_all_permissions() for player in people[:3]
    ]
    assert may(found[3], "admin.roles")


def test_many_cost_as_much_as_one_and_nothing_the_second_time(django_assert_num_queries):
    people = [PlayerFactory() for _ in range(3)]

    with django_assert_num_queries(2):
        know_rights(people)
    with django_assert_num_queries(0):
        know_rights(people)
        assert may(people[0], "games.view")


def test_what_runs_out_while_it_is_looked_up_is_read_again(monkeypatch):
    player = PlayerFactory()
    seconds = itertools.count()
    monkeypatch.setattr(rights, "_found", TTLCache(10, ttl=2, timer=lambda: next(seconds)))

    for _ in range(20):
        know_rights([player])

        assert may(player, "games.view")


def test_what_was_given_by_hand_counts():
    player = PlayerFactory()
    player.user_permissions.add(Permission.objects.get(codename="games.create"))

    (found,) = known(player)

    assert may(found, "games.create")


def test_a_new_role_counts_at_once():
    player = PlayerFactory()
    known(player)

    change_role(player=player, role=RoleName.GAME_MASTER)

    (found,) = known(player)
    assert found.get_all_permissions() == GameMasterFactory().get_all_permissions()


@pytest.mark.parametrize("how", ["emptied", "switched off"])
def test_a_role_that_opens_less_counts_at_once(how):
    player = GameMasterFactory()
    (before,) = known(player)
    role = Role.objects.get(name=RoleName.GAME_MASTER)

    if how == "emptied":
        change_permissions(role=role, permissions=[])
    else:
        switch_role(role=role, is_active=False)

    (after,) = known(player)
    assert may(before, "games.create")
    assert after.get_all_permissions() == Player.objects.get(pk=player.pk).get_all_permissions()
    assert not may(after, "games.create")
