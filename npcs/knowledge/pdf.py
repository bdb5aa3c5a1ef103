"""PDF files as pages of text, read by a process that may be stopped at any time."""

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npcs.builtin.text import clean
from npcs.knowledge import pdf_worker
from npcs.knowledge.refusals import NoTextInPdf, TooLarge, UnreadableFile

WALL_SECONDS = 90
# Fewer letters than this in a whole file are page numbers and stamps, not text.
MIN_LETTERS = 20

_ROOT = Path(__file__).resolve().parents[2]
_HYPHENATED = re.compile(r"(?<=[a-zà-ÿ])-\n(?=[a-zà-ÿ])")
_PAGE_NUMBER = re.compile(r"(?:page )?\d{1,4}(?: ?(?:of|/) ?\d{1,4})?", re.IGNORECASE)
_BULLET = re.compile(r"[•▪◦‣·*\u2013-] +")

_TOO_SLOW = TooLarge("Reading this PDF takes too much time or memory. Split it or save it anew.")
_REFUSALS = {
    pdf_worker.ENCRYPTED: UnreadableFile(
        "This PDF is locked with a password. Save a copy without a password and upload that."
    ),
    pdf_worker.TOO_MANY_PAGES: TooLarge(
        f"This PDF has more than {pdf_worker.MAX_PAGES} pages. Split it into parts."
    ),
    pdf_worker.TOO_LONG: TooLarge(
        f"This PDF holds more than {pdf_worker.MAX_CHARACTERS:,} characters. Split it into parts."
    ),
    pdf_worker.TOO_HEAVY: _TOO_SLOW,
    pdf_worker.BROKEN: UnreadableFile(
        "This PDF is damaged and cannot be read. Open it in a viewer, save it anew and try again."
    ),
}


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    heading: str
    text: str


def read_pdf(data: bytes) -> list[Page]:
    answer = _ask_worker(data)
    if "problem" in answer:
        raise _refusal(answer["problem"])
    texts = {number: clean(text) for number, text in answer["pages"]}
    if sum(letter.isalpha() for text in texts.values() for letter in text) < MIN_LETTERS:
        raise NoTextInPdf(
            "This PDF holds pictures of pages but no text. Run text recognition (OCR) on it,"
            " or paste the text into a .txt file."
        )
    headings = _headings(answer["outline"], last=max(texts))
    repeated = _repeated_lines(texts)
    return [
        Page(number, headings.get(number, ""), _paragraphs(text, repeated))
        for number, text in sorted(texts.items())
    ]


def _ask_worker(data: bytes) -> dict[str, Any]:
    command = [sys.executable, "-m", pdf_worker.__name__]
    try:
        done = subprocess.run(  # noqa: S603
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            cwd=_ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"problem": pdf_worker.TOO_HEAVY}
    if done.returncode or not done.stdout:
        # Stopped by a limit in the middle of its work.
        return {"problem": pdf_worker.TOO_HEAVY}
    return json.loads(done.stdout)


def _refusal(problem: str) -> Exception:
    known = _REFUSALS[problem]
    return type(known)(*known.args)


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
