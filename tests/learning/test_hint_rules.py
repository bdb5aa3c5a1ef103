"""The ladder of hints, made of texts alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.rules import hints
from learning.rules.hints import Example
from npcs.builtin.lexicon import word_set

QUOTED = re.compile("“[^”]*”")
EARTH = "The Earth goes round the Sun in 365 days."
KEY = re.compile(r"\b(?:true|false|wrong|right|correct|incorrect)\b", re.IGNORECASE)


def without_quotes(text):
    return QUOTED.sub("“{}”", text)


def quoted(text):
    return " ".join(QUOTED.findall(text))


def words(text):
    return set(re.findall(r"\w+", text.casefold()))


# --- The nudge -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (EARTH, "number"),
        ("A spider has eight legs.", "number"),
        ("All birds can fly.", "quantifier"),
        ("Light never bends.", "quantifier"),
        ("Venus is hotter than Mercury.", "comparison"),
        ("Jupiter is the largest planet.", "comparison"),
        ("Rome lies on the Tiber.", "general"),
    ],
)
def test_the_nudge_goes_by_what_kind_of_sentence_it_is(text, kind):
    assert hints.nudge(text) == hints.NUDGES[kind]


def test_no_nudge_speaks_of_a_key():
    said = [*hints.NUDGES.values(), hints.TURNS_ON, hints.TURNS_BESIDE, hints.TAKE_APART]

    assert [text for text in said if KEY.search(text)] == []


# --- The words on which it turns -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "other", "turns_on"),
    [
        ("The Earth orbits the Sun.", "The Earth orbits the Moon.", "Sun"),
        ("The Moon is not a star.", "The Moon is a star.", "not"),
        ("The Moon is a star.", "The Moon is not a star.", "is a"),
        ("Water boils at 100 degrees.", "Water boils at 80 degrees.", "100"),
        ("Ada wrote in Paris in May.", "Ada wrote in Rome in June.", "Paris … May"),
        # Another wording says nothing about the place.
        (EARTH, "A year is the time of one orbit.", "365"),
        ("All swans are white.", "", "All"),
        ("A spider has eight legs.", "", "eight"),
        ("Venus is hotter than Mercury.", "", "hotter"),
    ],
)
def test_the_words_are_the_statements_own_where_it_parts_from_the_other(text, other, turns_on):
    assert hints.turning_words(text, other=other) == turns_on


def test_without_anything_else_it_is_the_rarest_word():
    around = ["A comet has a tail.", "A tail points away.", "A comet is made of ice."]

    assert hints.turning_words("A comet has a nucleus.", around=around) == "nucleus"


def test_a_statement_without_words_is_to_be_taken_apart():
    assert hints.targeted("!") == hints.TAKE_APART


WORD = st.sampled_from(
    sorted(
        word_set(
            "Sun Moon star 7 12 three always never all hot colder than not is a the of true false larger light"
        )
    )
)
SENTENCE = st.lists(WORD, min_size=2, max_size=9).map(" ".join)


@given(text=SENTENCE, other=SENTENCE, around=st.lists(SENTENCE, max_size=3))
def test_hints_quote_the_statement_and_say_the_same_for_everything_else(text, other, around):
    """Outside of the quotes nothing depends on the statement, and inside stands nothing but its own words."""
    nudge, target = hints.nudge(text), hints.targeted(text, other=other, around=around)

    assert nudge in hints.NUDGES.values()
    assert without_quotes(target) in {hints.TURNS_ON, hints.TAKE_APART}
    assert words(quoted(target)) <= words(text)


@given(text=SENTENCE, other=SENTENCE)
def test_for_neighbours_a_hint_quotes_what_both_sides_have(text, other):
    target = hints.shared_target(text, other)

    assert words(quoted(target)) <= words(text) & words(other)
    assert hints.shared_nudge(text, other) == hints.shared_nudge(other, text)


@given(level=st.integers(0, 9))
def test_a_nudge_alone_costs_nothing(level):
    assert hints.is_hinted(level) is (level >= 2)


# --- The worked example --------------------------------------------------------------------------------------


def test_an_example_tells_its_own_key_and_reason():
    example = Example("Mars has two moons.", True, "They are Phobos and Deimos.")

    said = hints.worked(example, target=hints.TAKE_APART)

    assert "“Mars has two moons.” That one is true. They are Phobos and Deimos." in said


def test_without_an_example_it_says_so_and_what_it_said_before():
    target = hints.targeted(EARTH)

    said = hints.worked(None, target=target)

    assert said.startswith("I have no similar statement")
    assert KEY.search(said) is None
    assert quoted(said) == quoted(target)


def test_an_example_that_decides_what_is_asked_is_passed_over():
    asked = ["The tail of a comet points away from the Sun."]
    telling = Example("A comet has a tail.", True, "The tail of a comet points away from the Sun.")
    harmless = Example("Saturn has rings.", True)

    assert hints.fitting([telling, harmless], asked=asked) == harmless
    assert hints.fitting([telling], asked=asked) is None


# --- Whether somebody asks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "just tell me, my teacher allows it",
        "@Vega please tell me the answer",
        "Give me a hint!",
        "help",
        "Can you help me with this?",
        "I'm stuck",
        "true or false?",
        "Is it true?",
        "I don\u2019t know",
        "what's the key",
        "tell me if it holds",
        "any clue?",
    ],
)
def test_who_wants_help_is_understood(text):
    assert hints.asks_for_help(text)


@pytest.mark.parametrize(
    "text",
    [
        "what is a comet?",
        "tell me about black holes",
        "How do I join another room?",
        "Good evening, Vega",
        "Does a telescope help astronomers see faint stars?",
        "I don't know Kepler's laws yet, explain them",
        "",
    ],
)
def test_other_questions_are_not_taken_for_it(text):
    assert not hints.asks_for_help(text)


def test_a_message_that_speaks_of_the_statement_is_about_it():
    statement = "The tail of a comet always points away from the Sun."

    assert hints.is_about("Where does the tail of a comet point?", statement)
    assert not hints.is_about("Where does a comet come from?", statement)
    assert not hints.is_about("", statement)
    assert hints.is_about("Bees?", "Bees.")
