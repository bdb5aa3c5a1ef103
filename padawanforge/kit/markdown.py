"""Markdown to safe HTML: raw HTML is switched off in the parser and what comes out is cleaned again."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from html import escape

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
        "span",
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


def render(text: str, mentions: Mapping[str, str] | None = None) -> SafeString:
    """HTML that may stand in a page; links open without passing on the page's address.

    `mentions` are words of the text that call somebody, each with whom: they are marked, but not inside code.
    """
    tokens = _parser.parse(text)
    if mentions:
        _mark(tokens, mentions)
    html = nh3.clean(
        _parser.renderer.render(tokens, _parser.options, {}),
        tags=ALLOWED_TAGS,
        # Nobody can write a span: raw HTML is off, so these are our marks.
        attributes={
            "a": {"href", "title"},
            "code": {"class"},
            "ol": {"start"},
            "span": {"class", "data-mention"},
        },
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)  # noqa: S308 - cleaned by nh3 in the line above


def _mark(tokens: Iterable[Token], mentions: Mapping[str, str]) -> None:
    words = "|".join(re.escape(word) for word in sorted(mentions, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w./@%+#=&-])(?:{words})(?![\w@]|-\w)")
    for token in tokens:
        if token.type == "inline":
            token.children = [
                new for part in token.children or () for new in _marked(part, pattern, mentions)
            ]


def _marked(part: Token, pattern: re.Pattern[str], mentions: Mapping[str, str]) -> list[Token]:
    """The piece of text itself, or what it is made of when somebody is called in it."""
    if part.type != "text":
        return [part]
    pieces, end = [], 0
    for match in pattern.finditer(part.content):
        word = match.group()
        mark = f'<span class="mention" data-mention="{escape(mentions[word])}">{escape(word)}</span>'
        pieces += [
            Token("text", "", 0, content=part.content[end : match.start()]),
            Token("html_inline", "", 0, content=mark),
        ]
        end = match.end()
    return [*pieces, Token("text", "", 0, content=part.content[end:])] if pieces else [part]


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
