"""Characters don't say from their notes, or from what they remember, what somebody is still being asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from learning.actions.practice import start_practice
from npcs.actions.memory import Note, remember
from npcs.actions.notes import _offered
from npcs.actions.preparation import builtin_tutor, occasion_of, prepare
from npcs.actions.sections import Place
from npcs.actions.speaking import speak
from npcs.builtin.cloze import GAP
from npcs.builtin.secrets import Secrets
from npcs.llm.base import Turn
from npcs.models import Interaction
from rooms.actions.rooms import enter_room
from rooms.actions.session_answers import Given
from rooms.actions.sessions import Plan
from rooms.actions.trainings import answer_training, assign_training, show_next
from rooms.models import GameSession
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.memory import MemoryPolicyFactory
from tests.factories.npcs import AiProviderFactory, KnowledgeFileFactory, KnowledgeItemFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory

NOW = timezone.now()
NOTE = (
    "A comet is a body of ice and dust. The tail of a comet always points away from the Sun. "
    "Halley's comet returns after 76 years."
)
QUESTION = "Where does the tail of a comet point?"


# --- The rule ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        "The tail of a comet always points away from the Sun.",
        "The tail of a comet always points towards the Sun.",
        "A comet's tail points away from the Sun.",
    ],
)
def test_the_sentence_that_decides_goes_and_the_others_stay(asked):
    said = Secrets([asked]).kept_from(NOTE)

    assert said == "A comet is a body of ice and dust. Halley's comet returns after 76 years."


def test_what_two_sentences_say_together_goes_with_both():
    note = "Water is a liquid. It boils at 100 degrees. Ice floats."

    assert Secrets(["Water boils at 100 degrees at sea level."]).kept_from(note) == "Ice floats."


def test_a_common_subject_decides_nothing():
    assert Secrets(["Comets consist mostly of hot iron and lava."]).kept_from(NOTE) == NOTE


def test_nothing_asked_leaves_every_note_as_it_is():
    assert Secrets([]).kept_from("A line.\n\n    code()") == "A line.\n\n    code()"


def test_a_note_that_says_nothing_else_is_empty():
    assert Secrets(["Bees dance."]).kept_from("Bees dance.\n") == ""


# --- In rooms and talks --------------------------------------------------------------------------------------


@pytest.fixture
def npc(db):
    item = KnowledgeItemFactory(file=KnowledgeFileFactory(), heading="Comets > The tail", text=NOTE)
    return item.file.npc


@pytest.fixture
def topic(db):
    topic = TopicFactory()
    StatementFactory(topic=topic, text="The tail of a comet points towards the Sun.", answer=False)
    return topic


@pytest.fixture
def training(topic):
    """Open in a room of two, who both have not answered."""
    room = RoomFactory(settings__members_start_sessions=True)
    players = PlayerFactory.create_batch(2)
    for player in players:
        enter_room(room=room, player=player)
    plan = Plan(topic=topic, rounds=1, kind="training")
    session = assign_training(room=room, player=players[0], plan=plan, until=None, now=NOW)
    return session, players


def answered(session, player):
    shown = show_next(session=session, player=player, now=NOW)
    given = Given(False, shown.round.number)
    answer_training(session=session, player=player, given=given, now=NOW + timedelta(seconds=9))


def noted(npc, player, place):
    """What of the notes reaches a language model."""
    heard = [Turn("user", QUESTION)]
    return " ".join(
        entry.text for entry in _offered(occasion_of(npc=npc, heard=heard, player=player, place=place))
    )


def in_talk():
    return Place(kind="talk", reach="private")


def in_room(session):
    return Place(kind="room", uuid=session.room.channel.uuid, reach="room")


def test_who_is_still_asked_gets_no_key_in_a_private_talk(npc, training):
    session, (ada, bo) = training
    answered(session, ada)

    assert "away from the Sun" in noted(npc, ada, in_talk())
    assert "away from the Sun" not in noted(npc, bo, in_talk())
    assert "ice and dust" in noted(npc, bo, in_talk())


def test_in_the_room_nobody_gets_it_for_the_others_read_along(npc, training):
    session, (ada, _) = training
    answered(session, ada)

    assert "away from the Sun" not in noted(npc, ada, in_room(session))


def test_when_it_is_over_everybody_gets_it(npc, training):
    session, (ada, _) = training
    session.ended_at = NOW
    session.save()

    assert "away from the Sun" in noted(npc, ada, in_room(session))


def test_a_statement_that_is_being_practised_alone_is_kept_too(npc, topic):
    player = PlayerFactory()
    start_practice(player=player, topic=topic, planned=5, now=NOW)

    assert "away from the Sun" not in noted(npc, player, in_talk())
    assert "away from the Sun" in noted(npc, PlayerFactory(), in_talk())


@pytest.mark.django_db(transaction=True)
def test_the_built_in_engine_quotes_around_it(npc, training):
    session, (ada, bo) = training
    heard = [Turn("user", QUESTION)]

    told = speak(npc=npc, heard=heard, player=bo, on_text=lambda piece: None, place=in_talk())
    answered(session, ada)
    free = speak(npc=npc, heard=heard, player=ada, on_text=lambda piece: None, place=in_talk())

    assert "away from the Sun" not in told.text
    assert "away from the Sun" in free.text


# --- The built-in engine's own check questions ------------------------------------------------------------------


def checked(npc, player, sentence, word):
    """The character has asked the player for the word of the sentence a moment ago."""
    gap = sentence.replace(word, GAP)
    Interaction.objects.create(
        npc=npc, player=player, message="?", response=f"My notes say more. Which word is missing?\n\n> {gap}",
        engine="built-in engine", response_time_ms=1, interaction_context={"check_answer": word},
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reply", ["away", "towards", "no idea"])
def test_it_confirms_and_corrects_no_word_that_decides_what_is_asked(npc, training, reply):
    session, (ada, bo) = training
    answered(session, ada)
    said = {}
    for player in (ada, bo):
        checked(npc, player, "The tail of a comet always points away from the Sun.", "away")
        heard = [Turn("user", reply)]
        said[player] = speak(npc=npc, heard=heard, player=player, on_text=str, place=in_talk()).text

    assert "**away**" in said[ada]
    assert "away" not in said[bo]


@pytest.mark.django_db(transaction=True)
def test_in_the_room_it_confirms_nothing_to_who_has_answered_either(npc, training):
    session, (ada, _) = training
    answered(session, ada)
    checked(npc, ada, "The tail of a comet always points away from the Sun.", "away")

    heard = [Turn("user", "away")]
    told = speak(npc=npc, heard=heard, player=ada, on_text=str, place=in_room(session))

    assert "**away**" not in told.text


@pytest.mark.django_db(transaction=True)
def test_it_confirms_a_word_that_decides_nothing(npc, training):
    _, (_, bo) = training
    checked(npc, bo, "Halley's comet returns after 76 years.", "76")

    told = speak(npc=npc, heard=[Turn("user", "76")], player=bo, on_text=str, place=in_talk())

    assert "**76**" in told.text


# --- What is remembered of earlier talk ------------------------------------------------------------------------

DECIDES = "The tail of a comet always points away from the Sun."
TOLD = "Ada saw how the tail of that comet points away from the Sun."
HARMLESS = "Ada has a telescope with a red stripe."


def prompted(npc, player, place, heard=()):
    """The whole prompt of a language model."""
    npc.provider = npc.provider or AiProviderFactory()
    heard = [*heard, Turn("user", QUESTION)]
    built = prepare(occasion_of(npc=npc, heard=heard, player=player, place=place))
    return "\n".join(turn.text for turn in built.turns)


def test_no_memory_decides_what_its_player_is_still_asked(npc, training):
    session, (ada, bo) = training
    answered(session, ada)
    MemoryPolicyFactory(npc=npc)
    for player in (ada, bo):
        remember(Note(f"{TOLD} {HARMLESS}"), npc=npc, player=player, now=NOW)

    free, kept = (prompted(npc, player, in_talk()) for player in (ada, bo))

    assert TOLD in free
    assert "away from the Sun" not in kept
    assert HARMLESS in free
    assert HARMLESS in kept
    assert QUESTION in kept


def test_no_summary_decides_what_is_asked_in_its_room(npc, training):
    session, (ada, _) = training
    place = RoomNpcFactory(room=session.room, npc=npc)
    place.summary, place.summary_seq, place.summarised_at = f"{HARMLESS} {TOLD}", 1, timezone.now()
    place.save()

    kept = prompted(npc, ada, in_room(session))
    GameSession.objects.update(ended_at=NOW)
    free = prompted(npc, ada, in_room(session))

    assert TOLD in free
    assert "away from the Sun" not in kept
    assert HARMLESS in free
    assert HARMLESS in kept


def test_no_earlier_line_decides_and_what_is_asked_last_stays_whole(npc, training):
    session, (ada, _) = training
    heard = [Turn("user", HARMLESS), Turn("assistant", TOLD), Turn("user", f"So: {DECIDES}", "Bo")]

    kept = prompted(npc, ada, in_room(session), heard)
    GameSession.objects.update(ended_at=NOW)
    free = prompted(npc, ada, in_room(session), heard)

    assert TOLD in free
    assert f"So: {DECIDES}" in free
    assert "away from the Sun" not in kept
    assert HARMLESS in kept
    assert QUESTION in kept


def test_the_built_in_engine_recalls_around_it(npc, training):
    _, (_, bo) = training
    MemoryPolicyFactory(npc=npc)
    remember(Note(f"Bo said that {DECIDES.lower()}"), npc=npc, player=bo, now=NOW)
    remember(Note("Bo likes the tail of every comet."), npc=npc, player=bo, now=NOW)
    occasion = occasion_of(
        npc=npc, heard=[Turn("user", "What do you know of me?")], player=bo, place=in_talk()
    )

    said = " ".join(remark.text for remark in builtin_tutor(occasion).remembered())

    assert "away from" not in said
    assert "Bo likes" in said
