"""Who hears what is said in rooms and talks."""

import pytest
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.models import Message
from rooms.actions.places import add_npc
from rooms.actions.talk import say
from rooms.actions.talks import open_talk
from rooms.models import Reply, Room
from tests.factories.messaging import ChannelFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(django_capture_on_commit_callbacks):
    """Does what is handed in and returns the names of those who are to answer, in order."""

    def names(step):
        before = Reply.objects.count()
        with django_capture_on_commit_callbacks(execute=True):
            step()
        return [reply.npc.name for reply in Reply.objects.order_by("pk")[before:]]

    return names


def room_with(*names, **place):
    room = RoomFactory()
    for name in names:
        RoomNpcFactory(room=room, npc__name=name, **place)
    return room


def test_characters_answer_when_they_are_called_by_name(heard):
    room, player = room_with("Vega", "Bo", "Al"), PlayerFactory()

    assert heard(lambda: say(room=room, player=player, text="@bo and @Vega: hello")) == ["Bo", "Vega"]
    assert heard(lambda: say(room=room, player=player, text="Bo, Vega and Al: hello")) == []


def test_the_same_character_is_called_once_by_one_message(heard):
    room = room_with("Vega")

    assert heard(lambda: say(room=room, player=PlayerFactory(), text="@Vega @Vega @VEGA")) == ["Vega"]


@pytest.mark.parametrize("place", [{"role": "observer"}, {"is_active": False}, {"npc__is_active": False}])
def test_observers_and_resting_characters_do_not_answer(heard, place):
    room = room_with("Vega", **place)

    assert heard(lambda: say(room=room, player=PlayerFactory(), text="@Vega hello")) == []


def test_who_observes_another_room_answers_here(heard):
    room = room_with("Vega")
    add_npc(room=RoomFactory(), npc=room.npcs.get().npc, player=None, role="observer")

    assert heard(lambda: say(room=room, player=PlayerFactory(), text="@Vega hello")) == ["Vega"]


def test_characters_of_other_rooms_do_not_listen(heard):
    room_with("Vega")

    assert heard(lambda: say(room=room_with("Bo"), player=PlayerFactory(), text="@Vega hello")) == []


def test_characters_do_not_answer_each_other_or_the_system(heard):
    room = room_with("Vega", "Bo")
    bo = room.npcs.get(npc__name="Bo").npc

    assert heard(lambda: post_message(channel=room.channel, npc=bo, text="@Vega @Bo hello")) == []
    assert heard(lambda: post_message(channel=room.channel, text="@Vega hello")) == []


def test_in_a_private_talk_every_line_of_the_player_is_heard_and_no_greeting(heard):
    npc, player = NpcFactory(name="Vega", greeting="Good evening!"), PlayerFactory()

    assert heard(lambda: open_talk(player=player, npc=npc)) == []
    channel = open_talk(player=player, npc=npc).channel
    assert heard(lambda: post_message(channel=channel, player=player, text="hello")) == ["Vega"]


def test_other_channels_have_no_listeners(heard):
    room_with("Vega")
    channel = ChannelFactory(kind="direct")

    assert heard(lambda: post_message(channel=channel, player=PlayerFactory(), text="@Vega hello")) == []


def test_a_message_makes_the_room_lively(django_capture_on_commit_callbacks):
    room = RoomFactory()
    long_ago = timezone.now().replace(year=2020)
    Room.objects.update(last_activity_at=long_ago)

    with django_capture_on_commit_callbacks(execute=True):
        say(room=room, player=PlayerFactory(), text="hello")

    assert Room.objects.get().last_activity_at == Message.objects.get().sent_at
