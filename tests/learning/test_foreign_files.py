"""Files of other programs: what is no statement is named and left alone, what is no such file is refused."""

import json
import sqlite3
import zipfile
from hashlib import sha256
from io import BytesIO

import pytest

from learning.formats import aiken, anki, archive, gift, moodle_xml, qti, tables
from learning.formats.item import Item, Unreadable
from learning.formats.texts import words_of_html, zipped

# --- GIFT ------------------------------------------------------------------------------------------------


GIFT = r"""// question: 1  name: moons
$CATEGORY: $course$/top/Astronomy/Moons

::Moons::[html]<p>The Moon has <b>no</b> air &amp; wind.</p>{T#Think of the flag.#Yes.}

// [id:sun-star] [tag:difficulty:basic]
The Sun is a planet. {FALSE#wrong#right####It is a star.}

Who is buried in Grant's tomb?{=Grant =Ulysses}

Two plus two {#4:0}

Pick one {~one =two}

Match {=a -> 1 =b -> 2}

Write about it {}

The {=sky} is blue.

Just a remark.

Broken { T
"""


def test_gift_knows_feedback_categories_marks_and_html():
    rows = gift.read(GIFT.encode())

    assert [row.item for row in rows if row.item] == [
        Item("The Moon has no air & wind.", True, "Think of the flag.", "Astronomy", "Moons"),
        Item("The Sun is a planet.", False, "It is a star.", "Astronomy", "Moons", "beginner", fact_key="sun-star"),
    ]  # fmt: skip


def test_other_questions_of_gift_are_named_with_their_line():
    rows = gift.read(GIFT.encode())

    assert [(row.line, row.skipped or row.problem) for row in rows if not row.item] == [
        (9, "short answer"),
        (11, "numerical"),
        (13, "multiple choice"),
        (15, "matching"),
        (17, "essay"),
        (19, "short answer"),
        (21, "description"),
        (23, "A brace is open that never closes."),
    ]


# --- Aiken -----------------------------------------------------------------------------------------------


def test_aiken_takes_true_and_false_in_any_order_and_skips_other_choices():
    text = "Ice floats.\nA. False\nB. True\nANSWER: B\nPick.\nA) x\nB) y\nANSWER: A\n\nOpen end\nA) True\n"

    rows = aiken.read(text.encode())

    assert [(row.line, row.item and row.item.answer, row.skipped, bool(row.problem)) for row in rows] == [
        (1, True, "", False),
        (5, None, "multiple choice", False),
        (10, None, "", True),
    ]


# --- Tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "'=1", "''-2", "plain", "'plain", ""])
def test_formulas_are_written_as_words_and_read_as_they_were(cell):
    written = tables.guarded(cell)

    assert not written.startswith(("=", "+", "-", "@"))
    assert tables.unguarded(written) == cell


def test_tables_find_their_delimiter_names_and_lines():
    table = 'Question;Key;Level\n"Two\nlines";yes;hard\nx;maybe;\n\ny;0;beyond\nz;1;;more\n'

    rows = tables.read(table.encode("utf-16"))

    assert rows[0].item == Item("Two lines", True, difficulty="advanced")
    assert [(row.line, row.problem) for row in rows[1:]] == [
        (4, "The answer 'maybe' is neither true nor false."),
        (6, "The difficulty 'beyond' is none of beginner, intermediate, advanced, expert."),
        (7, "4 cells, but 3 columns."),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a,b\n1,2\n", "The first line must name the columns"),
        (b"text,answer,statement\nx,1,y\n", "names a column twice"),
        (b'text,answer\n"open,1\n', "breaks off in line 2"),
        (b"text,answer\n" + b"x,1\n" * 5001, "more than 5000 questions"),
        (b"text,answer\n" + b"x" * 3_000_000, "more than 2 MB"),
        (b"\xff\xfe\xff", "own encoding"),
    ],
)
def test_tables_that_cannot_be_taken_say_why(data, reason):
    with pytest.raises(Unreadable, match=reason):
        tables.read(data)


# --- XML -------------------------------------------------------------------------------------------------


MOODLE = """<?xml version="1.0"?>
<quiz>
<question type="category"><category><text>$course$/top/Chemistry</text></category></question>
<question type="truefalse"><name><text>n</text></name>
 <questiontext format="html"><text><![CDATA[<p>Salt dissolves &lt;fast&gt;.</p>]]></text></questiontext>
 <answer fraction="0"><text>true</text><feedback format="html"><text>No.</text></feedback></answer>
 <answer fraction="100"><text>false</text><feedback><text>Yes.</text></feedback></answer>
</question>
<question type="multichoice"><questiontext><text>Which?</text></questiontext></question>
<question type="truefalse"><questiontext><text>Both?</text></questiontext>
 <answer fraction="100"><text>true</text></answer><answer fraction="100"><text>false</text></answer></question>
</quiz>"""


