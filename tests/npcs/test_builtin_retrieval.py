import numpy as np
import pytest

from npcs.builtin import embedder
from npcs.builtin.retrieval import Index, Passage
from tests.npcs.data.builtin_notes import notes

QUESTIONS = [
    ("Why do volcanoes erupt?", 1),
    ("How much honey do bees make from nectar?", 2),
    ("What makes the water in the ocean go up and down?", 3),
    ("Who looked after the lighthouse?", 4),
    ("Why does dough rise?", 5),
    ("How do I protect my king?", 6),
]


def test_vectors_are_normalised_rows_of_the_stated_dimension():
    vectors = embedder.embed(["A comet has a tail.", "Rome had a senate."])

    assert embedder.is_available()
    assert (vectors.shape, vectors.dtype) == ((2, embedder.DIMENSION), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_no_texts_give_no_rows():
    assert embedder.embed([]).shape == (0, embedder.DIMENSION)


def test_sentences_of_one_meaning_are_nearer_than_others():
    volcano, lava, senate = embedder.embed(
        ["Volcanoes erupt molten rock.", "Lava flows from a volcano.", "The senate of Rome voted."]
    )

    assert volcano @ lava > 0.6
    assert volcano @ senate < 0.2


def test_endless_text_is_embedded_by_its_beginning():
    vectors = embedder.embed(["sea " * 100_000, "sea " * 300_000])

    assert vectors[0].tolist() == vectors[1].tolist()


@pytest.mark.parametrize(("question", "expected"), QUESTIONS)
def test_the_right_passage_comes_first(question, expected):
    assert notes().search(question)[0].id == expected


def test_words_alone_find_most_passages():
    index = notes(by_words_only=True)

    found = [next((hit.id for hit in index.search(question)), 0) for question, _ in QUESTIONS]

    assert sum(one == other for one, (_, other) in zip(found, QUESTIONS, strict=True)) >= 5


@pytest.mark.parametrize("question", ["Who was Vorhuld?", "when did vorhuld leave the island"])
@pytest.mark.parametrize("by_words_only", [True, False])
def test_a_rare_name_is_found(question, by_words_only):
    assert notes(by_words_only=by_words_only).search(question)[0].id == 4


def test_a_name_beats_a_passage_that_means_the_same():
    away = Passage(1, "The keepers of the lamp live on the island.", vector=np.array([1.0, 0.0]))
    named = Passage(2, "Later the clerk saw Vorhuld in town.", vector=np.array([0.1, 1.0]))
    others = [
        Passage(number, "The island has a lamp.", vector=np.array([1.0, number / 100]))
        for number in range(3, 12)
    ]
    index = Index([away, *others, named], embed=lambda texts: np.array([[1.0, 0.0]] * len(texts)))

    assert index.search("Who is Vorhuld?")[0].id == 2


def test_a_name_that_meaning_has_found_lets_no_other_words_in():
    named = Passage(1, "Vorhuld kept the lamp of the island.", vector=np.array([1.0, 0.0]))
    near = Passage(2, "The keeper slept below the lamp.", vector=np.array([0.9, 0.1]))
    words = Passage(
        3, "Oil burned. Oil was sold, and oil was shipped with Vorhuld.", vector=np.array([0.1, 1.0])
    )
    others = [Passage(number, f"Page {number}.", vector=np.array([0.2, 1.0])) for number in range(4, 30)]
    index = Index([named, near, words, *others], embed=lambda texts: np.array([[1.0, 0.0]] * len(texts)))

    assert index.search("What oil had Vorhuld?")[0].id == 1


def test_a_passage_that_waits_for_its_vector_is_found_by_words():
    passages = [Passage(1, "Bees dance.", vector=embedder.embed(["Bees dance."])[0])]
    index = Index([*passages, Passage(2, "Yeast eats sugar.")], embed=embedder.embed)

    hits = index.search("What does yeast eat?")

    assert {hit.id: hit.cosine for hit in hits}[2] == 0.0
    assert 2 in [hit.id for hit in hits]


@pytest.mark.parametrize("question", ["", "   ", "\u200b"])
def test_nothing_asked_finds_nothing(question):
    assert notes().search(question) == []


def test_no_passages_find_nothing():
    assert Index([], embed=embedder.embed).search("Why?") == []


def test_the_limit_holds():
    assert len(notes().search("Why does the sea rise?", limit=2)) == 2
