"""Who came into a room by a role of the staff goes with it; held places go on with the age."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import ChannelEvent, ChannelMember, Notification
from players.actions.access import change_superuser, deactivate
from players.actions.roles import change_permissions, change_role, give_role, switch_role, take_role
from players.actions.sessions import sign_out_everywhere
from players.models import AuditEntry, Role
from players.signals import rights_lost
from rooms.actions import former_staff
from rooms.actions.former_staff import sweep_former_staff, take_out_former_staff
from rooms.actions.offers import offer_waiting_places
from rooms.actions.rooms import enter_room, leave_room, open_room
from rooms.actions.settings import change_settings
from rooms.models import JoinRequest, Room, RoomInvitation, StaffEntry
from rooms.receivers import put_former_staff_out
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


# --- When nobody hears of it ----------------------------------------------------------------------------------


@pytest.fixture
def deaf():
    """The server dies behind the change of a role, before anybody is told."""
    rights_lost.disconnect(put_former_staff_out, dispatch_uid="rooms.take_out_former_staff")
    yield
    rights_lost.connect(put_former_staff_out, dispatch_uid="rooms.take_out_former_staff")


def sweep():
    return sweep_former_staff(now=timezone.now())


@pytest.mark.usefixtures("deaf")
def test_who_lost_the_role_unheard_is_found_and_goes():
    player = master()
    children, everybody = entered(player, "children", "from_13")
    change_role(player=player, role="padawan")
    before = is_inside(children, player)

    counts = [sweep(), sweep()]

    assert (before, counts) == (True, [1, 0])
    assert [is_inside(room, player) for room in (children, everybody)] == [False, True]
    assert Notification.objects.filter(recipient=player, title__startswith="You are no longer").count() == 1
    assert not StaffEntry.objects.exists()


@pytest.mark.usefixtures("deaf")
def test_so_does_who_opened_it_and_who_was_there_when_it_became_one_for_others():
    opener, there = master(), master()
    opened = open_room(owner=opener, name="Nest", audience="children")
    changed = for_whom("families")
    enter_room(room=changed, player=there)
    change_settings(room=changed, by=there, values={"audience": "children"})
    for player in (opener, there):
        change_role(player=player, role="padawan")

    assert sweep() == 2
    assert not is_inside(opened, opener)
    assert not is_inside(changed, there)


@pytest.mark.usefixtures("deaf")
def test_who_still_holds_it_who_grew_inside_and_who_is_shut_out_for_a_while_stay():
    keeps, grows, away = master(), aged(12), master()
    room = for_whom("children")
    for player in (keeps, grows, away):
        enter_room(room=room, player=player)
    grow(grows, 14)
    change_role(player=away, role="padawan")
    deactivate(player=away)

    assert sweep() == 0
    assert all(is_inside(room, player) for player in (keeps, grows, away))
    assert not StaffEntry.objects.filter(player=grows).exists()


@pytest.mark.usefixtures("deaf")
def test_some_are_looked_at_at_a_time_and_everybody_in_his_turn(monkeypatch):
    monkeypatch.setattr(former_staff, "AT_ONCE", 1)
    players = [master() for _ in range(3)]
    for player in players:
        entered(player, "children")
    for player in players[1:]:
        change_role(player=player, role="padawan")

    assert [sweep() for _ in range(4)] == [0, 1, 1, 0]


def test_those_who_stay_cost_the_same_however_many(django_assert_num_queries):
    entered(master(), "children")
    sweep()
    with CaptureQueriesContext(connection) as one:
        sweep()
    for _ in range(2):
        entered(master(), "children")
    sweep()

    with django_assert_num_queries(len(one)):
        sweep()


def test_one_who_can_not_be_taken_out_keeps_nobody_else(monkeypatch, caplog):
    broken, other = master(), master()
    for player in (broken, other):
        entered(player, "children")
    monkeypatch.setattr(former_staff, "is_staff", lambda player: 1 // 0 if player == broken else False)

    assert sweep() == 1
    assert f"player #{broken.pk}" in caplog.text


def test_who_has_gone_is_forgotten():
    player = master()
    (room,) = entered(player, "children")
    leave_room(room=room, player=player)

    sweep()

    assert not StaffEntry.objects.exists()


def test_who_comes_back_while_others_are_looked_at_is_not_forgotten():
    player = master()
    (room,) = entered(player, "children")
    leave_room(room=room, player=player)
    to_come = [player]

    def come_back_first(execute, sql, *more):
        if sql.startswith("DELETE") and to_come:
            enter_room(room=room, player=to_come.pop())
        return execute(sql, *more)

    with connection.execute_wrapper(come_back_first):
        sweep()

    assert StaffEntry.objects.filter(player=player).exists()


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
