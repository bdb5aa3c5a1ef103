"""Files of statements: what goes out comes in again, and no file breaks a reader."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.formats import aiken, anki, archive, gift, kinds, moodle_xml, qti
from learning.formats.item import DIFFICULTIES, Item, Unreadable, checked
from learning.formats.texts import zipped
from tests.learning.reading import found

NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("~=#{}:\\/[]<>&\"'%@+-_,;|\t\n $`*()^A)")),
        st.characters(min_codepoint=32, max_codepoint=0x2FFF, blacklist_categories=("Cs", "Cc", "Cf")),
    ),
    max_size=60,
)


@st.composite
def items(draw):
    values = {
        name: draw(NASTY)
        for name in ("text", "explanation", "topic", "subtopic", "source", "quote", "fact_key")
    }
    values["text"] = "x" + values["text"]
    values["topic"] = "T" + values["topic"]
    difficulty = draw(st.sampled_from(["", *DIFFICULTIES]))
    lang = draw(st.sampled_from(["", "en", "pt-BR"]))
    return checked(**values, answer=draw(st.booleans()), difficulty=difficulty, lang=lang)


FULL = [gift, moodle_xml, qti, archive]


@pytest.mark.parametrize("kind", FULL, ids=lambda kind: kind.__name__)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(statements=st.lists(items(), max_size=6))
def test_what_is_written_is_read_as_it_was_and_written_as_before(kind, statements):
    written = kind.write(statements)

    again = found(kind.read(written))

    assert again == statements
    assert kind.write(again) == written


@pytest.mark.parametrize("name", ["csv", "tsv", "anki"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(statements=st.lists(items(), max_size=6))
def test_tables_and_decks_come_back_as_they_were(name, statements):
    kind = kinds.FORMATS[name]
    written = kind.write(statements)

    again = found(kind.read(written))

    assert again == statements
    assert kind.write(again) == written


@settings(max_examples=100, deadline=None)
@given(statements=st.lists(items(), max_size=6))
def test_aiken_keeps_sentence_and_key(statements):
    written = aiken.write(statements)

    again = found(aiken.read(written))

    assert [(one.text, one.answer) for one in again] == [(one.text, one.answer) for one in statements]
    assert aiken.write(again) == written


@pytest.mark.parametrize("name", sorted(kinds.FORMATS))
@settings(max_examples=80, deadline=None)
@given(data=st.binary(max_size=400) | NASTY.map(str.encode))
def test_no_file_breaks_a_reader(name, data):
    try:
        rows = kinds.FORMATS[name].read(data)
    except Unreadable:
        rows = []

    assert all(bool(row.item) + bool(row.skipped) + bool(row.problem) == 1 for row in rows)


WHOLE = [
    Item(f"Number {n} is even.", n % 2 == 0, "Count.\nAgain.", "Sums", fact_key=f"n-{n}") for n in range(3)
]
WRITTEN = {name: kind.write(WHOLE) for name, kind in kinds.WRITABLE.items()}


@pytest.mark.parametrize("name", sorted(kinds.WRITABLE))
@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 0.999), change=st.binary(min_size=1, max_size=12), cut=st.booleans())
def test_no_damage_to_a_file_breaks_its_reader(name, place, change, cut):
    data = bytearray(WRITTEN[name])
    start = int(place * len(data))
    data[start : len(data) if cut else start + len(change)] = change

    try:
        rows = kinds.FORMATS[name].read(bytes(data))
    except Unreadable:
        rows = []

    assert all(bool(row.item) + bool(row.skipped) + bool(row.problem) == 1 for row in rows)


@pytest.mark.parametrize("size", [512, 4096, 9000])
@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 0.999), change=st.binary(min_size=1, max_size=40))
def test_no_damage_to_a_collection_breaks_its_reader(size, place, change):
    data = bytearray(zipfile.ZipFile(BytesIO(WRITTEN["anki"])).read("collection.anki2"))
    start = int(place * min(size, len(data)))
    data[start : start + len(change)] = change

    try:
        rows = anki.read(zipped([("collection.anki2", bytes(data))]))
    except Unreadable:
        rows = []

    assert all(row.item or row.skipped or row.problem for row in rows)


@pytest.mark.parametrize("name", sorted(kinds.WRITABLE))
def test_a_file_is_recognised(name):
    kind = kinds.FORMATS[name]
    data = kind.write([Item("Light is fast.", True, topic="Physics")])

    guessed, rows = kinds.read(data, file_name=f"statements{kind.ending}")

    assert (guessed, [row.item.text for row in rows]) == (name, ["Light is fast."])
