"""Markdown to safe HTML: raw HTML is switched off in the parser and what comes out is cleaned again."""

import unicodedata

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

ALLOWED_TAGS = set(
    [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
# Images would load from elsewhere (and betray the reader's address); headings would break the page's outline.
_parser.disable(["image"])

_INVISIBLE = dict.fromkeys(
    [0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF]
)


def render(text: str) -> SafeString:
    """HTML that may stand in a page; links open without passing on the page's address."""
    html = nh3.clean(
        _parser.render(text),
        tags=ALLOWED_TAGS,
        attributes={"a": {"href", "title"}, "code": {"class"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)  # noqa: S308 - cleaned by nh3 in the line above


def spoken(text: str) -> str:
    """What somebody says himself: the text without its markup and without code, which only quotes."""
    return "\n".join(_spoken_line(token) for token in _parser.parse(text) if token.type == "inline")


def _spoken_line(inline: Token) -> str:
    said = {"text": lambda part: part.content, "softbreak": lambda part: "\n", "hardbreak": lambda part: "\n"}
    # A word must not grow together with the word behind the code.
    said["code_inline"] = lambda part: " "
    return "".join(said[part.type](part) for part in inline.children or () if part.type in said)


def clean_text(text: str) -> str:
    """What people type, ready to store: NFC, without NUL, control, zero-width and direction characters.

    PostgreSQL refuses NUL and lone surrogates, SQLite stores them; both databases shall hold the same.
    """
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(_INVISIBLE)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
