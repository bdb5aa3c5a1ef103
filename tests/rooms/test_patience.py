"""In natural mode characters let people finish what they write."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from messaging.actions.writing import note_writing
from npcs.models import Npc
from padawanforge.kit.work import WorkState, requeue_abandoned
from rooms.actions.patience import begin_due
from rooms.actions.replies import react
from rooms.actions.rooms import enter_room
from rooms.actions.talk import say
from rooms.actions.variants import stop
from rooms.models import Reply, RoomSettings
from rooms.queries.replies import speaking
from rooms.rules.limits import WRITING_DELAYS, WRITING_DELAYS_AT_MOST
from tests.factories.npcs import AiProviderFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomNpcFactory
from tests.rooms.scripted import scripted

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def at_once(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def room(clock):
    """Vega always has something to say."""
    room = RoomNpcFactory(npc__name="Vega", talkativeness=1.0, cooldown_seconds=0).room
    RoomSettings.objects.filter(room=room).update(activation_mode=RoomSettings.Activation.NATURAL)
    return room


@pytest.fixture
def ada(room):
    return member(room, "ada")


@pytest.fixture
def bob(room):
    return member(room, "bob")


@pytest.fixture
def server(room):
    with scripted(["Well, well."]) as server:
        Npc.objects.update(provider=AiProviderFactory(api_endpoint=server.url))
        yield server


def member(room, name):
    player = PlayerFactory(username=name)
    enter_room(room=room, player=player)
    return player


def writes(room, player, *, is_on=True):
    note_writing(channel=room.channel, player=player, is_on=is_on, now=timezone.now())


def answers(room):
    return list(
        room.channel.messages.filter(npc__isnull=False).order_by("seq").values_list("npc__name", flat=True)
    )


def pass_time(clock, at_once, by):
    clock.shift(by)
    with at_once():
        return begin_due(now=timezone.now())


def test_where_nobody_writes_the_answer_comes_at_once(room, server, ada, at_once):
    with at_once():
        say(room=room, player=ada, text="It rains.")

    assert answers(room) == ["Vega"]


def test_while_somebody_else_writes_the_answer_is_held_back(room, server, ada, bob, at_once, clock):
    writes(room, bob)
    with at_once():
        say(room=room, player=ada, text="It rains.")
    at_first = answers(room)
    writes(room, bob, is_on=False)

    too_early = pass_time(clock, at_once, WRITING_DELAYS - SECOND)
    in_time = pass_time(clock, at_once, SECOND)

    assert (at_first, too_early, in_time) == ([], 0, 1)
    assert answers(room) == ["Vega"]


def test_who_goes_on_writing_is_waited_for_but_not_for_ever(room, server, ada, bob, at_once, clock):
    writes(room, bob)
    with at_once():
        say(room=room, player=ada, text="It rains.")
    waited = timedelta(0)

    while not answers(room):
        writes(room, bob)
        pass_time(clock, at_once, SECOND)
        waited += SECOND
        assert waited <= WRITING_DELAYS_AT_MOST + WRITING_DELAYS

    assert waited >= WRITING_DELAYS_AT_MOST


def test_what_is_written_meanwhile_is_answered_with_it_once(room, server, ada, bob, at_once, clock):
    writes(room, bob)
    with at_once():
        say(room=room, player=ada, text="It rains.")
        clock.shift(SECOND)
        writes(room, bob, is_on=False)
        writes(room, ada)
        say(room=room, player=bob, text="And it snows.")
    writes(room, ada, is_on=False)

    pass_time(clock, at_once, WRITING_DELAYS)

    reply = Reply.objects.get()
    assert (reply.message.text, reply.root.text, reply.player) == ("And it snows.", "And it snows.", bob)
    assert "It rains." in str(server.requests[-1])
    assert answers(room) == ["Vega"]


def test_who_is_called_answers_at_once_and_once(room, server, ada, bob, at_once, clock):
    writes(room, bob)
    with at_once():
        say(room=room, player=ada, text="It rains.")
        say(room=room, player=ada, text="@Vega what do you think?")

    pass_time(clock, at_once, WRITING_DELAYS_AT_MOST)

    assert answers(room) == ["Vega"]
    assert Reply.objects.get().occasion == Reply.Occasion.CALLED


def test_of_those_held_back_and_those_called_no_more_than_two_speak(room, server, ada, bob, at_once, clock):
    for name in ("Rigel", "Deneb"):
        RoomNpcFactory(room=room, npc__name=name, talkativeness=0.0, cooldown_seconds=0)
    Npc.objects.update(provider=Npc.objects.get(name="Vega").provider)
    writes(room, bob)
    with at_once():
        say(room=room, player=ada, text="It rains.")
        say(room=room, player=ada, text="@Rigel @Deneb and you?")

    pass_time(clock, at_once, WRITING_DELAYS_AT_MOST)

    assert sorted(answers(room)) == ["Deneb", "Rigel"]


def test_other_modes_wait_for_nobody(room, server, ada, bob, at_once):
    RoomSettings.objects.update(activation_mode=RoomSettings.Activation.ROUND)
    writes(room, bob)

    with at_once():
        say(room=room, player=ada, text="It rains.")

    assert answers(room) == ["Vega"]


def test_what_is_held_back_can_be_begun_by_nobody_else(room, server, ada, bob, at_once, clock):
    writes(room, bob)
    with at_once():
        say(room=room, player=ada, text="It rains.")
    reply = Reply.objects.get()

    clock.shift(WRITING_DELAYS_AT_MOST + SECOND)
    react(pk=reply.pk)
    with at_once():
        requeue_abandoned()

    assert server.requests == []
    assert Reply.objects.get().state == WorkState.WAITING
    assert speaking(room.channel) == []


def test_two_processes_begin_it_once(room, server, ada, bob, at_once, clock):
    writes(room, bob)
    with at_once():
        say(room=room, player=ada, text="It rains.")

    begun = [pass_time(clock, at_once, WRITING_DELAYS_AT_MOST), pass_time(clock, at_once, SECOND)]

    assert begun == [1, 0]
    assert len(server.requests) == 1


def test_what_was_stopped_while_it_was_held_back_stays_silent(room, server, ada, bob, at_once, clock):
    writes(room, bob)
    with at_once():
        say(room=room, player=ada, text="It rains.")

    stop(reply=Reply.objects.get())

    assert pass_time(clock, at_once, WRITING_DELAYS_AT_MOST) == 0
    assert answers(room) == []


def test_looking_costs_one_query_when_nothing_is_held_back(django_assert_num_queries):
    with django_assert_num_queries(1):
        begin_due(now=NOON)
