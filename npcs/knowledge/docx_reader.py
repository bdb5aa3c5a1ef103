"""The text of a Word document under its headings. Runs in the reading process only.

Only the parts with text are unpacked, each to a limit and never to the disk: what the package claims about
their size is checked against what really comes out. Deleted and hidden text stays behind.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from npcs.knowledge.limits import (
    BROKEN,
    ENCRYPTED,
    FOREIGN,
    MAX_PAGES,
    MAX_PART,
    MAX_PARTS,
    MAX_RATIO,
    MAX_UNPACKED,
    PACKED_TOO_TIGHT,
    TOO_MANY_PAGES,
    Counted,
    Refused,
)

BODY = "word/document.xml"
STYLES = "word/styles.xml"
ABOUT = "docProps/core.xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DC = "{http://purl.org/dc/elements/1.1/}"
HEADING_LEVELS = 6
_MAX_HEADING = 120
_PIECE = 64 * 1024
# Below this even a tight package is small.
_SMALL = 1024**2


def read(data: bytes) -> dict[str, Any]:
    """{"sections": [[heading, page, text], ...], "about": {...}, "left_out": {...}}"""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise Refused(BROKEN) from error
    with package:
        _check(package)
        levels = _levels(_part(package, STYLES)) if STYLES in package.namelist() else {}
        about = _about(_part(package, ABOUT)) if ABOUT in package.namelist() else {}
        document = _Document(levels)
        document.walk(_parsed(_part(package, BODY)))
    return {"sections": document.sections, "about": about, "left_out": document.left_out}


def _check(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(ENCRYPTED)
    if BODY not in package.namelist():
        raise Refused(FOREIGN)
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Refused(PACKED_TOO_TIGHT)
    for entry in entries:
        if entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise Refused(PACKED_TOO_TIGHT)


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    """What really comes out, whatever the package says of it."""
    found = bytearray()
    with package.open(name) as stream:
        while piece := stream.read(_PIECE):
            found += piece
            if len(found) > MAX_PART:
                raise Refused(PACKED_TOO_TIGHT)
    return bytes(found)


def _parsed(data: bytes) -> ElementTree.Element:
    # Word writes no document type; with one come entities that unfold without end or name files of the server.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise Refused(BROKEN)
    return ElementTree.fromstring(data)  # noqa: S314 - no document type, in a process that may be stopped


def _levels(data: bytes) -> dict[str, int]:
    """Which style is a heading, and of which level."""
    levels = {}
    for style in _parsed(data).iter(f"{W}style"):
        name = style.find(f"{W}name")
        title = (name.get(f"{W}val", "") if name is not None else "").lower()
        number = title.removeprefix("heading ").strip()
        if title == "title":
            levels[style.get(f"{W}styleId", "")] = 1
        elif title.startswith("heading ") and number.isdecimal() and 1 <= int(number) <= HEADING_LEVELS:
            levels[style.get(f"{W}styleId", "")] = int(number)
    return levels


def _about(data: bytes) -> dict[str, str]:
    root = _parsed(data)
    found = {"title": root.findtext(f"{DC}title"), "author": root.findtext(f"{DC}creator")}
    return {name: " ".join((text or "").split())[:200] for name, text in found.items()}


class _Document:
    def __init__(self, levels: dict[str, int]) -> None:
        self.sections: list[list[Any]] = []
        self.left_out = {"pictures": 0, "hidden": 0}
        self._levels = levels
        self._path: list[tuple[int, str]] = []
        self._blocks: list[str] = []
        self._counted = Counted()
        self._page = 1
        self._section_page = 1
        self._is_paged = False

    def walk(self, root: ElementTree.Element) -> None:
        body = root.find(f"{W}body")
        for child in body if body is not None else ():
            self._take(child)
        self._end_section()
        if not self._is_paged:
            # Without page breaks nobody knows where the pages end.
            self.sections = [[heading, 0, text] for heading, _, text in self.sections]

    def _take(self, element: ElementTree.Element) -> None:
        if element.tag == f"{W}p":
            self._paragraph(element)
        elif element.tag == f"{W}tbl":
            for row in element.iter(f"{W}tr"):
                cells = [" ".join(self._text(cell).split()) for cell in row.findall(f"{W}tc")]
                if any(cells):
                    self._blocks.append("- " + ", ".join(cell for cell in cells if cell))
        elif element.tag in {f"{W}sdt", f"{W}sdtContent"}:
            for child in element:
                self._take(child)

    def _paragraph(self, paragraph: ElementTree.Element) -> None:
        page = self._page
        text = " ".join(self._text(paragraph).split())
        if self._page != page:
            # The passage that was open ends with the page on which it began.
            self._end_section()
        if not text:
            return
        level = self._level(paragraph)
        if level:
            self._end_section()
            self._path = [entry for entry in self._path if entry[0] < level]
            self._path.append((level, text[:_MAX_HEADING]))
            return
        is_item = paragraph.find(f"{W}pPr/{W}numPr") is not None
        self._blocks.append(f"- {text}" if is_item else text)

    def _level(self, paragraph: ElementTree.Element) -> int:
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        known = self._levels.get(style.get(f"{W}val", ""), 0) if style is not None else 0
        outline = paragraph.find(f"{W}pPr/{W}outlineLvl")
        value = outline.get(f"{W}val", "") if outline is not None else ""
        return known or (int(value) + 1 if value.isdecimal() and int(value) < HEADING_LEVELS else 0)

    def _text(self, element: ElementTree.Element) -> str:
        return "".join(self._pieces(element))

    def _pieces(self, element: ElementTree.Element) -> Iterator[str]:
        for child in element:
            if child.tag in {f"{W}del", f"{W}moveFrom"} or (
                child.tag == f"{W}r" and child.find(f"{W}rPr/{W}vanish") is not None
            ):
                self.left_out["hidden"] += 1
            elif child.tag == f"{W}t":
                yield self._counted(child.text or "")
            elif child.tag in {f"{W}tab", f"{W}br", f"{W}cr"} or child.tag == f"{W}lastRenderedPageBreak":
                self._break(child)
                yield "" if child.tag == f"{W}lastRenderedPageBreak" else " "
            elif child.tag in {f"{W}drawing", f"{W}pict", f"{W}object"}:
                self.left_out["pictures"] += 1
            elif child.tag not in {f"{W}pPr", f"{W}rPr", f"{W}instrText", f"{W}delText"}:
                yield from self._pieces(child)

    def _break(self, element: ElementTree.Element) -> None:
        if element.tag == f"{W}lastRenderedPageBreak":
            self._is_paged = True
            self._page += 1
            if self._page > MAX_PAGES:
                raise Refused(TOO_MANY_PAGES)

    def _end_section(self) -> None:
        text = "\n\n".join(self._blocks).replace("\n\n- ", "\n- ")
        self._blocks = []
        if text:
            self.sections.append([" > ".join(title for _, title in self._path), self._section_page, text])
        self._section_page = self._page
