"""What a knowledge file says: bytes in, sections of plain text out."""

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePath

import charset_normalizer
import filetype

from npcs.builtin.sentences import line_sentences
from npcs.builtin.text import clean, inline_text, invisible, one_line, plain_text
from npcs.knowledge import child
from npcs.knowledge.limits import MAX_CHARACTERS
from npcs.knowledge.pdf import Page, read_pdf
from npcs.knowledge.refusals import EmptyFile, TooLarge, UnreadableFile, UnsupportedFile

MAX_BYTES = 20 * 1024 * 1024
TEXT_ENDINGS = frozenset({"", ".txt", ".text"})
MARKDOWN_ENDINGS = frozenset({".md", ".markdown"})
HTML_ENDINGS = frozenset({".html", ".htm", ".xhtml"})
CSV_ENDINGS = frozenset({".csv", ".tsv"})
KINDS = {
    "text": "text/plain",
    "markdown": "text/markdown",
    "html": "text/html",
    "csv": "text/csv",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
ACCEPTED = ".md,.markdown,.txt,.html,.htm,.pdf,.docx,.csv"

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
_WEB_PAGE = re.compile(r"\s*+(?:<!--[^>]*-->\s*+)?<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_XML = re.compile(r"\s*+<(?:\?xml|svg)", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([-\w]{2,40})", re.IGNORECASE)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_HEADING = re.compile(r"[ ]{0,3}(#{1,6})[ \t]++(\S[^\n]*+)")
_PICTURE = re.compile(r"!\[[^\[\]\n]*+\]\(")
_FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
_CLOSING_MARKS = re.compile(r"(?<![ \t#])[ \t]++#++[ \t]*+$")
_HOW = "Use a PDF, a Word document (.docx), a web page (.html), a table (.csv), Markdown (.md) or plain text (.txt)."


@dataclass(frozen=True, slots=True)
class Section:
    """Text under one heading; the page is 0 where there are none."""

    heading: str
    page: int
    text: str


@dataclass(frozen=True, slots=True)
class Extraction:
    kind: str  # one of KINDS
    sections: list[Section]
    about: dict[str, str] = field(default_factory=dict)  # what the file says of itself: title, author
    left_out: dict[str, int] = field(default_factory=dict)  # what was there and is not knowledge


def extract(data: bytes, *, name: str) -> Extraction:
    """The sections of an uploaded file, or a refusal that says how to mend it."""
    kind = kind_of(data, name=name)
    found = _READERS[kind](data)
    filled = [section for section in found.sections if section.text.strip()]
    if not filled:
        raise EmptyFile("The file has headings or marks only. Add some sentences to learn from.")
    return replace(found, sections=filled)


def kind_of(data: bytes, *, name: str) -> str:
    """What the file is, by its content as far as that tells; what is plainly unusable is refused here."""
    if len(data) > MAX_BYTES:
        raise TooLarge(f"The file is larger than {MAX_BYTES // 1024**2} MB. Split it into parts.")
    if not data.strip(b"\x00 \t\r\n"):
        raise EmptyFile("The file is empty. Check that you saved it before the upload.")
    ending = PurePath(name).suffix.lower()
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04") and b"word/" in data:
        return "docx"
    if data.startswith(_OLD_OFFICE):
        raise UnreadableFile(
            "This document is locked with a password, or in an old format. Save it without a password as DOCX."
        )
    return _kind_of_text(data, ending=ending)


def _kind_of_text(data: bytes, *, ending: str) -> str:
    guess = filetype.guess(data)
    if guess is not None and not any(data.startswith(mark) for mark, _ in _MARKS):
        raise UnsupportedFile(f"This is a .{guess.extension} file. {_HOW}")
    if ending in {".pdf", ".docx"}:
        shown = ending[1:].upper()
        raise UnreadableFile(f"The name says {shown}, but the content is not. Save it anew as {shown}.")
    text = decode(data)
    if _XML.match(text) and not _WEB_PAGE.search(text[:2000]):
        raise UnsupportedFile(f"This is XML. Copy its text out first. {_HOW}")
    if ending in HTML_ENDINGS or _WEB_PAGE.match(text) or _XML.match(text):
        return "html"
    if ending in CSV_ENDINGS:
        return "csv"
    if ending in MARKDOWN_ENDINGS:
        return "markdown"
    if ending in TEXT_ENDINGS:
        return "text"
    raise UnsupportedFile(f"Files with the ending {ending[:20]} are not read here. {_HOW}")


def _text(data: bytes) -> tuple[str, dict[str, int]]:
    """The cleaned text of the file, and how much in it could not be seen."""
    raw = decode(data)
    if len(raw) > MAX_CHARACTERS:
        raise TooLarge(f"The text has more than {MAX_CHARACTERS:,} characters. Split it into parts.")
    return clean(raw), {"invisible": invisible(raw)}


def _read_text(data: bytes) -> Extraction:
    text, left_out = _text(data)
    return Extraction("text", [Section("", 0, _paragraphs(text))], left_out=left_out)


def _read_markdown(data: bytes) -> Extraction:
    text, left_out = _text(data)
    left_out["pictures"] = len(_PICTURE.findall(text))
    return Extraction("markdown", _markdown_sections(text), left_out=left_out)


def _read_pdf(data: bytes) -> Extraction:
    pages, about = read_pdf(data)
    return Extraction("pdf", _pdf_sections(pages), about={**about, "pages": str(len(pages))})


def _read_in_child(kind: str) -> Callable[[bytes], Extraction]:
    def read(data: bytes) -> Extraction:
        found = child.read(kind, data if kind == "docx" else _decoded_page(data).encode("utf-8", "replace"))
        left_out = {**found.get("left_out", {}), "invisible": 0}
        sections = []
        for heading, page, text in found["sections"]:
            left_out["invisible"] += invisible(text)
            sections.append(Section(one_line(heading), page, clean(text)))
        about = {name: one_line(value) for name, value in found["about"].items()}
        return Extraction(kind, sections, about=about, left_out=left_out)

    return read


def _decoded_page(data: bytes) -> str:
    """A web page says itself how its letters are written, where it doesn't begin with a mark."""
    said = _CHARSET.search(data[:2048])
    if said is not None and not any(data.startswith(mark) for mark, _ in _MARKS):
        with contextlib.suppress(LookupError, UnicodeError):
            return data.decode(said[1].decode("ascii"))
    return decode(data)


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


def _pdf_sections(pages: list[Page]) -> list[Section]:
    """One section a page; a sentence that runs on belongs to the page where it begins."""
    sections: list[Section] = []
    for page in pages:
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


_READERS: dict[str, Callable[[bytes], Extraction]] = {
    "text": _read_text,
    "markdown": _read_markdown,
    "pdf": _read_pdf,
    "docx": _read_in_child("docx"),
    "html": _read_in_child("html"),
    "csv": _read_in_child("csv"),
}
