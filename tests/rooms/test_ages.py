"""Rooms for ages: who comes in, by which door ever, what is listed, and who may choose it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.models import ChannelMember
from players.rules.ages import Band
from rooms.actions.audiences import NotForYourAge
from rooms.actions.invitations import enter_by_link, make_link
from rooms.actions.requests import RequestRefused, accept_request, ask_to_enter
from rooms.actions.rooms import enter_room, leave_room
from rooms.models import JoinRequest, Room
from rooms.queries.audiences import for_age_of, is_for
from rooms.queries.facets import facets
from rooms.queries.rooms import Filters, featured_rooms, lobby, rooms_open_to
from rooms.rules.audiences import BANDS, lets_in, problem_of_choice, refusal
from tests.factories.entry import JoinRequestFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.rooms.ages import aged, for_whom, grow, invited
from tests.rooms.halls import queries_of

CHILD, TEEN, ADULT = Band
YEARS = {"child": 10, "teen": 15, "unknown": None, "adult": 30}
COMES_IN = {
    "from_13": ["teen", "unknown", "adult"],
    "from_18": ["adult"],
    "children": ["child"],
    "families": ["child", "teen", "unknown", "adult"],
}


def names(player, **filters):
    return sorted(card.room.name for card in lobby(player, Filters(**filters)).cards)


class TestRules:
    @pytest.mark.parametrize(
        ("audience", "bands"),
        [
            ("from_13", {TEEN, ADULT}),
            ("from_18", {ADULT}),
            ("children", {CHILD}),
            ("families", {CHILD, TEEN, ADULT}),
        ],
    )
    def test_each_room_lets_in_its_ages(self, audience, bands):
        assert {band for band in Band if lets_in(audience, band, has_children=False)} == bands

    @pytest.mark.parametrize(
        ("audience", "bands"),
        [("from_13", {TEEN}), ("from_18", set()), ("children", {CHILD}), ("families", {CHILD, TEEN, ADULT})],
    )
    def test_adults_do_not_come_to_children_outside_of_families(self, audience, bands):
        assert {band for band in Band if lets_in(audience, band, has_children=True)} == bands

    @pytest.mark.parametrize(
        ("audience", "band", "sentence"),
        [
            ("from_13", CHILD, "Hall is for people from 13 years on."),
            ("from_13", ADULT, "There are children in Hall"),
            ("from_18", CHILD, "Hall is for people from 18 years on."),
            ("from_18", TEEN, "What counts is the birth date"),
            ("children", TEEN, "Hall is for children under 13."),
            ("children", ADULT, "Hall is for children under 13."),
        ],
    )
    def test_a_refusal_says_why(self, audience, band, sentence):
        assert sentence in refusal("Hall", audience, band)

    @pytest.mark.parametrize(
        ("was", "audience", "is_staff", "visibility", "problem"),
        [
            ("from_13", "from_18", False, "public", ""),
            ("from_13", "children", False, "public", "Only staff"),
            ("from_13", "families", False, "private", "Only staff"),
            ("children", "from_13", False, "public", "Only staff"),
            ("children", "children", False, "public", ""),
            ("families", "families", False, "public", "not public"),
            ("from_13", "children", True, "public", ""),
            ("from_13", "families", True, "public", "not public"),
            ("from_13", "families", True, "restricted", ""),
        ],
    )
    def test_who_may_choose_what(self, was, audience, is_staff, visibility, problem):
        found = problem_of_choice(audience, was=was, visibility=visibility, is_staff=is_staff)

        assert problem in found if problem else not found

    def test_every_choice_has_its_ages(self):
        assert set(BANDS) == set(Room.Audience.values)


@pytest.mark.django_db
class TestDoor:
    @pytest.mark.parametrize("who", YEARS)
    @pytest.mark.parametrize("audience", COMES_IN)
    def test_an_invitation_does_not_stand_for_the_age(self, audience, who):
        room, player = for_whom(audience), aged(YEARS[who])
        invited(room, player)

        if who in COMES_IN[audience]:
            enter_room(room=room, player=player)
        else:
            with pytest.raises(NotForYourAge):
                enter_room(room=room, player=player)

        assert Room.objects.get().current_players == (who in COMES_IN[audience])

    @pytest.mark.parametrize("audience", COMES_IN)
    def test_staff_come_in_everywhere(self, audience):
        room = for_whom(audience)
        enter_room(room=room, player=aged(40, factory=GameMasterFactory))
        enter_room(room=room, player=GameMasterFactory())

        assert Room.objects.get().current_players == 2

    def test_strangers_ask_to_come_to_families(self):
        room = for_whom("families")

        request = ask_to_enter(room=room, player=aged(30), text="I teach them", now=timezone.now())

        assert request.status == "waiting"

    def test_nobody_asks_to_come_where_he_is_too_young(self):
        with pytest.raises(NotForYourAge):
            ask_to_enter(
                room=for_whom("from_18", visibility="restricted"),
                player=aged(15),
                text="",
                now=timezone.now(),
            )

        assert not JoinRequest.objects.exists()

    def test_an_approval_does_not_stand_for_the_age_and_does_not_tell_it(self):
        room = for_whom("from_13", visibility="restricted")
        request = JoinRequestFactory(room=room, player=aged(15))
        Room.objects.update(audience="from_18")

        with pytest.raises(RequestRefused, match="isn't for this player"):
            accept_request(request=request, by=GameMasterFactory(), now=timezone.now())

        assert JoinRequest.objects.get().status == "waiting"

    def test_a_link_does_not_stand_for_the_age_and_is_not_used_up(self):
        room = for_whom("from_18")
        link = make_link(room=room, by=GameMasterFactory(), now=timezone.now(), max_uses=1)

        with pytest.raises(NotForYourAge):
            enter_by_link(secret=link.secret, player=aged(15), now=timezone.now())
        enter_by_link(secret=link.secret, player=aged(20), now=timezone.now())

        assert Room.objects.get().current_players == 1

    def test_guests_count_as_between_13_and_17(self):
        found = [is_for(for_whom(audience), GuestFactory()) for audience in COMES_IN]

        assert found == [True, False, False, True]

    def test_who_is_inside_stays_but_does_not_come_again(self):
        room, player = for_whom("children"), aged(12)
        enter_room(room=room, player=player)
        grow(player, 13)
        enter_room(room=room, player=player)
        leave_room(room=room, player=player)

        with pytest.raises(NotForYourAge):
            enter_room(room=room, player=player)

    def test_adults_do_not_come_where_somebody_turned_out_to_be_a_child(self):
        room, child = for_whom("from_13"), aged(None)
        enter_room(room=room, player=child)
        grow(child, 10)

        with pytest.raises(NotForYourAge, match="There are children in"):
            enter_room(room=room, player=aged(30))
        enter_room(room=room, player=aged(15))
        enter_room(room=room, player=GameMasterFactory())

        leave_room(room=room, player=child)
        enter_room(room=room, player=aged(30))


@pytest.mark.django_db
class TestLists:
    @pytest.mark.parametrize("who", YEARS)
    def test_the_lobby_shows_the_rooms_for_the_age(self, who):
        for audience in COMES_IN:
            for_whom(audience, name=audience)

        assert names(aged(YEARS[who])) == sorted(
            audience for audience, people in COMES_IN.items() if who in people
        )

    def test_a_search_finds_no_other(self):
        for audience in COMES_IN:
            for_whom(audience, name=f"Moon {audience}")

        assert names(aged(10), search="moon") == ["Moon children", "Moon families"]

    def test_staff_see_all_of_them(self):
        for audience in COMES_IN:
            for_whom(audience, name=audience)

        assert names(GameMasterFactory()) == sorted(COMES_IN)

    def test_the_counts_beside_the_filters_leave_them_out_too(self):
        for_whom("from_18", difficulty="expert")

        assert facets(aged(15), Filters()) == []

    def test_a_room_where_one_is_inside_stays_listed(self):
        room, player = for_whom("children", name="Nest"), aged(12)
        enter_room(room=room, player=player)
        grow(player, 14)

        assert names(player) == ["Nest"]

    def test_a_room_with_a_child_in_it_is_listed_for_no_adult(self):
        room, child = for_whom("from_13", name="Hall"), aged(None)
        enter_room(room=room, player=child)
        grow(child, 10)

        assert (names(aged(30)), names(aged(15)), names(child)) == ([], ["Hall"], ["Hall"])

    @pytest.mark.parametrize("has_child", [False, True])
    @pytest.mark.parametrize("who", YEARS)
    def test_the_list_agrees_with_the_door(self, who, has_child):
        player = aged(YEARS[who])
        for audience in COMES_IN:
            room = for_whom(audience)
            if has_child:
                child = aged(10)
                ChannelMember.objects.create(channel=room.channel, player=child)

        listed = set(Room.objects.filter(for_age_of(player)))

        assert listed == {room for room in Room.objects.all() if is_for(room, player)}

    def test_strangers_see_rooms_from_13_only(self):
        for audience in COMES_IN:
            for_whom(audience, name=audience)

        assert [room.name for room in featured_rooms()] == ["from_13"]

    @pytest.mark.parametrize("years", [10, 30])
    def test_the_lobby_costs_the_same_however_many_rooms_are_not_for_one(self, client, years):
        client.force_login(aged(years))
        for audience in COMES_IN:
            for_whom(audience)
        # What is remembered of rights is the same for both.
        queries_of(client, "/rooms/")
        one = queries_of(client, "/rooms/")
        for audience in [*COMES_IN] * 2:
            for_whom(audience)

        assert queries_of(client, "/rooms/") == one

    def test_an_empty_lobby_tells_a_child_what_to_do(self, client):
        RoomFactory()
        client.force_login(aged(10))

        html = client.get("/rooms/").content.decode()

        assert "Ask your teacher or your parents" in html
        assert f'href="{reverse("learning:practice")}">Practise</a>' in html

    def test_others_are_not_taken_for_children(self, client):
        client.force_login(PlayerFactory())

        assert "Ask your teacher" not in client.get("/rooms/").content.decode()


@pytest.mark.django_db
def test_existing_lists_of_rooms_open_to_somebody_hold_no_others():
    room = for_whom("from_18")

    assert [room in rooms_open_to(aged(years)) for years in (10, 15, None, 30)] == [False, False, False, True]
