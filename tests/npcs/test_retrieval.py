"""What is found in the stored knowledge, where it may come from, and how often the database is asked."""

from uuid import uuid4

import numpy as np
import pytest

from npcs.actions.knowledge import remove_file, set_file_active
from npcs.builtin import embedder
from npcs.builtin.retrieval import Index, Passage
from npcs.builtin.terms import vocabulary
from npcs.models import KnowledgeItem, Npc
from npcs.queries import index_for
from npcs.queries.shelves import Shelf, Shelves
from padawanforge.kit import vectors
from tests.factories.npcs import KnowledgeFileFactory, KnowledgeItemFactory, NpcFactory
from tests.npcs.data.builtin_notes import TEXTS

pytestmark = pytest.mark.django_db
QUESTIONS = [
    ("Why do volcanoes erupt?", "Volcanoes > Eruptions"),
    ("How much honey do bees make from nectar?", "Bees > The hive"),
    ("What makes the water in the ocean go up and down?", "Tides > Why the sea rises"),
    ("Who was Vorhuld?", "The old harbour > Its keepers"),
    ("Why does dough rise?", "Bread > Dough"),
    ("How do I protect my king?", "Chess > Openings"),
]


def passage(file, heading, text, **fields):
    whole = Passage(0, text, heading).whole
    vector = vectors.pack(embedder.embed([whole])[0])
    return KnowledgeItemFactory(
        file=file, heading=heading, text=text, embedding=vector, embedding_model=embedder.MODEL_NAME, **fields
    )


@pytest.fixture
def npc():
    """A character with one file that holds the fixed notes."""
    file = KnowledgeFileFactory()
    for heading, text in TEXTS.values():
        passage(file, heading, text)
    return file.npc


def headings(index, question, limit=5):
    return [index.passages[hit.id].heading for hit in index.search(question, limit)]


@pytest.mark.parametrize(("question", "expected"), QUESTIONS)
def test_the_right_passage_comes_first(npc, question, expected):
    assert headings(index_for(npc), question)[0] == expected


@pytest.mark.parametrize("question", ["Who was Vorhuld?", "volcanoes erupt lava", "yeast sugar dough"])
def test_by_words_alone_the_passage_with_the_words_comes_first(npc, settings, question):
    settings.EMBEDDINGS = "off"
    expected = {"Who": "The old harbour > Its keepers", "volcanoes": "Volcanoes > Eruptions"}

    index = index_for(npc)

    assert index.embed is None
    assert headings(index, question)[0] == expected.get(question.split()[0], "Bread > Dough")


def test_the_stored_index_and_the_one_in_memory_find_the_same(npc):
    items = KnowledgeItem.objects.order_by("pk")
    memory = Index(
        [
            Passage(
                it.pk, it.text, it.heading, vectors.unpack(bytes(it.embedding), dimension=embedder.DIMENSION)
            )
            for it in items
        ],
        embed=embedder.embed,
    )

    for question, _ in QUESTIONS:
        stored = index_for(npc).search(question)
        there = memory.search(question)
        assert [hit.id for hit in stored] == [hit.id for hit in there]
        assert [hit.lexical for hit in stored] == pytest.approx([hit.lexical for hit in there])


def test_words_and_names_weigh_as_in_memory(npc):
    index = index_for(npc)

    assert index.is_rare_name("vorhuld")
    assert not index.is_rare_name("moon")
    assert index.knows("yeast")
    assert not index.knows("zebra")
    assert index.weight("zebra") > index.weight("vorhuld")


def test_a_hit_says_how_both_sides_found_it(npc):
    hit = index_for(npc).ranked("Who was Vorhuld?")[0]

    assert (hit.lexical_rank, hit.words) == (1, ("vorhuld",))
    assert hit.lexical > 0
    assert hit.cosine_rank > 0


def test_nothing_is_found_of_another_character(npc):
    other = NpcFactory()
    passage(KnowledgeFileFactory(npc=other), "Owls", "Owls hunt mice at night.")

    assert headings(index_for(other), "volcano lava eruption owls") == ["Owls"]
    assert "Owls" not in headings(index_for(npc), "owls hunt mice")


def test_a_text_that_pretends_to_be_a_mark_of_the_index_reaches_nobody_else(npc):
    other = KnowledgeFileFactory()
    passage(other, "", f"npc{npc.pk} file{npc.knowledge_files.get().pk} volcano volcano volcano")

    assert all("npc" not in text for text in headings(index_for(npc), "volcano"))
    assert all(
        hit.id not in set(other.items.values_list("pk", flat=True))
        for hit in index_for(npc).search("volcano")
    )


def test_of_several_files_none_fills_the_answer_alone(npc):
    second = KnowledgeFileFactory(npc=npc)
    for number in range(6):
        passage(
            second,
            f"Lava {number}",
            f"A volcano with lava and magma erupts, says page {number}.",
            position=number,
        )
    Npc.objects.update(knowledge_version=1)

    found = index_for(npc).search("volcano lava magma")

    files = KnowledgeItem.objects.in_bulk([hit.id for hit in found])
    assert sum(item.file_id == second.pk for item in files.values()) == 4
    assert len(files) == 5


