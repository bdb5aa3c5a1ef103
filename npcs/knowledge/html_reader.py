"""The text of a web page under its headings. Runs in the reading process only.

Scripts, forms and whatever is hidden from people stay behind: a text that nobody sees is not meant for readers.
Pictures are left out with their addresses, and nothing is ever fetched.
"""

import re
from html.parser import HTMLParser
from typing import Any

from npcs.knowledge.limits import Counted

CODE_INDENT = "    "
SILENT = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
        "nav",
        "footer",
        "form",
        "button",
        "select",
        "textarea",
        "dialog",
        "head",
    ]
)
BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "aside",
        "header",
        "blockquote",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "li",
        "table",
        "tr",
        "figure",
        "figcaption",
        "address",
        "details",
        "summary",
        "hr",
        "body",
        "pre",
    ]
)
VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_HEADING = re.compile(r"h([1-6])")
_HIDDEN_STYLE = re.compile(
    r"display:none|visibility:hidden|font-size:0(?![.\d])|opacity:0(?![.\d])|(?:width|height):0(?:px)?(?:;|$)"
    r"|text-indent:-\d{3,}|(?:left|top):-\d{4,}"
)
# How pages without the newer elements say what is around the text and what is the text.
SILENT_ROLES = frozenset({"navigation", "search", "banner", "contentinfo", "dialog", "menu", "toolbar"})
_MAX_HEADING = 120
_MAX_DEPTH = 2000


def read(data: bytes) -> dict[str, Any]:
    """{"sections": [[heading, 0, text], ...], "about": {...}, "left_out": {...}}; the bytes are UTF-8."""
    page = _Page()
    page.feed(data.decode("utf-8", "replace"))
    page.close()
    page.end_section()
    main = [section for section, is_main in page.sections if is_main]
    sections = main if any(text for _, _, text in main) else [section for section, _ in page.sections]
    return {"sections": sections, "about": {"title": page.title[:200]}, "left_out": page.left_out}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sections: list[tuple[list[Any], bool]] = []
        self.title = ""
        self.left_out: dict[str, int] = {"pictures": 0, "hidden": 0}
        self._counted = Counted()
        # Tag, whether what it holds is silent, and whether it is where the text proper stands.
        self._open: list[tuple[str, bool, bool]] = []
        self._path: list[tuple[int, str]] = []
        self._blocks: list[str] = []
        self._line = ""
        self._heading_level = 0
        self._in_title = False
        self._main_depth = 0
        self._was_main = False

    # --- What the parser meets ---------------------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title"
        if tag == "img":
            self.left_out["pictures"] += not self._is_silent
        if tag == "br":
            self._line += "\n" if self._is_code else " "
        if tag in VOID or len(self._open) >= _MAX_DEPTH:
            return
        if tag in {"p", "li", "tr", "dt", "dd", "td", "th"}:
            self._close_unended(tag)
        given = dict(attrs)
        role = (given.get("role") or "").lower()
        hidden = _is_hidden(given) and tag not in {"body", "html"}
        self.left_out["hidden"] += hidden and not self._is_silent
        is_main = tag in {"main", "article"} or role == "main"
        is_silent = hidden or tag in SILENT or role in SILENT_ROLES
        self._open.append((tag, self._is_silent or is_silent, is_main))
        if self._is_silent:
            return
        if is_main:
            self.end_section()
            self._main_depth += 1
        if heading := _HEADING.fullmatch(tag):
            self.end_section()
            self._heading_level = int(heading[1])
        elif tag in BLOCKS:
            self._end_block()
        elif tag in {"td", "th"} and self._line.strip():
            self._line += " | "

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        position = next((i for i in range(len(self._open) - 1, -1, -1) if self._open[i][0] == tag), None)
        if position is None:
            return
        _, was_silent, was_main = self._open[position]
        if not was_silent:
            if _HEADING.fullmatch(tag):
                self._end_heading()
            elif tag in BLOCKS:
                self._end_block(tag)
            if was_main:
                self.end_section()
                self._main_depth -= 1
        del self._open[position:]

    def handle_data(self, data: str) -> None:
        if self._in_title and not self.title:
            self.title = " ".join(data.split())
        if not self._is_silent:
            self._line += self._counted(data)

    # --- What it becomes -----------------------------------------------------------------------------------------

    def end_section(self) -> None:
        """What was read so far belongs to the headings above it."""
        self._end_block()
        text = "\n\n".join(self._blocks).replace("\n\n- ", "\n- ").strip("\n")
        self._blocks = []
        if text:
            heading = " > ".join(title for _, title in self._path)
            self.sections.append(([heading, 0, text], bool(self._main_depth)))

    @property
    def _is_silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    @property
    def _is_code(self) -> bool:
        return any(tag == "pre" for tag, _, _ in self._open)

    def _close_unended(self, tag: str) -> None:
        """A paragraph, an item or a cell ends where the next one begins, even where nobody has said so."""
        if self._open and self._open[-1][0] == tag:
            self.handle_endtag(tag)

    def _end_heading(self) -> None:
        title = " ".join(self._line.replace("¶", " ").split())[:_MAX_HEADING]
        self._line = ""
        if title and self._heading_level:
            self._path = [entry for entry in self._path if entry[0] < self._heading_level]
            self._path.append((self._heading_level, title))
        self._heading_level = 0

    def _end_block(self, tag: str = "") -> None:
        line, self._line = self._line, ""
        if tag == "pre":
            lines = [CODE_INDENT + part.rstrip() for part in line.split("\n") if part.strip()]
            if lines:
                self._blocks.append("\n".join(lines))
            return
        line = " ".join(line.split()).strip("| ")
        if line:
            is_item = any(tag in {"li", "tr"} for tag, _, _ in self._open)
            self._blocks.append(f"- {line.replace(' | ', ', ')}" if is_item else line)


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = "".join((attributes.get("style") or "").lower().split())
    return (
        "hidden" in attributes
        or (attributes.get("aria-hidden") or "").lower() == "true"
        or bool(_HIDDEN_STYLE.search(style))
    )
