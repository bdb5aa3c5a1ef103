"""GIFT, the text format of Moodle: one question a block, blocks apart by empty lines.

// [id:speed-of-light] [tag:difficulty:beginner]
::Light is slow::[plain]Light is slow.{FALSE####It is the fastest that there is.}
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from learning.formats.item import Item, Row, Rows
from learning.formats.texts import decoded, words_of_html

TITLE_LENGTH = 60
ROOT = "$course$/top"

_ESCAPED = re.compile(r"\\([~=#{}:\\n])")
_TO_ESCAPE = re.compile(r"([\\~=#{}:])")
_TITLE = re.compile(r"::((?:[^:\\]|\\.|:(?!:))*)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_MARK = re.compile(r"\[(id|tag):((?:[^\]\\]|\\.)*)\]")
_KEY = re.compile(r"(TRUE|FALSE|T|F)\s*(?:#|\Z)", re.IGNORECASE)
_HTML = re.compile(r"</?[a-zA-Z][^<>]*>|&[a-zA-Z]+;|&#\d+;")
_CONTEXT = re.compile(r"\$\w+\$\Z")
_FIELDS = ("difficulty", "lang", "source", "quote")


@dataclass(slots=True)
class _Block:
    """The lines of one question, and what the comments before it say."""

    line: int
    text: str
    marks: dict[str, str]


def read(data: bytes) -> list[Row]:
    rows = Rows()
    topic = subtopic = ""
    for block in _blocks(decoded(data)):
        if block.text.startswith("$CATEGORY:"):
            topic, subtopic = category_of(block.text.removeprefix("$CATEGORY:").strip())
        else:
            _question(rows, block, topic=topic, subtopic=subtopic)
    return rows.found


def write(items: Iterable[Item]) -> bytes:
    parts: list[str] = []
    current = ("", "")
    for item in items:
        if (item.topic, item.subtopic) != current:
            current = (item.topic, item.subtopic)
            parts.append(f"$CATEGORY: {path_of(*current)}\n")
        parts.append(_written(item))
    return "\n".join(parts).encode()


# --- Reading ---------------------------------------------------------------------------------------------


def _blocks(text: str) -> Iterator[_Block]:
    lines: list[str] = []
    marks: dict[str, str] = {}
    start = 0
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        plain = line.strip()
        if plain.startswith("//"):
            marks |= _marks(plain)
        elif plain.startswith("$CATEGORY:") and not lines:
            yield _Block(number, plain, {})
        elif plain:
            start = start if lines else number
            lines.append(line)
        elif lines:
            yield _Block(start, "\n".join(lines).strip(), marks)
            lines, marks = [], {}


def _marks(comment: str) -> dict[str, str]:
    found = {}
    for kind, value in _MARK.findall(comment):
        name, colon, rest = value.partition(":")
        if kind == "id":
            found["fact_key"] = _plain(value)
        elif colon and name in _FIELDS:
            found[name] = _plain(rest)
    return found


def _plain(value: str) -> str:
    for code, character in (("%0A", "\n"), ("%5D", "]"), ("%5C", "\\"), ("%25", "%")):
        value = value.replace(code, character)
    return value.replace("\\]", "]")


def category_of(path: str) -> tuple[str, str]:
    parts = [part.replace("\0", "/").strip() for part in path.replace("//", "\0").split("/")]
    if parts and _CONTEXT.match(parts[0]):
        parts.pop(0)
    if parts and parts[0] == "top":
        parts.pop(0)
    names = [part for part in parts if part]
    return (names[0], "/".join(names[1:])) if names else ("", "")


def _question(rows: Rows, block: _Block, *, topic: str, subtopic: str) -> None:
    title, text = "", block.text
    if match := _TITLE.match(text):
        title, text = _unescaped(match[1]), text[match.end() :]
    opening, closing = _brace(text, "{", 0), -1
    if opening >= 0:
        closing = _brace(text, "}", opening)
    if (opening < 0) != (_brace(text, "}", 0) < 0) or (opening >= 0 and closing < 0):
        return rows.problem(block.line, "A brace is open that never closes.", text=text)
    if opening < 0:
        return rows.skip(block.line, "description", text=title or text)
    answer, behind = text[opening + 1 : closing].strip(), text[closing + 1 :].strip()
    if behind or not _KEY.match(answer):
        return rows.skip(block.line, _kind(answer, behind), text=title or text[:opening])
    match = _FORMAT.match(text)
    kind = match[1].lower() if match else "moodle"
    return rows.item(
        block.line,
        text=_wording(text[:opening], kind=kind),
        answer=answer[0] in "Tt",
        explanation=_explanation(answer, kind=kind),
        topic=topic,
        subtopic=subtopic,
        **block.marks,
    )


def _brace(text: str, brace: str, start: int) -> int:
    """Where the next brace stands that no backslash covers; -1 without one."""
    position = start
    while position < len(text):
        if text[position] == "\\":
            position += 2
            continue
        if text[position] == brace:
            return position
        position += 1
    return -1


def _wording(text: str, *, kind: str) -> str:
    """The words behind the mark of their format, or in the given one; unmarked text may be HTML."""
    match = _FORMAT.match(text)
    kind = match[1].lower() if match else kind
    wording = _unescaped(text[match.end() :] if match else text)
    is_html = kind == "html" or (kind == "moodle" and _HTML.search(wording) is not None)
    return words_of_html(wording) if is_html else wording


def _explanation(answer: str, *, kind: str) -> str:
    """The general remark, else what is said to those who were wrong or right; in the question's format."""
    special, _, general = answer.partition("####")
    wrong, _, right = special.partition("#")[2].partition("#")
    remarks = (_wording(remark.strip(), kind=kind).strip() for remark in (general, wrong, right))
    return next((remark for remark in remarks if remark), "")


def _kind(answer: str, behind: str) -> str:
    if not answer:
        return "essay"
    if answer.startswith("#"):
        return "numerical"
    if "->" in answer:
        return "matching"
    if "~" in answer:
        return "multiple choice"
    if answer.startswith("="):
        return "short answer"
    return "missing word" if behind else "unknown"


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] == "n" else match[1], text)


# --- Writing ---------------------------------------------------------------------------------------------


def _written(item: Item) -> str:
    marks = [("id", item.fact_key)] if item.fact_key else []
    marks += [("tag", f"{name}:{value}") for name in _FIELDS if (value := getattr(item, name))]
    comment = " ".join(f"[{kind}:{_coded(value)}]" for kind, value in marks)
    remark = f"####{_escaped(item.explanation)}" if item.explanation else ""
    key = "TRUE" if item.answer else "FALSE"
    question = f"::{_escaped(_title(item.text))}::[plain]{_escaped(item.text)}{{{key}{remark}}}\n"
    return f"// {comment}\n{question}" if comment else question


def _title(text: str) -> str:
    return text if len(text) <= TITLE_LENGTH else text[: TITLE_LENGTH - 1].rstrip() + "…"


def _escaped(text: str) -> str:
    return _TO_ESCAPE.sub(r"\\\1", text).replace("\n", "\\n")


def _coded(value: str) -> str:
    for character, code in (("%", "%25"), ("\\", "%5C"), ("]", "%5D"), ("\n", "%0A")):
        value = value.replace(character, code)
    return value


def path_of(topic: str, subtopic: str) -> str:
    names = [name.replace("/", "//") for name in (topic, subtopic) if name]
    return "/".join([ROOT, *names])
