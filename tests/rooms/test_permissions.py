import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from messaging import kinds
from messaging.models import Channel, ChannelMember
from players.actions.roles import change_permissions
from players.models import Role
from rooms import permissions
from rooms.actions.rooms import close_room, enter_room, leave_room
from rooms.actions.talks import open_talk
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.factories.rooms import RoomFactory

pytestmark = pytest.mark.django_db


def entered(player, **settings):
    room = RoomFactory(**settings)
    enter_room(room=room, player=player)
    return room


def rights(player, channel):
    kind = kinds.get(channel.kind)
    return kind.may_read(player, channel), kind.may_post(player, channel)


@pytest.mark.parametrize(
    ("factory", "expected"),
    [
        (AnonymousUser, (False, False, False)),
        (GuestFactory, (True, True, False)),
        (PlayerFactory, (True, True, False)),
        (GameMasterFactory, (True, True, True)),
    ],
)
def test_roles_open_the_lobby_the_talks_and_the_making_of_rooms(factory, expected):
    player = factory()

    assert (
        permissions.may_see_lobby(player),
        permissions.may_talk_with_npcs(player),
        permissions.may_create_room(player),
    ) == expected


def test_members_of_an_open_room_read_and_write_and_nobody_else():
    player = PlayerFactory()
    room = entered(player)

    assert rights(player, room.channel) == (True, True)
    assert rights(GameMasterFactory(), room.channel) == (False, False)


def test_who_has_left_neither_reads_nor_writes():
    player = PlayerFactory()
    room = entered(player)

    leave_room(room=room, player=player)

    assert rights(player, room.channel) == (False, False)


def test_in_a_closed_room_nobody_reads_or_writes():
    player = PlayerFactory()
    room = entered(player)

    close_room(room=room, now=timezone.now())

    assert rights(player, room.channel) == (False, False)


def test_without_a_role_that_sees_games_membership_is_worth_nothing():
    player = PlayerFactory()
    room = entered(player)

    change_permissions(role=Role.objects.get(name="padawan"), permissions=[])

    assert rights(type(player).objects.get(pk=player.pk), room.channel) == (False, False)


def test_a_talk_is_for_its_player_alone():
    player = PlayerFactory()
    channel = open_talk(player=player, npc=NpcFactory()).channel

    assert rights(player, channel) == (True, True)
    assert rights(GameMasterFactory(), channel) == (False, False)


@pytest.mark.parametrize(
    ("factory", "role", "is_for_all", "expected"),
    [
        (PlayerFactory, "member", False, False),
        (PlayerFactory, "member", True, True),
        (GuestFactory, "member", True, True),
        (PlayerFactory, "moderator", False, True),
        (PlayerFactory, "owner", False, True),
        (GameMasterFactory, "member", False, True),
    ],
)
def test_who_may_start_a_session(factory, role, is_for_all, expected):
    player = factory()
    room = entered(player, settings__members_start_sessions=is_for_all)
    ChannelMember.objects.update(role=role)

    assert permissions.may_start_session(player, room) is expected


def test_who_is_not_in_the_room_starts_no_session_there():
    room = RoomFactory(settings__members_start_sessions=True)

    assert permissions.may_start_session(GameMasterFactory(), room) is False


@pytest.mark.parametrize("factory", [PlayerFactory, GameMasterFactory])
def test_asking_who_moderates_leaves_the_channel_its_room(factory):
    room = RoomFactory()
    channel = Channel.objects.get(pk=room.channel_id)

    permissions.may_moderate_channel(factory(), channel)

    assert channel.room == room
