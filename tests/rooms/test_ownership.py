"""Whose a room is: handing it over, heirs, and its archive."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging.actions.sanctions import Measure, sanction
from messaging.models import ChannelEvent, ChannelMember
from rooms.actions.entry import ArchiveRefused, archive_room, restore_room
from rooms.actions.ownership import TransferRefused, transfer_room
from rooms.actions.rooms import enter_room, leave_room, open_room
from rooms.models import Room
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.races import at_once
from tests.rooms.halls import hall, now, role_of

pytestmark = pytest.mark.django_db


def owner_name():
    return Room.objects.values_list("owner__username", flat=True).get()


def test_the_owner_hands_the_room_over_and_stays():
    room, people = hall(bo="member")

    transfer_room(room=room, by=people["owner"], to=people["bo"])

    assert owner_name() == "bo"
    assert (role_of(room, people["owner"]), role_of(room, people["bo"])) == ("co_owner", "owner")
    assert ChannelEvent.objects.filter(type="room.owner").get().payload == {
        "owner": str(people["bo"].uuid),
        "reason": "transferred",
    }


def test_only_the_owner_or_staff_hand_a_room_over():
    room, people = hall(co="co_owner", bo="member")

    with pytest.raises(TransferRefused):
        transfer_room(room=room, by=people["co"], to=people["bo"])
    transfer_room(room=room, by=GameMasterFactory(), to=people["bo"])

    assert owner_name() == "bo"


def test_a_room_is_not_handed_to_guests_or_strangers():
    room, people = hall()
    guest = GuestFactory()
    enter_room(room=room, player=guest)

    for somebody in (guest, PlayerFactory()):
        with pytest.raises(TransferRefused):
            transfer_room(room=room, by=people["owner"], to=somebody)


@pytest.mark.django_db(transaction=True)
def test_of_two_transfers_at_once_one_counts():
    room, people = hall(bo="member", cy="member")
    steps = [
        lambda heir=heir: transfer_room(room=room, by=people["owner"], to=people[heir])
        for heir in ("bo", "cy")
    ]

    outcomes = at_once(*steps)

    assert sorted(map(str, outcomes)) == sorted(map(str, [None, TransferRefused]))
    assert ChannelMember.objects.filter(role="owner").count() == 1
    assert ChannelMember.objects.get(role="owner").player == Room.objects.get().owner


@pytest.mark.parametrize(
    ("roles", "heir"),
    [
        ({"old": "member", "mod": "moderator", "co": "co_owner"}, "co"),
        ({"old": "member", "mod": "moderator", "mod2": "moderator"}, "mod"),
        ({"old": "member", "young": "member"}, "old"),
    ],
)
def test_a_leaving_owner_is_followed_by_rank_and_service(roles, heir):
    room, people = hall(**roles)

    leave_room(room=room, player=people["owner"])

    assert owner_name() == heir


def test_a_banned_owner_is_followed_and_the_log_names_the_reason():
    room, people = hall(mod="moderator", mod2="moderator")

    measure = Measure(kind="ban", reason_code="spam", text="Enough.", channel=room.channel)
    sanction(target=people["owner"], by=GameMasterFactory(), measure=measure)

    assert owner_name() == "mod"
    assert ChannelEvent.objects.filter(type="room.owner").get().payload["reason"] == "banned"


@pytest.mark.parametrize(
    "fields", [{"visibility": "private"}, {"settings": {"auto_delete_when_empty": True}}]
)
def test_a_room_that_ends_with_its_owner_is_archived_and_stays_his(fields):
    owner = PlayerFactory(username="owner")
    room = open_room(owner=owner, name="Hall", **fields)

    leave_room(room=room, player=owner)

    room = Room.objects.get()
    assert (room.closed_at is not None, room.closed_reason, room.owner) == (True, "empty", owner)
    restore_room(room=room, by=owner, now=now())
    assert role_of(room, owner) == "owner"


@pytest.mark.parametrize(("who", "may"), [("owner", True), ("co", True), ("mod", False), ("bo", False)])
def test_owners_archive(who, may):
    room, people = hall(co="co_owner", mod="moderator", bo="member")

    if may:
        archive_room(room=room, by=people[who], now=now())
    else:
        with pytest.raises(ArchiveRefused):
            archive_room(room=room, by=people[who], now=now())

    assert (Room.objects.get().closed_reason == "owner") is may


def test_what_staff_closed_its_owner_does_not_open():
    room, people = hall()
    archive_room(room=room, by=GameMasterFactory(), now=now())

    with pytest.raises(ArchiveRefused, match="Staff"):
        restore_room(room=room, by=people["owner"], now=now())
    restore_room(room=room, by=GameMasterFactory(), now=now())

    assert Room.objects.get().closed_at is None


def test_an_heir_is_found_at_the_same_cost_however_many_are_there():
    spent = []
    for count in (1, 4):
        owner = PlayerFactory()
        room = open_room(owner=owner, name="Hall")
        for player in PlayerFactory.create_batch(count):
            enter_room(room=room, player=player)
        with CaptureQueriesContext(connection) as captured:
            leave_room(room=room, player=owner)
        spent.append(len(captured))

    assert spent[0] == spent[1]
