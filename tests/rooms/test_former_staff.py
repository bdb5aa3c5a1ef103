"""Who came into a room by a role of the staff goes with it; held places go on with the age."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.models import ChannelEvent, ChannelMember, Notification
from players.actions.access import change_superuser
from players.actions.roles import change_permissions, change_role, give_role, switch_role, take_role
from players.actions.sessions import sign_out_everywhere
from players.models import AuditEntry, Role
from rooms.actions.former_staff import take_out_former_staff
from rooms.actions.offers import offer_waiting_places
from rooms.actions.rooms import enter_room, leave_room, open_room
from rooms.models import JoinRequest, Room, RoomInvitation
from tests.factories.entry import JoinRequestFactory
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory
from tests.rooms.ages import aged, for_whom, grow

# What is announced waits for the commit.
pytestmark = pytest.mark.django_db(transaction=True)


def master(**fields):
    return aged(30, factory=GameMasterFactory, **fields)


def is_inside(room, player):
    return ChannelMember.objects.filter(channel=room.channel, player=player).exists()


def entered(player, *audiences):
    rooms = [for_whom(audience) for audience in audiences]
    for room in rooms:
        enter_room(room=room, player=player)
    return rooms


@pytest.mark.parametrize("lose", [
    lambda player: change_role(player=player, role="padawan"),
    lambda player: switch_role(role=Role.objects.get(name="game_master"), is_active=False),
    lambda player: change_permissions(role=Role.objects.get(name="game_master"), permissions=[]),
])  # fmt: skip
def test_who_loses_the_role_leaves_the_children_alone(lose):
    player = master()
    children, families, everybody = entered(player, "children", "families", "from_13")

    lose(player)

    assert [is_inside(room, player) for room in (children, families, everybody)] == [False, True, True]
    children.refresh_from_db()
    assert children.current_players == 0
    gone = ChannelEvent.objects.get(channel=children.channel, type="member.left")
    assert gone.payload["reason"] == "role"
    assert AuditEntry.objects.filter(verb="room.person_removed").count() == 1
    news = Notification.objects.get(recipient=player, title=f"You are no longer in {children.name}")
    assert "people of another age" in news.message


def test_a_superuser_without_a_role_is_no_exception():
    player = aged(30, is_superuser=True)
    (room,) = entered(player, "children")

    change_superuser(player=player, is_superuser=False)

    assert not is_inside(room, player)


def test_who_is_still_staff_by_another_role_stays():
    player = master()
    SystemAdminFactory()
    give_role(player=player, role="system_admin")
    (room,) = entered(player, "children")

    take_role(player=player, role="system_admin")

    assert is_inside(room, player)


def test_who_was_never_staff_stays_however_old_he_grows():
    player, other = aged(12), aged(12)
    room = for_whom("children")
    for somebody in (player, other):
        enter_room(room=room, player=somebody)
        grow(somebody, 14)

    give_role(player=player, role="guild_leader")
    take_role(player=player, role="guild_leader")
    sign_out_everywhere(player=other, by=other)

    assert is_inside(room, player)
    assert is_inside(room, other)


def test_a_room_of_his_own_passes_on():
    player, child = master(), aged(10)
    room = open_room(owner=player, name="Nest", audience="children")
    enter_room(room=room, player=child)

    change_role(player=player, role="padawan")

    assert Room.objects.get(pk=room.pk).owner == child


def test_doing_it_again_does_nothing():
    player = master()
    entered(player, "children")
    change_role(player=player, role="padawan")

    assert take_out_former_staff(player=player, now=timezone.now()) == 0


# --- Held places ----------------------------------------------------------------------------------------------


def waiting_in(audience, *players):
    """A room with one place, which is taken, and who waits for it in this order."""
    room, inside = for_whom(audience, max_players=1), aged(10 if audience == "children" else 15)
    enter_room(room=room, player=inside)
    now = timezone.now()
    for number, player in enumerate(players):
        request = JoinRequestFactory(room=room, player=player)
        JoinRequest.objects.filter(pk=request.pk).update(created_at=now - timedelta(hours=9 - number))
    return room, inside


def held_for(room):
    return [row.player for row in RoomInvitation.objects.holding_places(timezone.now()).filter(room=room)]


def test_a_place_held_for_somebody_who_grew_out_of_the_room_goes_on():
    first, second = aged(12), aged(10)
    room, inside = waiting_in("children", first, second)
    leave_room(room=room, player=inside)
    before = held_for(room)
    grow(first, 13)

    offered = offer_waiting_places(now=timezone.now())

    assert (before, offered, held_for(room)) == ([first], 1, [second])
    assert RoomInvitation.objects.get(player=first).status == "revoked"


def test_a_place_held_for_a_game_master_goes_on_with_his_role():
    first, second = master(), aged(10)
    room, inside = waiting_in("children", first, second)
    leave_room(room=room, player=inside)
    before = held_for(room)
    change_role(player=first, role="padawan")

    offer_waiting_places(now=timezone.now())

    assert (before, held_for(room)) == ([first], [second])


def test_who_waits_for_a_room_that_is_not_for_him_any_more_is_passed_over():
    first, second = aged(15), aged(15)
    room, inside = waiting_in("from_13", first, second)
    grow(first, 10)

    leave_room(room=room, player=inside)

    assert held_for(room) == [second]


def test_a_place_that_fits_stays_held():
    first, second = aged(15), PlayerFactory()
    room, inside = waiting_in("from_13", first, second)
    leave_room(room=room, player=inside)

    assert offer_waiting_places(now=timezone.now()) == 0
    assert held_for(room) == [first]
