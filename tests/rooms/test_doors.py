"""Who may come in, decided by one rule for every door."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.queries.channels import readable_channels
from rooms.actions.requests import ask_to_enter
from rooms.actions.rooms import (
    ApprovalNeeded,
    RoomUnknown,
    enter_room,
    leave_room,
    locked_room,
)
from rooms.models import Room, RoomInvitation, RoomSettings
from rooms.queries.entry import my_requests
from rooms.queries.rooms import Filters, featured_rooms, lobby
from rooms.rules.doors import Door, Doorway, door
from tests.factories.entry import InvitationFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.factories.relationships import RelationshipFactory
from tests.factories.rooms import RoomFactory

PUBLIC = Doorway(
    visibility="public",
    requires_approval=False,
    admits_guests=True,
    is_closed=False,
    is_full=False,
    is_guest=False,
    is_member=False,
    is_invited=False,
    is_staff=False,
    is_of_age=True,
)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, Door.OPEN),
        ({"is_full": True}, Door.FULL),
        ({"is_member": True, "is_full": True}, Door.INSIDE),
        ({"is_closed": True, "is_member": True}, Door.CLOSED),
        ({"is_guest": True}, Door.OPEN),
        ({"is_guest": True, "admits_guests": False}, Door.GUESTS),
        ({"is_guest": True, "admits_guests": False, "is_member": True}, Door.GUESTS),
        ({"requires_approval": True}, Door.ASK),
        ({"requires_approval": True, "is_full": True}, Door.ASK),
        ({"requires_approval": True, "is_invited": True}, Door.OPEN),
        ({"visibility": "restricted"}, Door.ASK),
        ({"visibility": "restricted", "is_invited": True}, Door.OPEN),
        ({"visibility": "restricted", "is_staff": True}, Door.OPEN),
        ({"visibility": "restricted", "is_member": True}, Door.INSIDE),
        ({"visibility": "private"}, Door.HIDDEN),
        ({"visibility": "private", "is_closed": True}, Door.HIDDEN),
        ({"visibility": "private", "is_invited": True}, Door.OPEN),
        ({"visibility": "private", "is_invited": True, "is_full": True}, Door.FULL),
        ({"visibility": "private", "is_staff": True}, Door.OPEN),
        ({"visibility": "private", "is_member": True}, Door.INSIDE),
        ({"is_of_age": False}, Door.AGE),
        ({"is_of_age": False, "is_invited": True}, Door.AGE),
        ({"is_of_age": False, "visibility": "restricted"}, Door.AGE),
        ({"is_of_age": False, "is_full": True}, Door.AGE),
        ({"is_of_age": False, "visibility": "private"}, Door.HIDDEN),
        ({"is_of_age": False, "is_closed": True}, Door.CLOSED),
        ({"is_of_age": False, "is_guest": True, "admits_guests": False}, Door.GUESTS),
        ({"is_of_age": False, "is_member": True}, Door.INSIDE),
        ({"is_of_age": False, "is_staff": True}, Door.OPEN),
    ],
)
def test_what_somebody_finds_at_a_door(facts, found):
    assert door(replace(PUBLIC, **facts)) is found


@pytest.mark.django_db
class TestPrivateRooms:
    def test_nobody_enters_one_without_an_invitation(self):
        room = RoomFactory(visibility="private")

        with pytest.raises(RoomUnknown):
            enter_room(room=room, player=PlayerFactory())

    def test_an_invitation_by_name_opens_it_once(self):
        invitation = InvitationFactory(room__visibility="private")
        room, player = invitation.room, invitation.player

        enter_room(room=room, player=player)
        leave_room(room=room, player=player)

        assert RoomInvitation.objects.get().status == "accepted"
        Room.objects.update(closed_at=None)
        with pytest.raises(RoomUnknown):
            enter_room(room=room, player=player)

    @pytest.mark.parametrize(
        "fields", [{"status": "revoked"}, {"expires_at": timezone.now() - timedelta(hours=1)}]
    )
    def test_an_invitation_that_is_over_opens_nothing(self, fields):
        invitation = InvitationFactory(room__visibility="private", **fields)

        with pytest.raises(RoomUnknown):
            enter_room(room=invitation.room, player=invitation.player)

    def test_the_lobby_lists_it_for_those_who_know_of_it(self):
        room = RoomFactory(visibility="private")
        inside, invited = PlayerFactory(), InvitationFactory(room=room).player
        InvitationFactory(room=room, player=inside)
        enter_room(room=room, player=inside)

        listed = [
            [card.room for card in lobby(player, Filters()).cards]
            for player in (inside, invited, PlayerFactory(), GameMasterFactory())
        ]

        assert listed == [[room], [room], [], []]

    def test_the_front_page_never_shows_it(self):
        RoomFactory(visibility="private")
        shown = RoomFactory(visibility="restricted")

        assert list(featured_rooms()) == [shown]

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("get", "/rooms/cave/"),
            ("post", "/rooms/cave/enter/"),
            ("post", "/rooms/cave/ask/"),
            ("get", "/rooms/cave/members/"),
            ("get", "/rooms/cave/doors/"),
            ("get", "/rooms/cave/rules/"),
            ("get", "/api/v1/rooms/cave"),
            ("post", "/api/v1/rooms/cave/enter"),
            ("post", "/api/v1/rooms/cave/requests"),
            ("get", "/api/v1/rooms/cave/members"),
            ("get", "/api/v1/rooms/cave/messages"),
        ],
    )
    def test_for_strangers_there_is_no_such_room(self, client, method, path):
        RoomFactory(slug="cave", visibility="private")
        client.force_login(PlayerFactory())

        answer = getattr(client, method)(path, **json_for(path))

        assert answer.status_code == 404

    def test_staff_find_it_by_its_address(self, client):
        RoomFactory(slug="cave", visibility="private")
        client.force_login(GameMasterFactory())

        assert client.get("/rooms/cave/").status_code == 200

    def test_an_invitation_from_behind_a_block_was_never_there(self, client):
        invitation = InvitationFactory(room__slug="cave", room__visibility="private")
        invitation.invited_by = PlayerFactory()
        invitation.save()
        RelationshipFactory(player=invitation.player, other=invitation.invited_by, kind="blocked")
        client.force_login(invitation.player)

        assert client.get("/rooms/cave/").status_code == 404


def json_for(path):
    return {"data": {}, "content_type": "application/json"} if path.startswith("/api/") else {}


@pytest.mark.django_db
class TestRestrictedRooms:
    @pytest.mark.parametrize("fields", [{"visibility": "restricted"}, {"settings__require_approval": True}])
    def test_somebody_decides_who_comes_in(self, fields):
        room = RoomFactory(**fields)

        with pytest.raises(ApprovalNeeded, match="Ask on the page"):
            enter_room(room=room, player=PlayerFactory())

        assert Room.objects.get().current_players == 0

    def test_everybody_finds_it(self):
        room = RoomFactory(visibility="restricted")

        assert [card.room for card in lobby(PlayerFactory(), Filters()).cards] == [room]


@pytest.mark.django_db
def test_a_guest_neither_reads_nor_writes_once_the_room_is_not_for_guests():
    room, guest = RoomFactory(), GuestFactory()
    enter_room(room=room, player=guest)
    from messaging.permissions import may_post, may_read

    before = (may_read(guest, room.channel), may_post(guest, room.channel))
    found = readable_channels(guest).exists()
    room.settings.allow_anonymous = False
    room.settings.save()

    assert (*before, found) == (True, True, True)
    assert (may_read(guest, room.channel), may_post(guest, room.channel)) == (False, False)
    assert not readable_channels(guest).exists()


@pytest.mark.django_db
def test_empty_since_follows_the_people():
    room, player = RoomFactory(), PlayerFactory()
    enter_room(room=room, player=player)
    inside = Room.objects.get().empty_since
    leave_room(room=room, player=player)

    left = Room.objects.get().empty_since
    enter_room(room=room, player=player)

    assert (inside, left is not None, Room.objects.get().empty_since) == (None, True, None)


@pytest.mark.django_db
def test_what_was_chosen_while_one_waited_at_the_door_holds():
    room = locked_room(RoomFactory())
    RoomSettings.objects.update(allow_anonymous=False)

    assert not room.settings.allow_anonymous


@pytest.mark.django_db
def test_leaving_does_not_tell_strangers_that_a_private_room_exists(client):
    RoomFactory(slug="cave", visibility="private")
    client.force_login(PlayerFactory())

    answers = [client.post(f"/rooms/{slug}/leave/").status_code for slug in ("cave", "nowhere")]

    assert answers == [404, 404]


@pytest.mark.django_db
def test_a_room_that_became_private_is_not_named_to_who_had_asked():
    room, player = RoomFactory(visibility="restricted"), PlayerFactory()
    ask_to_enter(room=room, player=player, text="", now=timezone.now())
    before = len(my_requests(player))
    Room.objects.update(visibility="private")

    assert (before, my_requests(player)) == (1, [])
