"""Asking to come in, and waiting for a place."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.models import ChannelMember, Notification
from rooms.actions import offers
from rooms.actions.offers import offer_waiting_places
from rooms.actions.requests import (
    RequestRefused,
    accept_request,
    ask_to_enter,
    decline_request,
    withdraw_request,
)
from rooms.actions.rooms import RoomFull, enter_room, leave_room, open_room
from rooms.models import JoinRequest, Room, RoomInvitation
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.relationships import RelationshipFactory
from tests.factories.rooms import RoomFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db


def now():
    return timezone.now()


@pytest.fixture
def owner():
    return PlayerFactory()


@pytest.fixture
def club(owner):
    return open_room(owner=owner, name="Club", visibility="restricted", max_players=3)


def ask(room, player=None, text="Please"):
    return ask_to_enter(room=room, player=player or PlayerFactory(), text=text, now=now())


def told(player):
    return list(Notification.objects.filter(recipient=player).values_list("title", flat=True))


def full_room(*players):
    room = RoomFactory(name="Hall", max_players=len(players))
    for player in players:
        enter_room(room=room, player=player)
    return room


def test_asking_twice_is_asking_once(club):
    player = PlayerFactory()

    assert ask(club, player) == ask(club, player)
    assert JoinRequest.objects.count() == 1


def test_those_who_manage_the_room_hear_of_it(club, owner):
    ask(club, PlayerFactory(display_name="Bo"))

    assert told(owner) == ["Bo asks to enter Club"]


def test_an_owner_does_not_hear_of_somebody_whom_he_blocked(client, club, owner):
    player = PlayerFactory(display_name="Boreas")
    RelationshipFactory(player=owner, other=player, kind="blocked")
    client.force_login(owner)

    ask(club, player)

    assert told(owner) == []
    assert "Boreas" not in client.get("/rooms/club/doors/").content.decode()


def test_who_is_accepted_is_in_and_told(club, owner):
    player = PlayerFactory()

    accept_request(request=ask(club, player), by=owner, now=now())

    assert ChannelMember.objects.filter(channel=club.channel, player=player).exists()
    assert told(player) == ["You are in Club now"]
    assert JoinRequest.objects.get().status == "accepted"


def test_being_let_in_once_opens_the_door_once(club, owner):
    player = PlayerFactory()
    accept_request(request=ask(club, player), by=owner, now=now())

    leave_room(room=club, player=player)

    with pytest.raises(Exception, match="lets people in"):
        enter_room(room=club, player=player)


def test_who_is_declined_reads_why_and_waits_a_day(club, owner):
    player = PlayerFactory()
    decline_request(request=ask(club, player), by=owner, reason="Not this term.", now=now())

    with pytest.raises(RequestRefused, match="tomorrow"):
        ask(club, player)
    JoinRequest.objects.update(decided_at=now() - timedelta(hours=25))
    ask(club, player)

    news = Notification.objects.get(recipient=player)
    assert (news.title, news.message) == ("You were not let into Club", "Not this term.")


def test_only_those_who_manage_the_room_decide(club):
    with pytest.raises(RequestRefused, match="Only those who manage"):
        accept_request(request=ask(club), by=PlayerFactory(), now=now())

    assert JoinRequest.objects.get().status == "waiting"


def test_what_was_withdrawn_is_not_decided(club, owner):
    player = PlayerFactory()
    request = ask(club, player)

    withdraw_request(request=request, player=player, now=now())

    with pytest.raises(RequestRefused, match="meanwhile"):
        accept_request(request=request, by=owner, now=now())


def test_a_request_goes_on_waiting_while_the_room_is_full(club, owner):
    first, second, third = (ask(club) for _ in range(3))
    for request in (first, second):
        accept_request(request=request, by=owner, now=now())

    with pytest.raises(RoomFull):
        accept_request(request=third, by=owner, now=now())

    assert JoinRequest.objects.get(pk=third.pk).status == "waiting"


@pytest.mark.parametrize("who", ["inside", "outside", "guest"])
def test_nobody_asks_without_need(who):
    room = RoomFactory(settings__allow_anonymous=False)
    player = GuestFactory() if who == "guest" else PlayerFactory()
    if who == "inside":
        enter_room(room=room, player=player)

    with pytest.raises(RequestRefused):
        ask(room, player)


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_decide_at_once_decide_once(club, owner):
    request = ask(club)
    steps = [
        lambda: accept_request(request=request, by=owner, now=now()),
        lambda: decline_request(request=request, by=owner, reason="", now=now()),
    ]

    outcomes = at_once(*steps)

    assert outcomes.count(RequestRefused) == 1


class TestWaitingList:
    def test_a_place_that_becomes_free_is_offered_to_who_waited_longest(self):
        leaving = PlayerFactory()
        room = full_room(PlayerFactory(), leaving)
        first, second = PlayerFactory(), PlayerFactory()
        ask(room, first)
        ask(room, second)

        leave_room(room=room, player=leaving)

        assert (told(first), told(second)) == (["A place is free in Hall"], [])

    def test_the_place_is_held(self):
        leaving, first = PlayerFactory(), PlayerFactory()
        room = full_room(PlayerFactory(), leaving)
        ask(room, first)
        leave_room(room=room, player=leaving)

        with pytest.raises(RoomFull):
            enter_room(room=room, player=PlayerFactory())
        enter_room(room=room, player=first)

        assert Room.objects.get().current_players == 2
        assert not RoomInvitation.objects.filter(status="open").exists()

    def test_a_place_that_is_not_taken_goes_to_the_next(self):
        leaving = PlayerFactory()
        room = full_room(PlayerFactory(), leaving)
        first, second = PlayerFactory(), PlayerFactory()
        ask(room, first)
        ask(room, second)
        leave_room(room=room, player=leaving)

        early = offer_waiting_places(now=now())
        late = offer_waiting_places(now=now() + timedelta(minutes=31))

        assert (early, late) == (0, 1)
        assert told(second) == ["A place is free in Hall"]

    def test_who_takes_his_request_back_is_not_asked(self):
        leaving, first, second = PlayerFactory.create_batch(3)
        room = full_room(PlayerFactory(), leaving)
        request = ask(room, first)
        ask(room, second)
        withdraw_request(request=request, player=first, now=now())

        leave_room(room=room, player=leaving)

        assert (told(first), told(second)) == ([], ["A place is free in Hall"])

    def test_where_somebody_decides_nobody_is_offered_a_place(self, club, owner):
        inside = [ask(club) for _ in range(2)]
        for request in inside:
            accept_request(request=request, by=owner, now=now())
        waiting = PlayerFactory()
        ask(club, waiting)

        leave_room(room=club, player=inside[0].player)

        assert told(waiting) == []

    def test_rooms_where_somebody_decides_keep_no_other_from_its_turn(self, club, monkeypatch):
        ask(club)
        leaving = PlayerFactory()
        room = full_room(PlayerFactory(), leaving)
        ask(room)
        Room.objects.filter(pk=room.pk).update(max_players=3)
        monkeypatch.setattr(offers, "ROOMS_AT_ONCE", 1)

        assert offer_waiting_places(now=now()) == 1

    @pytest.mark.django_db(transaction=True)
    def test_one_free_place_is_offered_once_whoever_leaves_and_looks_at_once(self):
        leaving = PlayerFactory()
        room = full_room(PlayerFactory(), leaving)
        for _ in range(3):
            ask(room)
        steps = [lambda: leave_room(room=room, player=leaving)]
        steps += [lambda: offer_waiting_places(now=now())] * 3

        at_once(*steps)

        assert RoomInvitation.objects.filter(status="open").count() == 1
        assert Room.objects.get().current_players == 1


class TestPages:
    def test_the_door_offers_to_ask_and_then_shows_that_one_waits(self, client, club):
        player = PlayerFactory()
        client.force_login(player)

        before = client.get("/rooms/club/").content.decode()
        client.post("/rooms/club/ask/", {"text": "I know Vega."})
        after = client.get("/rooms/club/").content.decode()

        assert ("Ask to come in" in before, "Ask to come in" in after) == (True, False)
        assert "Somebody in the room decides" in after
        assert JoinRequest.objects.get().text == "I know Vega."

    def test_a_full_room_offers_to_wait(self, client):
        full_room(PlayerFactory(), PlayerFactory())
        room = Room.objects.get()
        client.force_login(PlayerFactory())

        assert "Wait for a place" in client.get(room.get_absolute_url()).content.decode()

    def test_managers_let_in_and_decline_from_the_page(self, client, club, owner):
        first, second = ask(club), ask(club)
        client.force_login(owner)

        client.post(f"/rooms/club/doors/requests/{first.uuid}/", {"decision": "accept"})
        client.post(f"/rooms/club/doors/requests/{second.uuid}/", {"decision": "decline", "reason": "No."})

        assert sorted(JoinRequest.objects.values_list("status", "reason")) == [
            ("accepted", ""),
            ("declined", "No."),
        ]

    def test_others_do_not_find_the_doors(self, client, club):
        request = ask(club)
        client.force_login(request.player)

        answers = [
            client.get("/rooms/club/doors/"),
            client.post(f"/rooms/club/doors/requests/{request.uuid}/", {"decision": "accept"}),
        ]

        assert [answer.status_code for answer in answers] == [404, 404]

    def test_a_request_is_withdrawn_by_its_player_only(self, client, club):
        request = ask(club)
        client.force_login(PlayerFactory())
        refused = client.post(f"/invitations/requests/{request.uuid}/withdraw/")
        client.force_login(request.player)
        client.post(f"/invitations/requests/{request.uuid}/withdraw/")

        assert (refused.status_code, JoinRequest.objects.get().status) == (404, "withdrawn")