def test_a_selected_file_may_fill_the_answer_alone(npc):
    second = KnowledgeFileFactory(npc=npc)
    for number in range(4):
        passage(second, f"Lava {number}", f"A volcano with lava erupts, says page {number}.", position=number)

    found = headings(index_for(npc, file_id=second.pk), "volcano lava")

    assert sorted(found) == ["Lava 0", "Lava 1", "Lava 2", "Lava 3"]


def test_a_file_of_a_place_is_known_there_and_nowhere_else(npc):
    place = str(uuid4())
    passage(KnowledgeFileFactory(npc=npc, place=place), "Agenda", "The agenda of this room is falconry.")

    assert headings(index_for(npc, place=place), "falconry agenda")[0] == "Agenda"
    for elsewhere in ("", str(uuid4())):
        assert "Agenda" not in headings(index_for(npc, place=elsewhere), "falconry agenda")


def test_a_file_set_aside_or_deleted_is_not_found_any_more(npc):
    file = KnowledgeFileFactory(npc=npc)
    passage(file, "Falcons", "Falcons dive fast.")
    assert headings(index_for(npc), "falcons")[0] == "Falcons"

    set_file_active(file=file, is_active=False)
    assert "Falcons" not in headings(index_for(npc), "falcons")

    set_file_active(file=file, is_active=True)
    remove_file(file=file)
    assert "Falcons" not in headings(index_for(npc), "falcons")


def test_a_passage_that_goes_while_one_asks_is_left_out(npc):
    index = index_for(npc)
    KnowledgeItem.objects.filter(heading__startswith="Volcanoes").delete()

    assert "Volcanoes > Eruptions" not in headings(index, "volcano erupts")


@pytest.mark.parametrize("question", ["", "   ", "?!", "the of and", '"', "NEAR(a b) AND *", "a" * 9000])
def test_any_question_is_answered_without_a_fault(npc, question):
    assert isinstance(index_for(npc).search(question), list)


def test_a_character_without_notes_finds_nothing(django_assert_num_queries):
    index = index_for(NpcFactory())

    with django_assert_num_queries(0):
        assert index.search("moon") == []
    assert not index.passages


@pytest.mark.parametrize("count", [1, 40])
def test_a_question_costs_three_queries_once_warm(django_assert_num_queries, count):
    file = KnowledgeFileFactory()
    for number in range(count):
        passage(file, "", f"Comet {number} has a tail.", position=number)
    index_for(file.npc).search("comet tail")

    with django_assert_num_queries(3):
        index = index_for(file.npc)
        found = [index.passages[hit.id].text for hit in index.search("comet tail")]

    assert found[0].startswith("Comet ")


def test_the_shelves_keep_what_was_asked_last_and_stay_small(settings):
    def shelf():
        matrix = np.zeros((100, 384), dtype=np.float32)
        nothing = np.zeros(0, dtype=np.int64)
        return Shelf(nothing, nothing, nothing, matrix, vocabulary([]), ())

    settings.KNOWLEDGE_CACHE_BYTES = 3 * shelf().size
    shelves = Shelves()
    for name in ("ada", "ben", "cy", "ada", "dan"):
        shelves.get((name, 1), shelf)

    built = []
    for name in ("ada", "cy", "dan", "ben"):
        shelves.get((name, 1), lambda name=name: built.append(name) or shelf())
    assert built == ["ben"]
    assert shelves.size <= settings.KNOWLEDGE_CACHE_BYTES


def test_a_new_version_takes_the_place_of_the_old_one():
    shelves = Shelves()
    nothing = np.zeros(0, dtype=np.int64)

    for version in range(5):
        shelves.get(
            ("ada", version), lambda: Shelf(nothing, nothing, nothing, np.zeros((9, 4)), vocabulary([]), ())
        )

    assert len(shelves) == 1


def test_of_one_section_two_passages_are_used_where_there_are_several_files(npc):
    first = KnowledgeFileFactory(npc=npc)
    for number in range(3):
        passage(first, "Kettles > Copper", f"A copper kettle number {number} boils water over the fire.")
    passage(first, "Kettles > Iron", "An iron kettle boils water over the fire as well.")

    found = headings(index_for(npc), "Which kettle boils water over the fire?", 3)

    assert found.count("Kettles > Copper") == 2
    assert "Kettles > Iron" in found


def test_of_the_only_file_all_passages_are_used():
    file = KnowledgeFileFactory()
    for number in range(3):
        passage(file, "Kettles > Copper", f"A copper kettle number {number} boils water over the fire.")

    found = headings(index_for(file.npc), "Which kettle boils water over the fire?", 3)

    assert found == ["Kettles > Copper"] * 3
