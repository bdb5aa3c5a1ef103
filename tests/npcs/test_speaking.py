import time
from uuid import uuid4

import pytest
from django.db import transaction

from npcs.actions import sections
from npcs.actions.speaking import FROM_MY_NOTES, LOST_FOR_WORDS, MAX_CHARACTERS, speak
from npcs.builtin.text import token_estimate
from npcs.llm.base import Turn
from npcs.llm.layout import Entry
from npcs.models import Interaction, KnowledgeItem
from tests.factories.npcs import AiProviderFactory, NpcConfigurationFactory
from tests.factories.players import PlayerFactory
from tests.npcs.astronomers import COMET, MOON, ask, astronomer
from tests.npcs.fake_provider import WORDS, fake_provider

pytestmark = pytest.mark.django_db


def test_without_a_provider_the_built_in_engine_answers_from_the_notes():
    npc = astronomer()
    pieces: list[str] = []

    speech = ask(npc, "What is a comet?", pieces=pieces)

    assert COMET in speech.text
    assert "".join(pieces).strip() == speech.text
    assert speech.engine == "built-in engine"
    assert [(it.n, it.title, it.heading) for it in speech.sources] == [(1, "sky.md", "Comets")]
    assert speech.outcome == "ok"


def test_the_address_of_the_character_is_not_looked_up():
    npc = astronomer(name="Halley", slug="halley")

    speech = ask(npc, "@Halley what is a comet?")

    assert COMET in speech.text


def test_what_the_notes_do_not_say_is_refused():
    speech = ask(astronomer(), "Which recipe makes good pancakes?")

    assert speech.outcome == "refused"
    assert speech.sources == []


def test_every_answer_leaves_one_interaction_and_is_counted():
    npc, player = astronomer(), PlayerFactory()

    speech = ask(npc, "What is a comet?", player=player)

    row = Interaction.objects.get()
    npc.refresh_from_db()
    assert (row.npc, row.player, row.message, row.response) == (npc, player, "What is a comet?", speech.text)
    assert (row.engine, row.outcome, row.tokens_estimated) == ("built-in engine", "ok", True)
    assert row.interaction_context["sources"][0]["title"] == "sky.md"
    assert npc.interaction_count == 1


def test_the_reply_to_a_check_question_is_checked_for_the_same_player_only():
    npc, player, other = astronomer(), PlayerFactory(), PlayerFactory()
    Interaction.objects.create(
        npc=npc, player=player, message="?", response="!", engine="built-in engine", response_time_ms=1,
        interaction_context={"check_answer": "27"},
    )  # fmt: skip

    assert "**27**" in ask(npc, "27", player=player).text
    assert "**27**" not in ask(npc, "27", player=other).text


def test_the_model_of_the_default_provider_speaks_with_its_sources():
    npc = astronomer()
    pieces: list[str] = []

    with fake_provider(words=["It orbits ", "the Earth [2].", " Surely [7]."]) as server:
        AiProviderFactory(api_endpoint=server.url, is_default=True)
        speech = ask(npc, "What does the Moon orbit, and what is a comet?", pieces=pieces)

    assert pieces == ["It orbits ", "the Earth [2].", " Surely [7]."]
    assert speech.text == "It orbits the Earth [1]. Surely."
    assert len(speech.sources) == 1
    assert speech.engine == "Test server · tiny"
    assert Interaction.objects.get().tokens_in == 40


def test_the_model_is_shown_who_it_is_its_notes_and_what_was_said():
    npc = astronomer(personality="Dry humour.")
    NpcConfigurationFactory(npc=npc, objective="Replace popular errors.")

    with fake_provider() as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        npc.ai_model = "larger"
        ask(npc, "What does the Moon orbit?")

    request = server.requests[0]
    system, user = (message["content"] for message in request["messages"])
    assert request["model"] == "larger"
    for part in (npc.system_prompt, "Dry humour.", "Replace popular errors."):
        assert part in system
    assert MOON in user
    assert "What does the Moon orbit?" in user


def test_no_secret_and_no_address_of_a_player_is_in_a_prompt():
    npc, player = astronomer(), PlayerFactory(email="ada@example.org")

    with fake_provider() as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        ask(npc, "What is a comet?", player=player)

    said = str(server.requests[0]["messages"])
    assert npc.provider.api_key not in said
    assert player.email not in said


def test_a_provider_that_is_switched_off_is_passed_over_and_that_is_noted():
    npc = astronomer(provider=AiProviderFactory(name="old", is_active=False))

    speech = ask(npc, "What is a comet?")

    assert speech.engine == "built-in engine"
    assert Interaction.objects.get().interaction_context["fallback"] == "old is switched off"


@pytest.mark.parametrize(
    "mode",
    [
        "unauthorised", "busy", "closed", "error", "redirect", "unfinished", "broken_json", "error_event",
        "words", "no_choices", "silent", "html", "cut", "hang", "stall", "drip",
    ],
)  # fmt: skip
def test_every_fault_of_a_provider_becomes_an_honest_line_and_what_the_notes_say(mode):
    npc = astronomer(response_style="formal")

    with fake_provider(mode) as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url, timeout_seconds=1)
        speech = ask(npc, "What is a comet?")

    row = Interaction.objects.get()
    assert speech.text.startswith(FROM_MY_NOTES["formal"])
    assert COMET in speech.text
    assert (speech.engine, row.engine) == ("built-in engine", "built-in engine")
    assert set(row.error_info) == {"reason", "error", "status"}
    assert "sk-secret" not in str([row.error_info, row.interaction_context])


