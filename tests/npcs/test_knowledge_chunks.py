from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from npcs.builtin.sentences import sentences
from npcs.knowledge.chunks import MAX_WORDS, MIN_WORDS, STRETCHED_WORDS, Chunk, chunks_of
from npcs.knowledge.extract import Section

sentence = st.builds(
    lambda words, end: " ".join(["The", *words]) + end,
    st.lists(
        st.sampled_from(["sea", "wind", "ship", "Dr.", "moon", "12", "3.5", "e.g."]), min_size=1, max_size=50
    ),
    st.sampled_from([".", "!", "?", ":"]),
)
paragraph = st.lists(sentence, min_size=1, max_size=8).map(" ".join)
listing = st.lists(sentence, min_size=1, max_size=8).map(lambda items: "\n".join("- " + i for i in items))
code = st.just("    x = 1\n    y = 2")
section = st.builds(
    Section,
    heading=st.sampled_from(["", "Sea", "Sea > Tides"]),
    page=st.integers(0, 5),
    text=st.lists(paragraph | listing | code, min_size=1, max_size=6).map("\n\n".join),
)


def words_of(count: int, name: str = "word") -> str:
    return " ".join(["The", *[name] * (count - 2), "end."])


@settings(max_examples=60, deadline=None)
@given(st.lists(section, max_size=5))
def test_every_sentence_is_in_exactly_one_chunk(sections):
    chunks = chunks_of(sections)

    before = Counter(found for part in sections for found in sentences(part.text))
    after = Counter(found for chunk in chunks for found in sentences(chunk.text))
    assert after == before
    assert [chunk.position for chunk in chunks] == list(range(len(chunks)))


def test_chunks_have_a_size_that_can_be_quoted_and_embedded():
    text = "\n\n".join(" ".join([words_of(20)] * count) for count in (1, 2, 5, 12, 3, 4, 1, 9))

    sizes = [len(chunk.text.split()) for chunk in chunks_of([Section("", 0, text)])]

    assert min(sizes) >= MIN_WORDS
    assert max(sizes) <= STRETCHED_WORDS
    assert sum(size <= MAX_WORDS for size in sizes) >= len(sizes) - 1


def test_a_chunk_knows_heading_page_place_and_keywords():
    text = "Comets grow a tail. A comet is a ball of ice."

    assert chunks_of([Section("Sky > Comets", 3, text)]) == [
        Chunk(text, "Sky > Comets", 3, 0, ["comet", "ball", "grow", "ice", "Sky", "tail"], 0, 45)
    ]


def test_a_new_heading_begins_a_new_chunk():
    sections = [Section("Sea", 0, "It is wet."), Section("Land", 0, "It is dry.")]

    assert [chunk.heading for chunk in chunks_of(sections)] == ["Sea", "Land"]


def test_a_page_break_does_not_part_a_passage():
    sections = [Section("", 1, words_of(40)), Section("", 2, words_of(40, "next"))]

    assert [(chunk.page, len(chunk.text.split())) for chunk in chunks_of(sections)] == [(1, 80)]


def test_a_list_stays_with_the_line_that_announces_it():
    text = f"{words_of(100)}\n\nYou need two things:\n\n- a rope\n- a boat"

    assert chunks_of([Section("", 0, text)])[-1].text.endswith("two things:\n\n- a rope\n- a boat")


def test_nothing_gives_no_chunks():
    assert chunks_of([]) == []
