"""News of what is said in rooms: who hears of it, how often, and each member's own choice."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from messaging.actions.mention_news import tell_mentioned
from messaging.actions.messages import post_message
from messaging.actions.room_news import NoSuchChoice, choose, tell_members
from messaging.models import ChannelMember, LiveConnection, Notification
from messaging.queries.listeners import is_told_about
from players.actions.relationships import block
from rooms.actions.rooms import enter_room, open_room
from rooms.models import RoomSettings
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return open_room(owner=PlayerFactory(username="owner"), name="Attic")


@pytest.fixture
def ada(room):
    return member(room, "ada", notify="all")


@pytest.fixture
def bo(room):
    return member(room, "bo")


def member(room, name, **fields):
    player = PlayerFactory(username=name)
    enter_room(room=room, player=player)
    ChannelMember.objects.filter(channel=room.channel, player=player).update(**fields)
    return player


def say(room, player, text="Hello"):
    return post_message(channel=room.channel, player=player, text=text).message


def told(message):
    tell_members(message=message, now=timezone.now())
    rows = Notification.objects.filter(category="room").order_by("recipient__username")
    return list(rows.values_list("recipient__username", "title", "times", "action_url"))


def test_who_wants_to_hear_of_everything_does(room, ada, bo):
    assert told(say(room, bo)) == [("ada", "New messages in Attic", 1, "/rooms/attic/")]


def test_it_rings_once_until_somebody_looks(room, ada, bo):
    for _ in range(3):
        found = told(say(room, bo))

    assert found == [("ada", "New messages in Attic", 3, "/rooms/attic/")]


def test_nobody_hears_of_his_own_words(room, ada):
    assert told(say(room, ada)) == []


def test_who_is_looking_is_not_told(room, ada, bo):
    until = timezone.now() + timedelta(minutes=1)
    LiveConnection.objects.create(
        channel=room.channel, player=ada, connection=room.channel.uuid, expires_at=until
    )

    assert told(say(room, bo)) == []


def test_nobody_hears_of_somebody_whom_a_block_hides(room, ada, bo):
    block(player=bo, other=ada)

    assert told(say(room, bo)) == []


def test_a_room_that_tells_everything_tells_those_who_chose_nothing_else(room, ada, bo):
    RoomSettings.objects.filter(room=room).update(notify="all")
    member(room, "cy", notify="mentions")
    member(room, "di", notify="nothing")

    assert [name for name, *_ in told(say(room, bo))] == ["ada", "owner"]


def test_without_anybody_who_wants_it_nothing_is_asked_for_each_message(room, bo, django_assert_num_queries):
    cache.clear()
    first = is_told_about(room.channel)

    with django_assert_num_queries(0):
        assert [first, is_told_about(room.channel)] == [False, False]


def test_a_choice_works_at_once(room, bo):
    before = is_told_about(room.channel)

    choose(channel=room.channel, player=bo, notify="all")

    assert (before, is_told_about(room.channel)) == (False, True)


def test_what_is_said_is_told_by_itself(room, ada, bo, django_capture_on_commit_callbacks):
    cache.clear()
    with django_capture_on_commit_callbacks(execute=True):
        say(room, bo)

    assert Notification.objects.filter(recipient=ada, category="room").count() == 1


def test_a_choice_that_is_none_is_refused(room, bo):
    with pytest.raises(NoSuchChoice):
        choose(channel=room.channel, player=bo, notify="sometimes")


@pytest.mark.parametrize(("choice", "count"), [("", 1), ("mentions", 1), ("all", 1), ("nothing", 0)])
def test_who_wants_to_hear_of_nothing_is_not_called_either(room, bo, choice, count):
    member(room, "ada", notify=choice)

    assert tell_mentioned(message=say(room, bo, "@ada look")) == count


# --- The page -------------------------------------------------------------------------------------------


def url(room):
    return reverse("messaging:channel-notify", args=[room.channel.uuid])


def test_members_choose_on_a_page(room, bo, client):
    client.force_login(bo)
    page = client.get(url(room)).content.decode()

    answer = client.post(url(room), {"notify": "nothing"})

    assert "As the room says: mentions only" in page
    assert (answer.status_code, answer.url) == (302, "/rooms/attic/")
    assert ChannelMember.objects.get(player=bo).notify == "nothing"


def test_what_is_no_choice_is_said_so(room, bo, client):
    client.force_login(bo)

    assert client.post(url(room), {"notify": "x"}).status_code == 422


def test_strangers_find_no_such_page(room, client):
    client.force_login(PlayerFactory())

    assert client.get(url(room)).status_code == 404


# --- Arrivals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wants", "titles"), [(True, ["cy came into Attic"]), (False, [])])
def test_owners_who_asked_for_it_hear_who_came(room, wants, titles, django_capture_on_commit_callbacks):
    RoomSettings.objects.filter(room=room).update(notify_joins=wants)

    with django_capture_on_commit_callbacks(execute=True):
        member(room, "cy")

    assert list(Notification.objects.filter(recipient=room.owner).values_list("title", flat=True)) == titles
