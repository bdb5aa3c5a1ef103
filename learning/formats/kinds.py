"""The formats by name, and which of them a file is in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from learning.formats import aiken, anki, archive, gift, moodle_xml, qti, tables
from learning.formats.item import Item, Row, Unreadable


@dataclass(frozen=True, slots=True)
class Format:
    """`write` is None where only reading makes sense; `keeps` says what a file of it carries."""

    name: str
    label: str
    ending: str
    mime: str
    read: Callable[[bytes], list[Row]]
    write: Callable[[Iterable[Item]], bytes] | None
    keeps: str


FORMATS = {
    one.name: one
    for one in (
        Format("csv", "CSV", ".csv", "text/csv", tables.read, tables.write, "everything"),
        Format(
            "tsv", "TSV", ".tsv", "text/tab-separated-values", tables.read_tsv, tables.write_tsv, "everything"
        ),
        Format("gift", "GIFT", ".gift", "text/plain", gift.read, gift.write, "everything"),
        Format("aiken", "Aiken", ".txt", "text/plain", aiken.read, aiken.write, "sentence and key only"),
        Format(
            "moodle",
            "Moodle XML",
            ".xml",
            "application/xml",
            moodle_xml.read,
            moodle_xml.write,
            "everything",
        ),
        Format("qti", "QTI 3.0 package", ".zip", "application/zip", qti.read, qti.write, "everything"),
        Format("anki", "Anki deck", ".apkg", "application/zip", anki.read, anki.write, "everything"),
        Format("anki-text", "Anki notes in text", ".txt", "text/plain", anki.read_text, None, "the basics"),
        Format(
            "archive",
            "Own archive",
            ".pfq.zip",
            "application/zip",
            archive.read,
            archive.write,
            "everything",
        ),
    )
}
WRITABLE = {name: one for name, one in FORMATS.items() if one.write is not None}


def read(data: bytes, *, file_name: str, kind: str = "") -> tuple[str, list[Row]]:
    """The format that the file is in, and its rows; `kind` where somebody knows it."""
    name = kind or _guess(data, file_name.casefold())
    if name not in FORMATS:
        raise Unreadable("Nobody can tell in which format this file is. Choose it from the list.")
    if not data.strip():
        raise Unreadable("This file is empty.")
    return name, FORMATS[name].read(data)


def _guess(data: bytes, file_name: str) -> str:
    for name in ("archive", "anki", "csv", "tsv", "gift"):
        if file_name.endswith(FORMATS[name].ending):
            return name
    return _guess_zip(data) if data.startswith(b"PK") else _guess_text(data)


def _guess_text(data: bytes) -> str:
    head = data[:4000].lstrip(b"\xef\xbb\xbf \t\r\n")
    signs = (
        ("moodle", head.startswith(b"<") and b"<quiz" in data[:20_000]),
        ("qti", head.startswith(b"<")),
        ("anki-text", head.startswith((b"#separator", b"#html"))),
        ("aiken", b"ANSWER:" in data),
        ("gift", b"{" in data and b"}" in data),
        ("csv", any(mark in head.split(b"\n", 1)[0] for mark in (b",", b";", b"\t"))),
    )
    return next((name for name, is_so in signs if is_so), "")


def _guess_zip(data: bytes) -> str:
    """By the names that the directory of the archive holds in plain."""
    if b"collection.anki2" in data:
        return "anki"
    return "qti" if b"imsmanifest.xml" in data else "archive"
