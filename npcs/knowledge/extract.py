"""What a knowledge file says: bytes in, sections of plain text out."""

import re
from dataclasses import dataclass
from pathlib import PurePath

import charset_normalizer
import filetype

from npcs.builtin.sentences import line_sentences
from npcs.builtin.text import clean, inline_text, plain_text
from npcs.knowledge.pdf import read_pdf
from npcs.knowledge.pdf_worker import MAX_CHARACTERS
from npcs.knowledge.refusals import EmptyFile, TooLarge, UnreadableFile, UnsupportedFile

MAX_BYTES = 20 * 1024 * 1024
TEXT_ENDINGS = frozenset({"", ".txt", ".text"})
MARKDOWN_ENDINGS = frozenset({".md", ".markdown"})

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WESTERN = frozenset(
    "àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßšžÀÂÄÁÅÆÇÈÉÊËÍÎÏÑÓÔÖØÚÜ\u2018\u2019“”\u2013—…•°§«»£€©½¼¿¡ ·\xd7²³"
)
_SAMPLE = 64 * 1024
_WEB_PAGE = re.compile(r"\s*+<(?:!doctype html|html|\?xml|svg)", re.IGNORECASE)
_HEADING = re.compile(r"[ ]{0,3}(#{1,6})[ \t]++(\S[^\n]*+)")
_FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
_CLOSING_MARKS = re.compile(r"(?<![ \t#])[ \t]++#++[ \t]*+$")
_HOW = "Use a PDF, a Markdown file (.md) or plain text (.txt)."


@dataclass(frozen=True, slots=True)
class Section:
    """Text under one heading; the page is 0 where there are none."""

    heading: str
    page: int
    text: str


@dataclass(frozen=True, slots=True)
class Extraction:
    kind: str  # "text", "markdown" or "pdf"
    sections: list[Section]


def extract(data: bytes, *, name: str) -> Extraction:
    """The sections of an uploaded file, or a refusal that says how to mend it."""
    if len(data) > MAX_BYTES:
        raise TooLarge(f"The file is larger than {MAX_BYTES // 1024**2} MB. Split it into parts.")
    if not data.strip(b"\x00 \t\r\n"):
        raise EmptyFile("The file is empty. Check that you saved it before the upload.")
    kind = _kind(data, ending=PurePath(name).suffix.lower())
    sections = _pdf_sections(data) if kind == "pdf" else _text_sections(data, kind=kind)
    filled = [section for section in sections if section.text.strip()]
    if not filled:
        raise EmptyFile("The file has headings or marks only. Add some sentences to learn from.")
    return Extraction(kind, filled)


def _kind(data: bytes, *, ending: str) -> str:
    """By content; the name only tells Markdown from plain text."""
    guess = filetype.guess(data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if guess is not None and not any(data.startswith(mark) for mark, _ in _MARKS):
        raise UnsupportedFile(f"This is a .{guess.extension} file. {_HOW}")
    if ending == ".pdf":
        raise UnreadableFile("The name says PDF, but the content is not. Save it anew as PDF.")
    if ending in MARKDOWN_ENDINGS:
        return "markdown"
    if ending in TEXT_ENDINGS:
        return "text"
    raise UnsupportedFile(f"Files with the ending {ending[:20]} are not read here. {_HOW}")


def _text_sections(data: bytes, *, kind: str) -> list[Section]:
    text = clean(decode(data))
    if len(text) > MAX_CHARACTERS:
        raise TooLarge(f"The text has more than {MAX_CHARACTERS:,} characters. Split it into parts.")
    if _WEB_PAGE.match(text):
        raise UnsupportedFile(f"This is a web page or XML. Copy its text out first. {_HOW}")
    if kind == "markdown":
        return _markdown_sections(text)
    return [Section("", 0, _paragraphs(text))]


def decode(data: bytes) -> str:
    """Text in whatever encoding it was saved, refused if it is not text at all."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding)
    controls = sum(data[:_SAMPLE].count(code) for code in range(32) if code not in (9, 10, 12, 13))
    if controls > len(data[:_SAMPLE]) // 200:
        raise UnsupportedFile(f"The content is not text, whatever the name says. {_HOW}")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _decoded(data, _legacy_encoding(data))


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        raise UnreadableFile(
            "The letters of this text cannot be read. Save the file as UTF-8 and try again."
        ) from error


def _legacy_encoding(data: bytes) -> str:
    # Short Western texts are what a statistical guess gets wrong most often.
    western = data.decode("cp1252", "replace")
    special = [letter for letter in western if letter > "\x7f"]
    if sum(letter in _WESTERN for letter in special) > 0.9 * len(special) and (
        len(special) < 0.2 * len(western) and "\ufffd" not in special
    ):
        return "cp1252"
    best = charset_normalizer.from_bytes(data[:_SAMPLE]).best()
    return best.encoding if best is not None else "cp1252"


def _paragraphs(text: str) -> str:
    """Plain text: blank lines part paragraphs, short lines are a list or verse and stay."""
    blocks: list[str] = []
    for block in re.split(r"\n[ \t]*+\n", text):
        lines = [" ".join(line.split()) for line in block.split("\n") if line.strip()]
        wrapped = [line for line in lines[:-1] if len(line) > 50]
        joint = " " if len(wrapped) * 2 > len(lines[:-1]) else "\n"
        blocks.append(joint.join(lines))
    return "\n\n".join(block for block in blocks if block)


def _markdown_sections(text: str) -> list[Section]:
    path: list[tuple[int, str]] = []
    sections: list[Section] = []
    body: list[str] = []
    fence = ""

    def close() -> None:
        heading = " > ".join(title for _, title in path)
        sections.append(Section(heading, 0, plain_text("\n".join(body))))
        body.clear()

    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or fence == mark[1]):
            fence = "" if fence else mark[1]
        heading = None if fence else _HEADING.match(line)
        if heading is None:
            body.append(line)
            continue
        close()
        level = len(heading[1])
        path = [entry for entry in path if entry[0] < level]
        path.append((level, inline_text(_CLOSING_MARKS.sub("", heading[2]))[:120]))
    close()
    return sections


def _pdf_sections(data: bytes) -> list[Section]:
    """One section a page; a sentence that runs on belongs to the page where it begins."""
    sections: list[Section] = []
    for page in read_pdf(data):
        text = page.text
        if sections and sections[-1].text and text[:1].islower():
            before = sections[-1]
            if before.text[-1] not in '.!?:"”':
                first, _, rest = text.partition("\n\n")
                head, *others = line_sentences(first)
                sections[-1] = Section(before.heading, before.page, f"{before.text} {head}")
                text = "\n\n".join(part for part in (" ".join(others), rest) if part)
        sections.append(Section(page.heading, page.number, text))
    return sections
