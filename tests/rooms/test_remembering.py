"""Memory where people really talk: in private talks and in rooms, with the place that each answer is given in."""

import pytest

from messaging.models import Message
from npcs.actions.memory_keeping import set_policy
from npcs.actions.ratings import rating_of
from npcs.models import Interaction, Memory
from rooms.actions.rooms import enter_room
from rooms.actions.talk import say, say_in_private
from tests.factories.npcs import AiProviderFactory, NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomNpcFactory
from tests.npcs.fake_provider import fake_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def server():
    with fake_provider(words=["Indeed."]) as running:
        AiProviderFactory(api_endpoint=running.url, is_default=True)
        yield running


def vega():
    npc = NpcFactory(name="Vega")
    set_policy(npc=npc, is_on=True)
    return npc


def sent(server):
    return str(server.requests[-1]["messages"])


def test_what_is_said_in_a_talk_is_kept_with_its_message_and_its_place(commit, server):
    npc, ada = vega(), PlayerFactory()

    with commit():
        message = say_in_private(npc=npc, player=ada, text="My dog is Rex").message

    memory = Memory.objects.get(kind="episode")
    assert (memory.text, memory.visibility) == ("My dog is Rex", "private")
    assert (memory.source_message, memory.place) == (message.uuid, message.channel.uuid)


def test_the_secret_of_a_talk_is_in_no_prompt_of_a_room_nor_of_another_player(commit, server):
    place = RoomNpcFactory(npc__name="Vega")
    set_policy(npc=place.npc, is_on=True)
    ada, bob = PlayerFactory(), PlayerFactory()
    for player in (ada, bob):
        enter_room(room=place.room, player=player)

    with commit():
        say_in_private(npc=place.npc, player=ada, text="My dog is Rex")
    for player in (ada, bob):
        with commit():
            say(room=place.room, player=player, text="@Vega what is the dog of Ada called?")
        assert "Rex" not in sent(server)
    with commit():
        say_in_private(npc=place.npc, player=bob, text="What is the dog of Ada called?")

    assert "Rex" not in sent(server)


def test_whoever_asked_can_rate_the_answer_in_the_channel(commit, server):
    npc, ada = vega(), PlayerFactory()

    with commit():
        say_in_private(npc=npc, player=ada, text="What is a comet?")

    answer = Message.objects.get(npc=npc)
    assert Interaction.objects.get().answer == answer.uuid
    assert rating_of(message=answer.uuid, player=ada) is None
