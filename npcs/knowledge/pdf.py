"""PDF files as pages of text, read by a process that may be stopped at any time."""

import re
from collections import Counter
from dataclasses import dataclass

from npcs.builtin.text import clean
from npcs.knowledge import child
from npcs.knowledge.refusals import NoTextInPdf

# Fewer letters than this in a whole file are page numbers and stamps, not text.
MIN_LETTERS = 20

_HYPHENATED = re.compile(r"(?<=[a-zà-ÿ])-\n(?=[a-zà-ÿ])")
_PAGE_NUMBER = re.compile(r"(?:page )?\d{1,4}(?: ?(?:of|/) ?\d{1,4})?", re.IGNORECASE)
_BULLET = re.compile(r"[•▪◦‣·*\u2013-] +")


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    heading: str
    text: str


def read_pdf(data: bytes) -> tuple[list[Page], dict[str, str]]:
    """The pages, and what the file says about itself."""
    answer = child.read("pdf", data)
    texts = {number: clean(text) for number, text in answer["pages"]}
    if sum(letter.isalpha() for text in texts.values() for letter in text) < MIN_LETTERS:
        raise NoTextInPdf(
            "This PDF holds pictures of pages but no text. Run text recognition (OCR) on it,"
            " or paste the text into a .txt file."
        )
    headings = _headings(answer["outline"], last=max(texts))
    repeated = _repeated_lines(texts)
    pages = [
        Page(number, headings.get(number, ""), _paragraphs(text, repeated))
        for number, text in sorted(texts.items())
    ]
    return pages, answer["about"]


def _headings(outline: list[tuple[int, str]], *, last: int) -> dict[int, str]:
    """The bookmark that each page stands under."""
    starts: dict[int, str] = {}
    for page, title in outline:
        starts.setdefault(page, " ".join(clean(title).split()))
    headings, current = {}, ""
    for number in range(1, last + 1):
        current = starts.get(number, current)
        headings[number] = current
    return headings


def _repeated_lines(texts: dict[int, str]) -> set[str]:
    """Running heads and feet: first and last lines that most pages share."""
    if len(texts) < 4:
        return set()
    edges: Counter[str] = Counter()
    for text in texts.values():
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        edges.update({*lines[:1], *lines[-1:]})
    return {line for line, count in edges.items() if count > len(texts) / 2}


def _paragraphs(text: str, repeated: set[str]) -> str:
    """Lines as set on the page become paragraphs again, as far as that can be guessed."""
    lines = [line.strip() for line in _HYPHENATED.sub("", text).split("\n")]
    full = max((len(line) for line in lines), default=0)
    done: list[str] = []
    open_line = False
    for line in lines:
        if line in repeated or _PAGE_NUMBER.fullmatch(line):
            continue
        if not line:
            open_line = False
            continue
        if bullet := _BULLET.match(line):
            done.append("- " + line[bullet.end() :])
        elif open_line:
            done[-1] = f"{done[-1]} {line}"
        else:
            done.append(line)
        open_line = not (len(line) < 0.7 * full and line[-1] in '.!?:”"')
    return "\n\n".join(done)
