"""What a room has chosen for its characters: whether they speak, and how often."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from rooms.actions import talk
from rooms.actions.rooms import enter_room
from rooms.models import Reply, RoomSettings
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomNpcFactory

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
RESTING = "I answer once in 60 seconds here. Ask me again a little later."


@pytest.fixture
def room():
    place = RoomNpcFactory(npc__name="Vega")
    enter_room(room=place.room, player=PlayerFactory())
    return place.room


def chosen(room, **fields):
    RoomSettings.objects.filter(room=room).update(**fields)


def ask(room, capture, second):
    """Ask Vega at that second; what she says to it."""
    before = room.channel.messages.filter(type="npc").count()
    with time_machine.travel(NOON + timedelta(seconds=second), tick=False), capture(execute=True):
        if second >= 60:
            cache.clear()
        player = room.channel.members.get().player
        talk.say(room=room, player=player, text=f"@Vega what is a comet? ({second})")
    said = list(room.channel.messages.filter(type="npc").order_by("seq").values_list("text", flat=True))
    return said[before:]


def test_characters_are_silent_where_they_shall_never_speak(room, django_capture_on_commit_callbacks):
    chosen(room, npcs_speak="never")

    assert ask(room, django_capture_on_commit_callbacks, 0) == []
    assert not Reply.objects.exists()


def test_a_character_rests_between_two_answers_and_says_so_once(room, django_capture_on_commit_callbacks):
    chosen(room, npc_pause_seconds=60)

    said = [ask(room, django_capture_on_commit_callbacks, second) for second in (0, 20, 40, 61)]

    assert [len(lines) for lines in said] == [1, 1, 0, 1]
    assert said[1] == [RESTING]
    assert RESTING not in said[0] + said[3]
    assert [reply.state for reply in Reply.objects.order_by("pk")] == ["done", "failed", "failed", "done"]


def test_another_character_has_a_pause_of_its_own(room, django_capture_on_commit_callbacks):
    chosen(room, npc_pause_seconds=60)
    RoomNpcFactory(room=room, npc=NpcFactory(name="Rigel"))
    ask(room, django_capture_on_commit_callbacks, 0)

    with (
        time_machine.travel(NOON + timedelta(seconds=5), tick=False),
        django_capture_on_commit_callbacks(execute=True),
    ):
        talk.say(room=room, player=room.channel.members.get().player, text="@Rigel and you?")

    assert room.channel.messages.filter(npc__name="Rigel").exclude(text=RESTING).count() == 1
