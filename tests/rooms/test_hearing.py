"""Which characters answer in a room, and that they never go on without end."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from messaging.actions.messages import post_message
from npcs.models import AiControl, Npc
from rooms.actions import hearing, replies
from rooms.actions.rooms import enter_room
from rooms.actions.talk import say
from rooms.models import Reply, RoomNpc, RoomSettings
from rooms.rules import limits
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import ReplyFactory, RoomNpcFactory
from tests.rooms.answers import speak_through
from tests.rooms.scripted import scripted

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def room():
    """Vega and Rigel, who say nothing unless they are asked, and a player."""
    room = RoomNpcFactory(npc__name="Vega").room
    RoomNpcFactory(room=room, npc__name="Rigel")
    RoomNpc.objects.update(cooldown_seconds=0)
    enter_room(room=room, player=PlayerFactory())
    return room


@pytest.fixture
def server(room):
    with scripted(["Well, well."]) as server:
        for name in ("Vega", "Rigel"):
            Npc.objects.filter(name=name).update(system_prompt=f"prompt-of-{name}")
        speak_through(server)
        yield server


def chosen(room, **fields):
    RoomSettings.objects.filter(room=room).update(**fields)


def ask(room, commit, text):
    """The names of those who answered it, in order."""
    before = room.channel.last_seq
    room.channel.refresh_from_db()
    before = room.channel.last_seq
    with commit():
        say(room=room, player=room.channel.members.get().player, text=text)
    said = room.channel.messages.filter(type="npc", seq__gt=before).order_by("seq")
    return [message.npc.name for message in said.select_related("npc")]


def notes(room):
    lines = room.channel.messages.filter(type="system").order_by("seq")
    return [line.metadata["note"] for line in lines if "note" in line.metadata]


def test_who_is_called_answers_and_nobody_else(room, server, commit):
    assert ask(room, commit, "@Vega hello") == ["Vega"]
    assert len(server.requests) == 1
    assert "prompt-of-Vega" in server.requests[0]["messages"][0]["content"]
    assert ask(room, commit, "Vega said something") == []
    assert len(server.requests) == 1


def test_the_longest_name_is_called_in_any_case(room, commit):
    RoomNpcFactory(room=room, npc__name="Vega Prime", npc__slug="prime")

    assert ask(room, commit, "@vEGA pRIME hello") == ["Vega Prime"]
    assert ask(room, commit, "@VEGA hello") == ["Vega"]
    assert ask(room, commit, "@Vegan hello") == []


def test_one_message_is_answered_by_two_at_most(room, commit):
    RoomNpcFactory(room=room, npc__name="Deneb")

    assert ask(room, commit, "@Vega @Rigel @Deneb hello") == ["Vega", "Rigel"]


def test_naturally_the_talkative_answer_each_message_once(room, server, commit):
    chosen(room, activation_mode="natural", npc_budget=500)
    RoomNpc.objects.filter(npc__name="Vega").update(talkativeness=1)
    RoomNpc.objects.filter(npc__name="Rigel").update(talkativeness=0)

    with time_machine.travel(NOON, tick=False) as clock:
        answered = []
        for number in range(15):
            clock.shift(timedelta(seconds=10))
            answered.append(ask(room, commit, f"I saw star number {number}."))

    assert answered == [["Vega"]] * 15
    assert len(server.requests) == 15


def test_who_spoke_a_moment_ago_rests_unless_it_is_called(room, commit):
    chosen(room, activation_mode="natural")
    RoomNpc.objects.filter(npc__name="Vega").update(talkativeness=1, cooldown_seconds=5)
    RoomNpc.objects.filter(npc__name="Rigel").update(talkativeness=0)

    with time_machine.travel(NOON, tick=False) as clock:
        said = [ask(room, commit, "Hello")]
        clock.shift(timedelta(seconds=2))
        said += [ask(room, commit, "Is anybody there?"), ask(room, commit, "@Vega, you?")]
        clock.shift(timedelta(seconds=6))
        said += [ask(room, commit, "And now?")]

    assert said == [["Vega"], [], ["Vega"], ["Vega"]]


def test_in_turn_one_speaks_after_the_other(room, commit):
    chosen(room, activation_mode="round")
    RoomNpc.objects.filter(npc__name="Rigel").update(position=0)
    RoomNpc.objects.filter(npc__name="Vega").update(position=1)

    assert [ask(room, commit, f"Message {n}") for n in range(4)] == [["Rigel"], ["Vega"]] * 2


def test_by_lot_nobody_speaks_twice_before_everybody_has_spoken(room, commit):
    chosen(room, activation_mode="pooled")
    RoomNpcFactory(room=room, npc__name="Deneb", cooldown_seconds=0)

    said = [ask(room, commit, f"Message {n}")[0] for n in range(6)]

    assert {*said[:3]} == {*said[3:]} == {"Vega", "Rigel", "Deneb"}


def test_where_everything_is_by_hand_not_even_a_name_calls(room, commit):
    chosen(room, activation_mode="manual")

    assert ask(room, commit, "@Vega hello") == []


@pytest.mark.parametrize("role", ["observer", "moderator"])
def test_some_roles_never_speak_by_themselves(room, commit, role):
    chosen(room, activation_mode="round")
    room.npcs.update(role=role)

    assert ask(room, commit, "Hello") == []
    assert ask(room, commit, "@Vega hello") == (["Vega"] if role == "moderator" else [])


def test_who_is_muted_says_nothing(room, commit):
    chosen(room, activation_mode="round")
    room.npcs.filter(npc__name="Vega").update(is_muted=True)

    assert ask(room, commit, "@Vega hello") == ["Rigel"]


# --- Characters among themselves -----------------------------------------------------------------------------


def calling_each_other(server):
    server.scripts = {"prompt-of-Vega": ["@Rigel, what do you say?"], "prompt-of-Rigel": ["@Vega, and you?"]}


def test_characters_that_call_each_other_fall_silent_after_three(room, server, commit):
    calling_each_other(server)

    assert ask(room, commit, "@Vega start") == ["Vega", "Rigel", "Vega"]
    assert notes(room) == ["enough"]
    assert {reply.root.text for reply in Reply.objects.all()} == {"@Vega start"}

    assert ask(room, commit, "@Rigel again") == ["Rigel", "Vega", "Rigel"]
    assert notes(room) == ["enough", "enough"]


def test_two_that_are_called_at_once_say_three_things_together(room, server, commit):
    calling_each_other(server)

    assert len(ask(room, commit, "@Vega @Rigel start")) == 3


def test_a_pair_answers_each_other_six_times_in_ten_minutes(room, server, commit):
    calling_each_other(server)
    with time_machine.travel(NOON, tick=False) as clock:
        spoken = []
        for _ in range(5):
            clock.shift(timedelta(seconds=61))
            spoken.append(len(ask(room, commit, "@Vega start")))
        clock.shift(timedelta(minutes=11))
        spoken.append(len(ask(room, commit, "@Vega start")))

    # Of each round the first is no answer of the pair.
    assert spoken == [3, 3, 3, 1, 1, 3]
    assert limits.ANSWERS_OF_A_PAIR == 6


def test_a_character_that_names_itself_does_not_answer_itself(room, server, commit):
    server.words = ["I am @Vega."]

    assert ask(room, commit, "@Vega who are you?") == ["Vega"]


def test_lines_that_no_answer_led_to_call_nobody(room, commit):
    npc = room.npcs.get(npc__name="Vega").npc

    with commit():
        post_message(channel=room.channel, npc=npc, text="@Rigel, the quiz begins.")

    assert not Reply.objects.exists()


# --- What a room may bear ------------------------------------------------------------------------------------


def test_a_room_that_has_used_its_budget_is_told_once_and_goes_on_later(room, server, commit):
    chosen(room, npc_budget=2)
    with time_machine.travel(NOON, tick=False) as clock:
        said = [ask(room, commit, f"@Vega {number}") for number in range(4)]
        asked = len(server.requests)
        clock.shift(timedelta(minutes=11))
        said.append(ask(room, commit, "@Vega one"))

    assert said == [["Vega"], ["Vega"], [], [], ["Vega"]]
    assert asked == 2
    assert notes(room) == ["spent"]


def test_the_budget_is_twenty_unless_something_else_is_chosen(room):
    assert (RoomSettings.objects.get().npc_budget, limits.BUDGET) == (20, 20)


def test_when_twenty_wait_others_are_told_to_come_back(room, commit):
    waiting = [ReplyFactory() for _ in range(limits.WAITING_AT_MOST)]

    assert ask(room, commit, "@Vega hello") == []
    assert ask(room, commit, "@Vega hello?") == []
    assert notes(room) == ["busy"]

    Reply.objects.filter(pk=waiting[0].pk).update(state="done")
    assert ask(room, commit, "@Vega now?") == ["Vega"]


def test_a_character_gives_one_answer_at_a_time_in_a_room(room, commit):
    vega = room.npcs.get(npc__name="Vega").npc
    running = ReplyFactory(channel=room.channel, npc=vega, state="running", slot=1)
    waiting = ReplyFactory(channel=room.channel, npc=vega)

    with commit():
        replies.react(pk=waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == "waiting"

    Reply.objects.filter(pk=running.pk).update(state="done", slot=None)
    with commit():
        replies.react(pk=waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == "done"


def test_a_player_waits_for_two_answers_at_a_time(room, commit):
    player = room.channel.members.get().player
    for slot in (1, 2):
        ReplyFactory(player=player, state="running", slot=slot)
    third = ReplyFactory(channel=room.channel, player=player, npc=NpcFactory())

    with commit():
        replies.react(pk=third.pk)

    third.refresh_from_db()
    assert (third.state, third.attempts) == ("waiting", 0)


def test_whoever_ends_starts_those_that_waited(room, commit):
    vega = room.npcs.get(npc__name="Vega").npc
    first, second = (ReplyFactory(channel=room.channel, npc=vega) for _ in range(2))

    with commit():
        replies.react(pk=first.pk)

    second.refresh_from_db()
    assert second.state == "done"


def test_a_message_that_is_heard_twice_is_answered_once(room, commit):
    ask(room, commit, "@Vega hello")
    message = room.channel.messages.get(text="@Vega hello")

    with commit():
        hearing.hear(message=message)

    assert Reply.objects.count() == 1


@pytest.mark.parametrize("mode", ["mention_only", "natural", "round", "director"])
def test_while_all_providers_are_stopped_none_is_asked_and_people_go_on(room, server, commit, mode):
    chosen(room, activation_mode=mode)
    AiControl.objects.create(is_stopped=True)

    called = ask(room, commit, "@Vega good evening!")
    ask(room, commit, "Good evening, everybody.")

    own = room.channel.messages.filter(npc=None).exclude(type="system").order_by("seq")
    engines = {message.metadata["engine"] for message in room.channel.messages.filter(type="npc")}
    assert server.requests == []
    assert (called, engines) == (["Vega"], {"built-in engine"})
    assert [message.text for message in own] == ["@Vega good evening!", "Good evening, everybody."]