def test_where_the_notes_say_nothing_the_line_stands_alone():
    npc = astronomer(response_style="formal")

    with fake_provider("error") as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        speech = ask(npc, "Which recipe makes good pancakes?")

    assert (speech.text, speech.outcome, speech.sources) == (LOST_FOR_WORDS["formal"], "unavailable", [])


@pytest.mark.parametrize("mode", ["busy_once", "error_once"])
def test_a_fault_that_passes_is_not_seen(mode):
    npc = astronomer()

    with fake_provider(mode) as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        speech = ask(npc, "What is a comet?")

    assert speech.outcome == Interaction.objects.get().outcome == "ok"


def test_an_answer_cut_at_the_length_limit_is_kept_and_said_to_be_cut():
    npc = astronomer()

    with fake_provider("length") as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        speech = ask(npc, "What is a comet?")

    assert speech.outcome == "truncated"
    assert speech.text.startswith("The Moon orbits the Earth")


def test_a_model_that_does_not_stop_is_stopped_where_a_message_ends():
    npc = astronomer()

    with fake_provider(words=["word " * 500] * 20) as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        speech = ask(npc, "What is a comet?")

    assert speech.outcome == "truncated"
    assert len(speech.text) <= MAX_CHARACTERS


def test_invisible_characters_of_a_model_do_not_reach_the_page():
    npc = astronomer()
    pieces: list[str] = []

    with fake_provider(words=["A\u202eB\u200b", "\x00C\ud800"]) as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        speech = ask(npc, "What is a comet?", pieces=pieces)

    assert "".join(pieces) == speech.text == "ABC"


def test_a_stop_closes_the_stream_within_a_second_and_keeps_and_books_what_was_said():
    npc = astronomer()
    pieces: list[str] = []

    with fake_provider("stall") as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url, timeout_seconds=30)
        started = time.monotonic()
        speech = speak(
            npc=npc,
            heard=[Turn("user", "What is a comet?", "Ada")],
            player=None,
            on_text=pieces.append,
            should_stop=lambda: len(pieces) == 3,
        )
        waited = time.monotonic() - started
        is_closed = server.hung_up.wait(2)

    row = Interaction.objects.get(pk=speech.interaction)
    assert (speech.outcome, speech.text) == ("stopped", "The Moon orbits the Earth in about 27 days [1].")
    assert row.tokens_in > 0
    assert row.tokens_out == token_estimate("".join(WORDS))
    assert waited < 1
    assert is_closed


def test_a_stop_also_ends_the_built_in_engine():
    pieces: list[str] = []

    speech = speak(
        npc=astronomer(),
        heard=[Turn("user", "What is a comet?")],
        player=None,
        on_text=pieces.append,
        should_stop=lambda: len(pieces) == 2,
    )

    assert speech.outcome == "stopped"
    assert len(pieces) == 2


def test_the_manifest_is_kept_with_the_answer():
    npc = astronomer()

    with fake_provider() as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        ask(npc, "What is a comet?")

    row = Interaction.objects.get()
    assert [part["section"] for part in row.manifest] == ["rules", "persona", "knowledge", "history"]
    assert (row.provider, row.revision.number) == (npc.provider, 1)
    assert str(KnowledgeItem.objects.get(text=COMET).pk) in str(row.manifest)
    assert COMET not in str(row.manifest)


def test_sections_hear_which_of_their_entries_stood_in_a_prompt(monkeypatch):
    heard_of = []
    monkeypatch.setattr(sections, "_fillers", {})
    sections.register(
        "memory",
        lambda occasion: [Entry("Ada likes comets.", "memory:1")],
        placed=lambda occasion, sources: heard_of.append((occasion.place.key, list(sources))),
    )
    npc = astronomer()
    place = sections.Place("room", uuid4())

    with fake_provider() as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        speak(npc=npc, heard=[Turn("user", "Hi")], player=None, on_text=lambda piece: None, place=place)

    assert "Ada likes comets." in server.requests[0]["messages"][1]["content"]
    assert heard_of == [(place.key, ["memory:1"])]


def test_a_section_that_does_not_exist_or_is_filled_is_refused():
    with pytest.raises(LookupError):
        sections.register("gossip", lambda occasion: [])
    with pytest.raises(ValueError, match="already filled"):
        sections.register("knowledge", lambda occasion: [])


@pytest.mark.django_db(transaction=True)
def test_speaking_is_refused_inside_a_transaction():
    npc = astronomer()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        ask(npc, "What is a comet?")


@pytest.mark.django_db(transaction=True)
def test_speaking_works_where_nothing_is_open():
    assert ask(astronomer(), "What is a comet?").outcome == "ok"


def test_a_character_without_anything_heard_still_says_something():
    assert ask(astronomer()).text