def test_moodle_xml_knows_categories_fractions_and_feedback():
    rows = moodle_xml.read(MOODLE.encode())

    assert rows[0].item == Item("Salt dissolves <fast>.", False, "No.", "Chemistry")
    assert [(row.line, row.skipped, row.problem) for row in rows[1:]] == [
        (9, "multichoice", ""),
        (10, "", "Exactly one of the two answers must be worth something."),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<!DOCTYPE q [<!ENTITY a "b">]><quiz>&a;</quiz>', "entities or a document type"),
        (b"<quiz><question></quiz>", "breaks off in line 1"),
        (b"<other/>", "must be quiz"),
        (b"<a>" * 70 + b"</a>" * 70, "nested too deeply"),
        (b'<?xml version="1.0" encoding="nonsense"?><quiz/>', "encoding"),
    ],
)
def test_xml_that_cannot_be_taken_says_why(data, reason):
    with pytest.raises(Unreadable, match=reason):
        moodle_xml.read(data)


QTI2 = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i" title="t">
<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">
<correctResponse><value>B</value></correctResponse></responseDeclaration>
<itemBody><p>Consider.</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">
<prompt>Iron is a gas.</prompt>
<simpleChoice identifier="A">{a}</simpleChoice><simpleChoice identifier="B">{b}</simpleChoice>
</choiceInteraction>{more}</itemBody></assessmentItem>"""


def test_qti_2_items_are_read_as_files():
    rows = qti.read(QTI2.format(a="True", b="False", more="").encode())

    assert [row.item for row in rows] == [Item("Consider. Iron is a gas.", False)]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"a": "Yes, always"}, "multiple choice"),
        ({"more": '<extendedTextInteraction responseIdentifier="X"/>'}, "several questions in one"),
        ({"more": '<img src="x.png"/>'}, "choice with media"),
    ],
)
def test_other_items_of_qti_are_skipped(changes, kind):
    rows = qti.read(QTI2.format(**({"a": "True", "b": "False", "more": ""} | changes)).encode())

    assert [row.skipped for row in rows] == [kind]


# --- Archives --------------------------------------------------------------------------------------------


def bomb(size):
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("statements.jsonl", b"0" * size)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bomb(3_000_000), "far more than it should"),
        (b"PK\x03\x04nothing", "can't be opened"),
        (b"PK" + b"0" * (21 * 2**20), "more than 20 MB"),
        (zipped([("other.txt", b"x")]), "manifest.json can't be read"),
        (zipped([("manifest.json", b"[]")]), "no statements of ours"),
    ],
)
def test_archives_that_cannot_be_taken_say_why(data, reason):
    with pytest.raises(Unreadable, match=reason):
        archive.read(data)


def test_an_archive_that_was_tampered_with_is_refused():
    content = b'{"answer": true, "text": "x"}\n'
    manifest = {
        "kind": archive.KIND,
        "version": 1,
        "files": {archive.STATEMENTS: sha256(b"other").hexdigest()},
    }

    with pytest.raises(Unreadable, match="changed after it was written"):
        archive.read(
            zipped([("manifest.json", json.dumps(manifest).encode()), ("statements.jsonl", content)])
        )


def test_the_newest_decks_are_refused_with_a_way_out():
    with pytest.raises(Unreadable, match="Support older Anki versions"):
        anki.read(zipped([("collection.anki21b", b"x"), ("collection.anki2", b"y")]))


def deck(script):
    with sqlite3.connect(":memory:") as database:
        database.executescript(script)
        return zipped([("collection.anki2", database.serialize())])


NOTES = "CREATE TABLE notes (id, mid, flds, tags);"
COL = "CREATE TABLE col (models); INSERT INTO col VALUES ('{}');"


def test_foreign_notes_that_answer_true_or_false_are_taken():
    script = f"""{COL}{NOTES}
    INSERT INTO notes VALUES (1, 1, 'Gold &amp; silver rust.' || char(31) || '<b>False.</b><br>They do not.',
      ' topic::Noble_metals ');
    INSERT INTO notes VALUES (2, 1, 'Capital of France?' || char(31) || 'Paris', '');"""

    rows = anki.read(deck(script))

    assert rows[0].item == Item("Gold & silver rust.", False, "They do not.", "Noble metals")
    assert [(row.line, row.skipped) for row in rows[1:]] == [(2, "card")]


@pytest.mark.parametrize(
    "script",
    [
        f"{COL} CREATE VIEW notes AS SELECT 1 AS id, 1 AS mid, 'a' AS flds, 'b' AS tags;",
        f"{COL}{NOTES} INSERT INTO notes VALUES (1, 1, 'x', 'y'); DROP TABLE col;",
        f"{NOTES} CREATE TABLE col (models); INSERT INTO col VALUES ('not json');",
    ],
)
def test_decks_that_play_tricks_are_damaged(script):
    with pytest.raises(Unreadable, match="damaged"):
        anki.read(deck(script))


def test_notes_in_text_keep_to_their_directives():
    text = "#separator:semicolon\n#html:false\n#columns:Statement;Answer;Explanation\nA < B;true;Sure\nWhy?;42;\n"

    rows = anki.read_text(text.encode())

    assert rows[0].item == Item("A < B", True, "Sure")
    assert [(row.line, row.skipped) for row in rows[1:]] == [(5, "card")]


def test_html_becomes_the_words_that_a_reader_sees():
    html = "<h1>A</h1><p>b &amp; c<br>d</p><script>alert(1)</script><style>x</style><li>e</li>"

    assert words_of_html(html).split("\n") == ["A", "", "b & c", "d", "", "e"]
