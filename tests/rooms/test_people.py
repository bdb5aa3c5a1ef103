"""Roles in a room: who gives them, who is taken out, and what is told of it."""

import pytest
from asgiref.sync import sync_to_async

from messaging.models import ChannelEvent
from messaging.queries import logged
from rooms.actions.people import NotInRoom, RankTooLow, give_role, remove_person
from rooms.actions.rooms import enter_room, leave_room
from rooms.actions.talk import say
from rooms.models import Room
from rooms.rules import ranks
from tests.factories.players import GuestFactory
from tests.messaging.sockets import Tab
from tests.rooms.halls import hall, now, role_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("own", "current", "wanted", "may"),
    [
        ("owner", "member", "co_owner", True),
        ("owner", "co_owner", "member", True),
        ("owner", "member", "owner", False),
        ("co_owner", "member", "moderator", True),
        ("co_owner", "moderator", "member", True),
        ("co_owner", "member", "co_owner", False),
        ("co_owner", "co_owner", "member", False),
        ("co_owner", "owner", "member", False),
        ("moderator", "member", "moderator", False),
        ("member", "member", "moderator", False),
    ],
)
def test_roles_are_given_below_ones_own(own, current, wanted, may):
    assert ranks.may_give(own=ranks.RANKS[own], current=current, wanted=wanted) is may


@pytest.mark.parametrize(
    ("own", "current", "may"),
    [("moderator", "member", True), ("moderator", "moderator", False), ("member", "member", False),
     ("co_owner", "moderator", True), ("co_owner", "owner", False), ("owner", "co_owner", True)],
)  # fmt: skip
def test_people_are_taken_out_from_above(own, current, may):
    assert ranks.may_remove(own=ranks.RANKS[own], current=current) is may


def test_a_role_is_given_told_and_written_down():
    room, people = hall(bo="member")

    give_role(room=room, by=people["owner"], player=people["bo"], role="moderator", now=now())

    event = ChannelEvent.objects.filter(type="member.role").get()
    assert role_of(room, people["bo"]) == "moderator"
    assert (event.payload["role"], event.payload["player"]["uuid"]) == (
        "moderator",
        str(people["bo"].uuid),
    )
    assert people["bo"].notifications.get().title == "You are moderator of Hall now"


def test_whoever_does_not_see_the_member_hears_nothing_of_the_role():
    room, people = hall(bo="member")

    give_role(room=room, by=people["owner"], player=people["bo"], role="moderator", now=now())

    # Sockets leave out the lines whose author is hidden from their player.
    told = logged(ChannelEvent.objects.select_related("actor", "message").get(type="member.role"))
    assert told.author == people["bo"].uuid


@pytest.mark.parametrize("by", ["mod", "bo"])
def test_who_is_not_high_enough_gives_no_roles(by):
    room, people = hall(mod="moderator", bo="member", cy="member")

    with pytest.raises(RankTooLow):
        give_role(room=room, by=people[by], player=people["cy"], role="moderator", now=now())

    assert role_of(room, people["cy"]) == "member"


def test_guests_and_those_who_left_get_no_role():
    room, people = hall(bo="member")
    guest = GuestFactory()
    enter_room(room=room, player=guest)
    leave_room(room=room, player=people["bo"])

    with pytest.raises(RankTooLow, match="account"):
        give_role(room=room, by=people["owner"], player=guest, role="moderator", now=now())
    with pytest.raises(NotInRoom):
        give_role(room=room, by=people["owner"], player=people["bo"], role="moderator", now=now())


def test_who_is_taken_out_is_out_and_told():
    room, people = hall(mod="moderator", bo="member")

    remove_person(room=room, by=people["mod"], player=people["bo"], now=now())

    assert role_of(room, people["bo"]) is None
    assert people["bo"].notifications.get().title == "You were taken out of Hall"
    assert Room.objects.get().current_players == 2


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
class TestOpenSockets:
    async def test_a_role_that_is_taken_away_shows_at_once_and_a_forged_request_is_refused(self):
        room, people = await sync_to_async(hall)(mod="moderator", bo="member")
        posted = await sync_to_async(say)(room=room, player=people["bo"], text="Hello")
        tab = await Tab.of(people["mod"], room.channel)

        await sync_to_async(give_role)(
            room=room, by=people["owner"], player=people["mod"], role="member", now=now()
        )
        heard = await tab.next("ev")
        refused = await tab.ask("delete", message=str(posted.message.uuid), reason="")

        assert (heard["type"], heard["data"]["role"]) == ("member.role", "member")
        assert refused["op"] == "err"
        await tab.leave()
