"""Markdown to safe HTML: raw HTML is switched off in the parser and what comes out is cleaned again."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from html import escape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
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

_URL = re.compile(r"(?<![\w/])https?://[^\s<>\"`{}|\\^]+", re.IGNORECASE)
# What ends a sentence ends no address.
_BEHIND_URLS = ".,;:!?'*_~…"

_INVISIBLE = dict.fromkeys(
    [
        *sorted({*range(0x20), *range(0x7F, 0xA0)} - {0x09, 0x0A}),
        0x200B,
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2065),
        *range(0x2066, 0x206A),
        0xFEFF,
    ]
)


def _link(state: StateCore) -> None:
    """Make links of the addresses that somebody wrote as they are, but not of those inside a link.

    Before escaped signs are joined to the text around them: what is escaped is shown as it is.
    """
    for token in state.tokens:
        if token.type != "inline" or "://" not in token.content:
            continue
        depth, pieces = 0, []
        for part in token.children or ():
            depth += part.nesting if part.type in {"link_open", "link_close"} else 0
            pieces += [part] if depth or part.type != "text" else _linked(part.content)
        token.children = pieces


def _linked(text: str) -> list[Token]:
    pieces, end = [], 0
    for match in _URL.finditer(text):
        url = _trimmed(match.group())
        if not _parser.validateLink(target := _parser.normalizeLink(url)):
            continue
        pieces += [
            Token("text", "", 0, content=text[end : match.start()]),
            Token("link_open", "a", 1, attrs={"href": target}),
            Token("text", "", 0, content=url),
            Token("link_close", "a", -1),
        ]
        end = match.start() + len(url)
    return [*pieces, Token("text", "", 0, content=text[end:])]


def _trimmed(url: str) -> str:
    """Without the signs of the sentence around it; a bracket that the address has opened is its own."""
    surplus = url.count(")") - url.count("(")
    end = len(url)
    while end and (url[end - 1] in _BEHIND_URLS or (url[end - 1] == ")" and surplus > 0)):
        surplus -= url[end - 1] == ")"
        end -= 1
    return url[:end]


_parser.core.ruler.before("text_join", "addresses", _link)


# One line that begins with a letter and has no sign that could mean something: most of what people write.
_ONLY_WORDS = re.compile(r"[^\W\d_](?:(?:[^\W_]|[ ,.;:?!()'-])*(?:[^\W_]|[,.;:?!()'-]))?")


def render(text: str, mentions: Mapping[str, str] | None = None) -> SafeString:
    """HTML that may stand in a page; links, bare addresses too, open without passing on the page's address.

    `mentions` are words of the text that call somebody, each with whom: they are marked, but not inside code.
    """
    if not mentions and _ONLY_WORDS.fullmatch(text):
        return mark_safe(f"<p>{text}</p>\n")  # noqa: S308 - no sign in it that HTML knows
    return _rendered(text, mentions)


def _rendered(text: str, mentions: Mapping[str, str] | None) -> SafeString:
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
        # Lines of code are as long as they are: who has only keys scrolls them too.
        set_tag_attribute_values={"pre": {"tabindex": "0"}},
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
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(_INVISIBLE).strip()
