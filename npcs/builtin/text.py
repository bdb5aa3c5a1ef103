"""Cleaning of text that comes from files and people, and estimates about it.

Every pattern here is linear in the length of the text: strangers choose the text.
"""

import re
import unicodedata
from collections.abc import Iterator

CHARACTERS_PER_TOKEN = 4
CODE_INDENT = "    "

# Zero-width marks, soft hyphens, directional overrides, tags and the byte order mark: they
# change what is shown without being seen.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES = re.compile("[^\\S\n]+")
_LINE_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")

_FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
_HEADING_MARK = re.compile(r"[ ]{0,3}#{1,6}(?:[ \t]|$)")
_RULE = re.compile(r"[ \t]*+(?:[-*_=][ \t]*+){3,}+$")
_QUOTE_MARK = re.compile(r"[ \t]*+(?:>[ \t]?)++")
_BULLET = re.compile(r"[ \t]*+[-*+•▪◦‣·][ \t]++(?:\[[ xX]\][ \t]++)?")
_NUMBERED = re.compile(r"[ \t]*+(\d{1,3})[.)][ \t]++")
_TABLE_RULE = re.compile(r"[ \t]*+\|?[ \t:|-]*-{2,}[ \t:|-]*+$")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_LINK = re.compile(r"!?\[([^\[\]\n]*+)\](?:\([^()\s]*+(?:[ \t]++\"[^\"\n]*+\")?\)|\[[^\[\]\n]*+\])")
_REFERENCE = re.compile(r"[ ]{0,3}\[[^\[\]\n]++\]:[ \t]")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,40}\]")
_EMPHASIS = re.compile(r"(?<![\w*])[*_]{1,3}(?=[^\s*])|(?<=[^\s*])[*_]{1,3}(?![\w*])|~~|`{1,3}")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_PRIVATE_USE = 0xE000
_HIDDEN = re.compile("[\ue021-\ue07e]")
_RISKY = re.compile(r"([\\`*_\[\]<>~|])")


def clean(text: str) -> str:
    """The same words in composed form, without anything invisible; lines and indents stay."""
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", _LINE_BREAKS.sub("\n", text))
    text = _CONTROL.sub("", _INVISIBLE.sub("", text))
    return text.strip("\n")


def invisible(text: str) -> int:
    """How many characters `clean` takes away because nobody sees them; a mark at the very beginning is usual."""
    return len(_INVISIBLE.findall(text.removeprefix("\ufeff")))


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def token_estimate(text: str) -> int:
    """About how many tokens a model would count, on the safe side for English."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def escape_markdown(text: str) -> str:
    """Text that a Markdown renderer shows as it is: no links, images, emphasis or tags."""
    return _RISKY.sub(r"\\\1", text)


def plain_text(markdown: str) -> str:
    """Markdown as paragraphs: a list keeps one "- " line an item, code keeps its indent."""
    paragraphs = ("\n".join(lines) for lines in _paragraphs(_without_comments(clean(markdown))))
    return _BLANK_LINES.sub("\n\n", "\n\n".join(paragraphs)).strip("\n")


def _without_comments(text: str) -> str:
    kept, start = [], 0
    while (opening := text.find("<!--", start)) >= 0:
        closing = text.find("-->", opening)
        if closing < 0:
            break
        kept.append(text[start:opening])
        start = closing + 3
    return "".join([*kept, text[start:]])


def _paragraphs(text: str) -> Iterator[list[str]]:
    """Blocks of finished lines: soft line breaks are joined, marks are gone."""
    block: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        is_fence = mark is not None and fence in ("", mark[1])
        if mark is not None and is_fence:
            fence = "" if fence else mark[1]
        if fence and not is_fence and line.strip():
            block.append(CODE_INDENT + line.rstrip())
        elif is_fence or _ends_block(line):
            if block:
                yield block
            block = []
            if line.strip() and _HEADING_MARK.match(line):
                yield [inline_text(_HEADING_MARK.sub("", line, count=1))]
        elif not fence:
            _add_line(block, line)
    if block:
        yield block


def _ends_block(line: str) -> bool:
    return bool(
        not line.strip()
        or _HEADING_MARK.match(line)
        or _RULE.match(line)
        or _TABLE_RULE.match(line)
        or _REFERENCE.match(line)
    )


def _add_line(block: list[str], line: str) -> None:
    if quote := _QUOTE_MARK.match(line):
        line = line[quote.end() :]
    if _BULLET.match(line):
        block.append("- " + inline_text(_BULLET.sub("", line, count=1)))
    elif number := _NUMBERED.match(line):
        block.append(f"{number[1]}. " + inline_text(line[number.end() :]))
    elif line.strip().startswith("|"):
        cells = (inline_text(cell) for cell in line.strip().strip("|").split("|"))
        block.append("- " + ", ".join(cell for cell in cells if cell))
    elif block and not block[-1].startswith(CODE_INDENT):
        block[-1] = f"{block[-1]} {inline_text(line)}".strip()
    else:
        block.append(inline_text(line))


def inline_text(text: str) -> str:
    """One line without the marks of Markdown inside it."""
    # What is escaped hides in the private use area until the marks are gone.
    text = _ESCAPED.sub(lambda match: chr(_PRIVATE_USE + ord(match[1])), text)
    text = _FOOTNOTE.sub("", _TAG.sub("", text))
    text = _EMPHASIS.sub("", _LINK.sub(r"\1", text))
    text = _HIDDEN.sub(lambda match: chr(ord(match[0]) - _PRIVATE_USE), text)
    return _SPACES.sub(" ", text).strip()
