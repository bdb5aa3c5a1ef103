"""The built-in engine knows what somebody told about himself, as far as it may be said there."""

from uuid import uuid4

import pytest

from npcs.actions import preparation
from npcs.actions.sections import Place
from npcs.actions.speaking import speak
from npcs.builtin.personal import NOTHING, Recollection, Remark, recollect
from npcs.builtin.phrases import _LINES
from npcs.builtin.text import escape_markdown
from npcs.llm.base import Turn
from npcs.models import Interaction, Memory, MemoryPolicy, MemoryProfile
from tests.factories.memory import MemoryFactory, MemoryPolicyFactory
from tests.factories.npcs import KnowledgeItemFactory
from tests.factories.players import PlayerFactory

DOG, TELESCOPE = "My dog is called Rex.", "I own a red telescope."
REMARKS = [
    Remark("Name: Ada", "core"),
    Remark("Lives in: Rome", "core"),
    Remark(DOG, "m1"),
    Remark(TELESCOPE, "m2"),
]
HARD = Remark("I find orbits hard.", "m3")


# --- What is asked -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is my name?", "Name: Ada"),
        ("Do you know my name?", "Name: Ada"),
        ("Where do I live?", "Lives in: Rome"),
        ("what's my dog called?", DOG),
        ("Do you remember my dog?", DOG),
        ("Which telescope do I own?", TELESCOPE),
        ("What do I find hard?", HARD.text),
    ],
)
def test_what_is_asked_for_is_told_and_nothing_else(question, told):
    answer = recollect(question, [*REMARKS, HARD])

    assert [line for line in answer.text.splitlines() if line.startswith("- ")] == [f"- {told}"]


@pytest.mark.parametrize(
    "question",
    ["What do you remember about me?", "Who am I?", "Do you remember me?", "What did I tell you?"],
)
def test_who_asks_for_everything_is_told_everything(question):
    assert recollect(question, REMARKS).sources == ("core", "m1", "m2")
    assert recollect(question, []) == Recollection(NOTHING)


@pytest.mark.parametrize(
    "question",
    [
        "What is a comet?",
        "What do you know about comets?",
        "What do I need for my telescope?",
        "How do I calculate an orbit?",
        "What is my favourite comet?",
        "When is my birthday?",
        "",
    ],
)
def test_other_questions_are_left_to_the_notes(question):
    assert recollect(question, REMARKS) is None


def test_what_somebody_only_asked_says_nothing_about_him():
    assert recollect("What is my dog called?", [Remark("What is my dog called?")]) is None


def test_words_of_people_are_text_in_markdown():
    said = "My dog is called <b>Rex</b> [x](http://evil)."

    answer = recollect("What is my dog called?", [Remark(said)])

    assert escape_markdown(said) != said
    assert answer.text.endswith(escape_markdown(said))


# --- By a character ------------------------------------------------------------------------------------------


@pytest.fixture
def npc(db):
    return MemoryPolicyFactory().npc


@pytest.fixture
def ada(db):
    return PlayerFactory()


def talk():
    return Place("talk", uuid4(), "private", uuid4())


def ask(npc, player, question="What is my dog called?", place=None):
    heard = [Turn("user", question, "Ada")]
    return speak(npc=npc, heard=heard, player=player, on_text=lambda piece: None, place=place or talk())


def test_a_character_without_a_provider_tells_what_it_remembers(npc, ada):
    KnowledgeItemFactory(file__npc=npc, text="A dog is an animal that barks at the Moon.")
    memory = MemoryFactory(npc=npc, player=ada, text=DOG)

    speech = ask(npc, ada)

    assert DOG in speech.text
    assert speech.sources == []
    assert Interaction.objects.get().interaction_context["recalled"] == [f"memory:{memory.pk}"]
    assert Memory.objects.get(pk=memory.pk).access_count == 1


def test_nobody_is_told_what_another_has_told(npc, ada):
    MemoryFactory(npc=npc, player=PlayerFactory(), text=DOG)

    assert "Rex" not in ask(npc, ada).text
    assert "Rex" not in ask(npc, None).text


def test_in_public_nothing_is_told_of_what_was_private(npc, ada):
    MemoryFactory(npc=npc, player=ada, text=DOG)

    assert "Rex" not in ask(npc, ada, place=Place("room", uuid4(), "room", uuid4())).text


@pytest.mark.parametrize("switch", ["character", "pair"])
def test_where_memory_is_off_nothing_is_remembered(npc, ada, switch):
    MemoryFactory(npc=npc, player=ada, text=DOG)
    if switch == "character":
        MemoryPolicy.objects.update(is_on=False)
    else:
        MemoryProfile.objects.create(npc=npc, player=ada, is_on=False)

    assert "Rex" not in ask(npc, ada).text
    assert NOTHING in ask(npc, ada, "What do you remember about me?").text


def test_what_was_told_a_line_ago_is_known(npc, ada):
    place = talk()
    ask(npc, ada, DOG, place=place)
    heard = [
        Turn("user", DOG, "Ada"),
        Turn("assistant", "I see."),
        Turn("user", "What is my dog called?", "Ada"),
    ]

    speech = speak(npc=npc, heard=heard, player=ada, on_text=lambda piece: None, place=place)

    assert DOG in speech.text


@pytest.mark.parametrize("line", [DOG, "Remember that I am afraid of heights."])
def test_who_tells_of_himself_hears_whether_it_is_kept(npc, ada, line):
    tone = npc.response_style
    kept = ask(npc, ada, line)
    MemoryPolicy.objects.update(is_on=False)
    unkept = ask(npc, ada, line)

    assert kept.text in _LINES[tone]["kept"]
    assert unkept.text in _LINES[tone]["unkept"]
    assert (kept.outcome, kept.sources) == (Interaction.Outcome.OK, [])


def test_what_the_notes_say_to_it_comes_before_thanks(npc, ada):
    KnowledgeItemFactory(
        file__npc=npc, text="The favourite comet of many is Halley, which comes every 76 years."
    )

    assert "76 years" in ask(npc, ada, "My favourite comet is Halley, when does comet Halley come?").text


def test_other_questions_ask_the_memories_for_nothing(npc, ada, monkeypatch):
    asked = []
    monkeypatch.setattr(preparation.sections, "offer", lambda *args: asked.append(args) or [])

    ask(npc, ada, "What is a comet?")

    assert asked == []
