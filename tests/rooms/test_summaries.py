"""Old parts of a conversation in short, and a director who chooses who speaks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.models import Message
from rooms.actions import directing, summaries
from rooms.actions.rooms import enter_room
from rooms.actions.talk import say
from rooms.models import Reply, RoomNpc, RoomSettings
from rooms.queries.hearing import history, without_summarised
from rooms.rules.summaries import KEPT, Said, step, within_words
from tests.factories.npcs import AiProviderFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomNpcFactory
from tests.rooms.scripted import scripted

LONG = "The comet of the year {0} was seen by many people, and its tail covered half of the evening sky. " * 4


@pytest.fixture
def place():
    place = RoomNpcFactory(npc__name="Vega", npc__tagline="Knows comets and stars")
    enter_room(room=place.room, player=PlayerFactory(display_name="Ada"))
    return place


def talked(place, count):
    """Stored as if it had been said before: nobody's limits are in the way."""
    channel, player = place.room.channel, place.room.channel.members.get().player
    messages = [
        Message(channel=channel, player=player, seq=100 + number, text=LONG.format(1900 + number))
        for number in range(count)
    ]
    channel.last_seq = 100 + count
    channel.save()
    made = Message.objects.bulk_create(messages)
    Message.objects.filter(channel=channel).update(sent_at=timezone.now() - timedelta(hours=1))
    return made


def test_nothing_is_summarised_while_there_is_room():
    said = [Said(seq, 100) for seq in range(1, 21)]

    assert step(said, share=3000) == []


def test_a_step_takes_the_oldest_and_never_the_last_six():
    said = [Said(seq, 100) for seq in range(1, 21)]

    assert step(said, share=2000) == list(range(1, 11))
    assert step(said[:13], share=1000) == list(range(1, 8))
    assert step(said[:11], share=1000) == []


def test_a_summary_has_at_most_two_hundred_words():
    text = "\n".join(f"line {number} " + "word " * 48 for number in range(10))

    kept = within_words(text)

    assert len(kept.split()) <= 200
    assert kept.splitlines()[-1].startswith("line 9")


@pytest.mark.django_db
def test_a_full_history_is_put_in_short_without_a_model(place):
    messages = talked(place, 20)

    assert summaries.summarise(channel=place.room.channel_id, npc=place.npc_id)

    place.refresh_from_db()
    assert place.summary_seq == messages[9].seq
    assert "Ada said: The comet of the year" in place.summary
    assert len(place.summary.split()) <= 200
    shown = without_summarised(history(messages[-1], place.npc), place.summary_seq)
    assert [message.seq for message in shown] == [message.seq for message in messages[10:]]


@pytest.mark.django_db
def test_a_model_makes_it_where_there_is_one_and_it_stands_in_the_next_prompt(place, commit):
    talked(place, 20)
    with scripted(["Ada told of many comets."]) as server:
        AiProviderFactory(api_endpoint=server.url, is_default=True)
        summaries.summarise(channel=place.room.channel_id, npc=place.npc_id)
        with commit():
            say(room=place.room, player=place.room.channel.members.get().player, text="@Vega and now?")

    place.refresh_from_db()
    asked, answered = server.requests[0], server.requests[1]
    assert place.summary == "Ada told of many comets."
    assert "the year 1900" in str(asked["messages"])
    assert "Ada told of many comets." in str(answered["messages"])
    assert "the year 1900" not in str(answered["messages"])
    assert "the year 1919" in str(answered["messages"])


@pytest.mark.django_db
def test_when_something_of_it_is_deleted_the_summary_is_made_anew(place):
    messages = talked(place, 20)
    summaries.summarise(channel=place.room.channel_id, npc=place.npc_id)
    type(messages[0]).objects.filter(pk=messages[0].pk).update(text="", deleted_at=timezone.now())

    summaries.summarise(channel=place.room.channel_id, npc=place.npc_id)

    place.refresh_from_db()
    assert "1900" not in place.summary
    assert place.summary_seq == messages[10].seq


@pytest.mark.django_db
def test_two_workers_make_one_step(place):
    talked(place, 20)
    stale = RoomNpc.objects.get(pk=place.pk)
    summaries.summarise(channel=place.room.channel_id, npc=place.npc_id)

    assert not summaries._keep(stale, "Something else.", 7)
    assert KEPT == 6


# --- The director --------------------------------------------------------------------------------------------


@pytest.fixture
def directed(place):
    RoomNpcFactory(room=place.room, npc__name="Lemma", npc__tagline="Knows numbers and primes")
    RoomSettings.objects.filter(room=place.room).update(activation_mode="director")
    return place.room


def asked(room, commit, text):
    with commit():
        say(room=room, player=room.channel.members.get().player, text=text)
    return [reply.npc.name for reply in Reply.objects.filter(message__text=text).order_by("pk")]


@pytest.mark.django_db
def test_without_a_model_who_knows_most_about_it_answers(directed, commit):
    assert asked(directed, commit, "Which numbers are primes?") == ["Lemma"]
    assert asked(directed, commit, "What are comets made of?") == ["Vega"]
    assert asked(directed, commit, "@Vega and primes?") == ["Vega"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "names"),
    [("Lemma", ["Lemma"]), ("Lemma, Vega.", ["Vega", "Lemma"]), ("nobody", []), ("Lemmas", ["Vega"])],
)
def test_a_model_names_who_answers_and_nonsense_is_no_name(directed, commit, said, names):
    with scripted([said]) as server:
        AiProviderFactory(api_endpoint=server.url, is_default=True)
        assert asked(directed, commit, "What are comets made of?") == names

    told = str(server.requests[0]["messages"])
    assert "Knows numbers and primes" in told
    assert "What are comets made of?" in told


@pytest.mark.django_db
def test_the_director_is_asked_once_for_a_message(directed, commit):
    asked(directed, commit, "What are comets made of?")

    assert directing.direct(pk=directed.channel.messages.get(text="What are comets made of?").pk) == []
    assert directing.direct(pk=4711) == []
