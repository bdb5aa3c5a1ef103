import time

import pytest

from npcs.builtin.sentences import MAX_WORDS, leans_back, sentences
from npcs.builtin.text import clean, escape_markdown, plain_text, token_estimate
from npcs.builtin.words import asked_stems, keywords, rarity, stem, stems


def test_cleaning_takes_out_what_cannot_be_seen():
    assert clean("a\u200bb\u202ec\x00d\ufeff\r\ne\u0301") == "abcd\n\u00e9"


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("## Big **news**\nFirst\nline", "Big news\n\nFirst line"),
        ("See [the *map*](https://example.org/x) and `code`.", "See the map and code."),
        ("- one\n- [x] two\n  goes on", "- one\n- two goes on"),
        ("1. mix\n2) bake", "1. mix\n2. bake"),
        ("> said so\n> twice", "said so twice"),
        ("2*3 = 6 and a * b, snake_case, \\*star\\*", "2*3 = 6 and a * b, snake_case, *star*"),
        ("a<!-- secret -->b <b>bold</b>", "ab bold"),
        ("| A | B |\n|---|---|\n| 1 | 2 |", "- A, B\n\n- 1, 2"),
        ("```py\nx = 1\n\n~~~\n```\nEnd.", "    x = 1\n\n    ~~~\n\nEnd."),
    ],
)
def test_markdown_becomes_plain_paragraphs(markdown, plain):
    assert plain_text(markdown) == plain


def test_escaped_text_survives_the_way_through_markdown():
    text = "![x](javascript:y) <b> a*b*c `d` ~~e~~ | \\"

    assert plain_text(escape_markdown(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works. It really does!", ["It works.", "It really does!"]),
        ("Dr. Smith met J. S. Bach in 1742. Bach left.", ["Dr. Smith met J. S. Bach in 1742.", "Bach left."]),
        ("Take vitamin C. It helps.", ["Take vitamin C.", "It helps."]),
        ('"Really?" he asked. "Yes!" she said.', ['"Really?" he asked.', '"Yes!" she said.']),
        ("See Fig. 3 on p. 12, e.g. below.", ["See Fig. 3 on p. 12, e.g. below."]),
        ("It began at 5 p.m. The U.S. Navy came.", ["It began at 5 p.m.", "The U.S. Navy came."]),
        ("Pi is 3.14. Tau is 6.28.", ["Pi is 3.14.", "Tau is 6.28."]),
        ("- milk\n- eggs\n\nMix them.", ["- milk", "- eggs", "Mix them."]),
        ("1. Mix the flour.\n2. Bake.", ["1. Mix the flour.", "2. Bake."]),
        ("Look:\n\n    a = 1\n    b = 2", ["Look:", "    a = 1\n    b = 2"]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text, expected):
    assert sentences(text) == expected


def test_text_without_full_stops_is_cut_all_the_same():
    found = sentences("word " * 1000)

    assert max(len(sentence.split()) for sentence in found) <= 2 * MAX_WORDS


@pytest.mark.parametrize(
    ("sentence", "leans"),
    [
        ("It grows a tail.", True),
        ("For this reason it shines.", True),
        ("However, nobody came.", True),
        ("As a result the ice melts.", True),
        ("As water cools, it sinks.", False),
        ("Comets grow a tail.", False),
    ],
)
def test_a_sentence_that_points_back_is_known(sentence, leans):
    assert leans_back(sentence) is leans


@pytest.mark.parametrize(
    "forms",
    [
        "erupt erupts erupted erupting eruption",
        "study studies studied studying",
        "make makes making",
        "stop stopped stopping",
        "volcano volcanoes",
        "Earth Earth's",
        "Galapagos Galápagos",
    ],
)
def test_forms_of_a_word_share_a_stem(forms):
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How far away is the Moon?", ["distanc", "moon"]),
        ("how HOT is Venus", ["temperatur", "venus"]),
        ("Is the far side of the Moon dark?", ["far", "sid", "moon", "dark"]),
        ("How farming began", ["farm", "began"]),
    ],
)
def test_a_question_for_a_measure_is_about_the_measure(question, asked):
    assert asked_stems(question) == asked


def test_stop_words_say_nothing():
    assert stems("What is the meaning of this?") == ["mean"]


def test_keywords_are_frequent_here_and_rare_elsewhere():
    texts = ["The comet has a tail. Comets are icy bodies.", "Planets are bodies.", "Moons are bodies."]

    found = keywords(texts[0], limit=2, weights=rarity(texts))

    assert found == ["comet", "icy"]


def test_tokens_are_estimated_on_the_safe_side():
    assert [token_estimate("x" * count) for count in (0, 1, 4, 5)] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "![[]()",
        "*",
        "_a",
        "<a ",
        "<!--",
        "- ",
        ".",
        "| ",
        "> ",
        '[a](b "',
        "a'",
        "\\",
        "#",
        "`",
        "-|",
        "\u0301",
    ],
)
def test_hostile_text_takes_time_in_proportion_to_its_length(unit):
    hostile = (unit * 50_000)[:100_000] + "x"

    begun = time.process_time()
    stems(" ".join(sentences(plain_text(hostile))))

    assert time.process_time() - begun < 2
