"""What people write becomes HTML that may stand in a page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from padawanforge.kit import markdown
from padawanforge.kit.markdown import render


def links(text):
    return re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', render(text))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.org", "https://example.org"),
        ("See https://example.org/a_b/c?d=1#e.", "https://example.org/a_b/c?d=1#e"),
        ("(https://example.org/x)", "https://example.org/x"),
        ("https://example.org/Moon_(satellite), he said", "https://example.org/Moon_(satellite)"),
        ("HTTP://example.org!", "HTTP://example.org"),
        ("* https://example.org/in-a-list", "https://example.org/in-a-list"),
        ("**https://example.org**", "https://example.org"),
    ],
)
def test_an_address_is_a_link_without_the_signs_around_it(text, address):
    assert links(text) == [(address, address)]


@pytest.mark.parametrize(
    "text",
    [
        "`https://example.org`",
        "```\nhttps://example.org\n```",
        "javascript://example.org/%0aalert(1)",
        "xhttps://example.org",
        r"https\://example.org",
        "https://",
        "http",
    ],
)
def test_code_and_other_schemes_are_no_links(text):
    assert links(text) == []


def test_an_address_that_is_a_link_already_is_one_link():
    assert links("[https://example.org](https://example.org/x)") == [
        ("https://example.org/x", "https://example.org")
    ]


def test_links_tell_nobody_where_they_are():
    assert 'rel="noopener noreferrer nofollow"' in render("https://example.org")


def test_somebody_who_is_called_beside_an_address_is_marked():
    html = render("@ada see https://example.org/@ada", {"@ada": "uuid"})

    assert html.count("data-mention") == 1
    assert links("see https://example.org/@ada") == [("https://example.org/@ada", "https://example.org/@ada")]


@given(st.text(alphabet="htps:/.()[]*_`<>&\"'\\ @a\n\u200b\u202eé🦊%", max_size=60))
def test_no_text_breaks_out_of_a_link(text):
    html = render("https://" + text)

    assert (
        re.search(r"<(?!/?(?:p|a|em|strong|code|pre|br|ul|ol|li|blockquote|span|hr|del|s|h\d)\b)", html)
        is None
    )
    assert all(address.lower().startswith(("http://", "https://", "mailto:")) for address, _ in links(text))


WORDS = st.text(alphabet="abcXYZ089 ,.;:?!()'-éßßİª日ѪñΩ", min_size=1, max_size=40)


@given(WORDS)
def test_plain_words_look_as_if_they_had_gone_the_whole_way(text):
    assert markdown.render(text) == markdown._rendered(text, None)


@pytest.mark.parametrize(
    "text",
    [
        "1. one",
        "- one",
        "a  \nb",
        "www.example.org",
        "https://example.org",
        "a_b_c",
        "a*b*c",
        "&amp;",
        "a\\!",
        "a\u00a0b",
    ],
)
def test_signs_that_mean_something_go_the_whole_way(text):
    assert markdown.render(text) == markdown._rendered(text, None)
