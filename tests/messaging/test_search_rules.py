from datetime import date

import pytest

from messaging.rules.search import Search, excerpt, parse

TODAY = date(2026, 11, 21)


def parsed(text):
    return parse(text, today=TODAY)


def test_words_phrases_and_exclusions_go_to_the_index_as_they_are():
    assert parsed('  red "iron oxide" -rust  ').words == 'red "iron oxide" -rust'


def test_operators_are_taken_out_of_the_words():
    search = parsed('mars from:@ada in:"Red planet" has:link HAS:image is:pinned from:me dust')

    assert search == Search(
        words="mars dust",
        authors=("ada", "me"),
        places=("Red planet",),
        has=("link", "image"),
        only=("pinned",),
    )


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("after:2026-11-01", date(2026, 11, 1), None),
        ("before:2026-11-01", None, date(2026, 11, 1)),
        ("on:2026-11-01", date(2026, 11, 1), date(2026, 11, 2)),
        ("on:today", TODAY, date(2026, 11, 22)),
        ("after:yesterday before:today", date(2026, 11, 20), TODAY),
        ("after:2026-01-01 after:2026-02-01", date(2026, 2, 1), None),
    ],
)
def test_days_open_and_close_a_span(text, since, until):
    search = parsed(text)

    assert (search.since, search.until, search.problems) == (since, until, ())


@pytest.mark.parametrize("text", ["https://example.org/a", "10:30", ":)", "a.b:c", '"from:ada"'])
def test_what_only_looks_like_an_operator_is_a_word(text):
    assert parsed(text) == Search(words=text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("colour:red", "There is no colour: here"),
        ("has:cake", "has: knows link, file, image, poll, reaction, but not cake."),
        ("is:nice", "is: knows pinned"),
        ("before:tomorrow", "like before:2026-11-21"),
        ("on:9999-12-31", "like on:2026-11-21"),
        ("on:2026-02-30", "like on:2026-11-21"),
        ("from: ada", "right after from:"),
        ('in:""', "right after in:"),
        ("-from:ada", "can't be excluded"),
        (" ".join(f"from:p{n}" for n in range(11)), "at most 10 times"),
    ],
)
def test_what_nobody_can_make_out_is_explained(text, hint):
    (problem,) = parsed(text).problems

    assert hint in problem


def test_the_excerpt_stands_around_the_first_word_that_was_looked_for():
    text = "filler " * 100 + "the needle is here " + "more " * 100

    piece = excerpt(text, ["needle", "absent"], length=120)

    assert "needle is here" in piece
    assert (piece[0], piece[-1], len(piece) <= 122) == ("…", "…", True)


def test_a_short_text_is_its_own_excerpt():
    assert excerpt("two\n lines", ["lines"]) == "two lines"
