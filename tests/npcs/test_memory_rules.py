"""Memory's rules: what is drawn from a sentence, what weighs how much, what comes to mind, what is forgotten."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcs.rules.memory.digest import CORE_CHARACTERS, Known, Said, concluded, core_block, insights, summary
from npcs.rules.memory.importance import importance_of
from npcs.rules.memory.likeness import fingerprint, normalised
from npcs.rules.memory.patterns import MAX_FACTS, fact_in, facts_in
from npcs.rules.memory.ranking import (
    FORGOTTEN_BELOW,
    Candidate,
    Question,
    best,
    half_life,
    recency,
    score,
    strength,
)
from npcs.rules.memory.scenes import Reach, Scene

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def candidate(pk: int, words: str = "", **more) -> Candidate:
    more = {"importance": 5, "created_at": NOW - DAY, "tokens": 10, **more}
    return Candidate(id=pk, words=frozenset(words.split()), **more)


def asked(words: str) -> Question:
    return Question(words=frozenset(words.split()))


# --- What is drawn from a sentence -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "attribute", "value"),
    [
        ("My name is Ada.", "name", "ada"),
        ("Please call me Bo", "name", "bo"),
        ("I'm 12 years old", "age", "12"),
        ("I live in Graz, near the river", "home", "graz"),
        ("I am from Peru and I love it", "origin", "peru"),
        ("I work as a nurse.", "work", "a nurse"),
        ("I'm learning Spanish because of my aunt", "learns spanish", "yes"),
        ("I really like chess!", "likes chess", "yes"),
        ("I don't like chess", "likes chess", "no"),
        ("I hate Mondays", "likes mondays", "no"),
        ("my favourite colour is dark green", "favourite colour", "dark green"),
        ("My dog is Rex", "my dog's name", "rex"),
        ("my dog is called rex", "my dog's name", "rex"),
        ("I have a dog named Rex", "my dog's name", "rex"),
        ("My dog is ill", "my dog", "ill"),
        ("I have two cats.", "has cats", "yes"),
        ("I want to pass the exam", "goal: pass the exam", "pass the exam"),
        ("I struggle with fractions", "finds hard fractions", "yes"),
        ("Remind me to water the plants", "reminder: water the plants", "water the plants"),
        ("Could you remind me to call my aunt?", "reminder: call my aunt", "call my aunt"),
    ],
)
def test_a_sentence_about_oneself_gives_a_fact(sentence, attribute, value):
    fact = fact_in(sentence)

    assert fact is not None
    assert (fact.attribute, fact.value) == (attribute, value)


@pytest.mark.parametrize(
    "sentence",
    [
        "What is a comet?",
        "Am I from Mars?",
        "The Moon orbits the Earth.",
        "I am not sure",
        "",
        "You like tea",
    ],
)
def test_what_is_not_said_of_oneself_gives_none(sentence):
    assert fact_in(sentence) is None


def test_the_text_of_a_fact_is_what_was_said_from_where_it_begins():
    assert fact_in("Well, you know, my dog is Rex, a beagle.").text == "My dog is Rex"


def test_one_has_several_friends_but_one_name():
    tom, ann = fact_in("My friend is Tom"), fact_in("My friend is Ann")

    assert tom.attribute != ann.attribute
    assert fact_in("My name is Tom").attribute == fact_in("My name is Ann").attribute


def test_who_asks_for_it_is_heeded():
    assert fact_in("Remember that my dog is Rex").is_asked_for
    assert fact_in("Please remember that the code word is swordfish").is_asked_for
    assert not fact_in("My dog is Rex").is_asked_for


def test_a_flood_of_facts_is_cut_and_none_is_told_twice():
    said = [f"I like game{number}." for number in range(9)]

    assert len(facts_in(said)) == MAX_FACTS
    assert len(facts_in(["I like tea.", "I like tea."])) == 1


@given(st.text(max_size=600))
def test_no_text_is_too_odd_for_the_patterns(text):
    fact = fact_in(text)

    assert fact is None or (len(fact.text) <= 300 and len(fact.attribute) <= 100 and len(fact.value) <= 200)


# --- How much it weighs ----------------------------------------------------------------------------------


def test_importance_grows_from_greetings_over_chat_to_turning_points():
    lines = ["What is a comet", "I think comets are dull", "I won the cup and I'm so happy"]

    weights = [importance_of("Hello there", is_greeting=True), *map(importance_of, lines)]

    assert weights == sorted(weights)
    assert (weights[0], weights[-1]) == (1, 10)


# --- What comes to mind ----------------------------------------------------------------------------------


def test_the_score_is_the_documented_sum():
    memory = Candidate(1, frozenset({"dog", "rex"}), 8, NOW - DAY, 10)

    expected = 0.5 + 0.5 * 0.8 + 0.5 * np.exp(-24 / (24 * 9))
    assert score(memory, asked("dog name"), NOW) == pytest.approx(expected)


def test_what_comes_to_mind_often_fades_more_slowly():
    assert half_life(importance=5, access_count=0) == timedelta(hours=144)
    assert half_life(importance=5, access_count=9) > half_life(importance=5, access_count=0)


def test_recency_counts_from_the_last_time_it_came_to_mind():
    old = candidate(1, created_at=NOW - 30 * DAY)
    fresh = candidate(2, created_at=NOW - 30 * DAY, last_access=NOW)

    assert recency(fresh, NOW) == 1 > recency(old, NOW)


def test_the_relevant_one_comes_first_and_the_limit_holds():
    memories = [candidate(1, "cat tom"), candidate(2, "dog rex"), candidate(3, "tea green")]

    assert best(memories, asked("dog"), now=NOW)[0] == 2
    assert len(best(memories, asked("dog"), now=NOW, limit=2)) == 2


def test_meaning_counts_where_words_differ():
    east, west = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    memories = [candidate(1, "x", vector=east), candidate(2, "y", vector=west)]

    assert best(memories, Question(frozenset({"z"}), west), now=NOW)[0] == 2


def test_what_says_the_same_is_not_said_twice():
    same = [candidate(1, "dog rex"), candidate(2, "dog rex")]

    assert len(best(same, asked("dog"), now=NOW)) == 1


def test_pinned_ones_come_before_all():
    memories = [candidate(pk, "dog rex big" if pk % 2 else f"word{pk}") for pk in range(1, 90)]
    pinned = candidate(99, "nothing", importance=1, created_at=NOW - 900 * DAY, is_pinned=True)

    assert best([*memories, pinned], asked("dog"), now=NOW)[0] == 99


@given(
    st.lists(
        st.builds(
            Candidate,
            id=st.integers(1, 10**6),
            words=st.frozensets(st.sampled_from("abcdefgh"), max_size=4),
            importance=st.integers(1, 10),
            created_at=st.integers(0, 5000).map(lambda hours: NOW - timedelta(hours=hours)),
            tokens=st.integers(1, 200),
            is_pinned=st.booleans(),
        ),
        max_size=40,
        unique_by=lambda it: it.id,
    ),
    st.integers(0, 400),
)
def test_never_more_than_the_tokens_allow_and_nothing_twice(memories, tokens):
    chosen = best(memories, asked("a b"), now=NOW, tokens=tokens)

    size = {memory.id: memory.tokens for memory in memories}
    assert len(chosen) == len(set(chosen)) <= 6
    assert sum(size[pk] for pk in chosen) <= tokens
    assert chosen == best(list(reversed(memories)), asked("a b"), now=NOW, tokens=tokens)


# --- What is forgotten -----------------------------------------------------------------------------------


def test_chat_is_forgotten_within_days_and_facts_within_months():
    def left(kind, importance, days):
        return strength(kind=kind, importance=importance, access_count=0, since=NOW - days * DAY, now=NOW)

    assert left("episode", 2, 3) > FORGOTTEN_BELOW > left("episode", 2, 7)
    assert left("fact", 6, 365) > FORGOTTEN_BELOW > left("fact", 6, 3 * 365)


# --- One and the same ------------------------------------------------------------------------------------


def test_the_same_said_otherwise_written_is_the_same():
    assert normalised("  My dóg is REX!! ") == normalised("my dog is rex")


def test_a_secret_told_in_public_is_another_memory():
    prints = {fingerprint("My dog is Rex", kind="fact", visibility=reach) for reach in ("private", "public")}

    assert len(prints) == 2


def test_a_text_of_marks_alone_still_has_its_own_fingerprint():
    assert fingerprint("?", kind="fact", visibility="public") != fingerprint(
        "!", kind="fact", visibility="public"
    )


def test_what_is_heard_at_no_known_place_stays_between_the_two():
    assert {Scene(reach=reach).visibility for reach in Reach} == {"private"}
    assert {Scene(uuid4(), reach).visibility for reach in Reach} == {"private", "room", "public"}


# --- What is drawn from many -----------------------------------------------------------------------------


def test_the_core_block_says_the_standing_things_within_its_length():
    facts = [
        Known("name", "ada", "My name is Ada"),
        Known("likes chess", "yes", "I like chess"),
        Known("likes mondays", "no", "I hate Mondays"),
        *[Known(f"learns {'x' * 70}{n}", "yes", "") for n in range(40)],
    ]

    core = core_block(facts)

    assert core.splitlines()[:1] == ["Name: ada"]
    assert "Likes: chess" in core
    assert "mondays" not in core
    assert len(core) <= CORE_CHARACTERS


def test_a_summary_keeps_to_its_words_and_to_the_order():
    said = [
        Said(n, f"volcano lava story number {n}", frozenset({"volcano", "lava", str(n)})) for n in range(9)
    ]

    text = summary(said, words=12)

    assert 0 < len(text.split()) <= 12
    assert text.splitlines() == sorted(text.splitlines())


def test_a_conclusion_needs_three_sayings_and_names_its_sources():
    said = [Said(n, f"The volcano {n}", frozenset({"volcano", f"w{n}"})) for n in (1, 2, 3)]

    assert insights(said[:2]) == []
    found = insights(said)
    assert [it.sources for it in found] == [(1, 2, 3)]
    assert "volcano" in found[0].text


def test_a_conclusion_made_again_tells_nothing_of_what_is_gone():
    said = [
        Said(1, "The volcano secret", frozenset({"volcano", "secret"})),
        Said(2, "A volcano", frozenset({"volcano"})),
    ]

    assert "secret" not in concluded(said[1:]).text
