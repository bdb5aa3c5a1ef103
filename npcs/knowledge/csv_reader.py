"""The rows of a table as lines that can be found and quoted. Runs in the reading process only."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from npcs.knowledge.limits import MAX_ROWS, TOO_MANY_ROWS, Counted, Refused

# About as many words as a passage has.
SECTION_WORDS = 120
MAX_COLUMNS = 200
_SAMPLE = 16 * 1024
_DELIMITERS = ",;\t|"
_MAX_FIELD = 100_000


def read(data: bytes) -> dict[str, Any]:
    """{"sections": [[heading, 0, text], ...], "about": {...}}; the bytes are UTF-8."""
    csv.field_size_limit(_MAX_FIELD)
    text = data.decode("utf-8", "replace")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    filled = ([" ".join(cell.split()) for cell in row[:MAX_COLUMNS]] for row in rows if any(row))
    first = next(filled, [])
    names = first if _is_header(first) else []
    lines = _lines(filled if names else _with(first, filled), names)
    sections = list(_sections(lines))
    return {"sections": sections, "about": {"columns": ", ".join(names)[:200]}}


def _delimiter(text: str) -> str:
    """The mark that parts the first lines most evenly."""
    lines = [line for line in text[:_SAMPLE].split("\n")[:20] if line.strip()]

    def evenness(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines]
        usual = max(set(counts), key=counts.count) if counts else 0
        return (counts.count(usual) if usual else 0, usual)

    return max(_DELIMITERS, key=evenness)


def _is_header(row: list[str]) -> bool:
    """Names of columns: different from each other, and none of them a number."""
    filled = [cell for cell in row if cell]
    return (
        len(row) > 1
        and len(filled) == len(row)
        and len({cell.lower() for cell in row}) == len(row)
        and not any(_is_number(cell) for cell in row)
    )


def _is_number(cell: str) -> bool:
    return cell.replace(".", "").replace(",", "").replace("-", "").replace("%", "").strip().isdecimal()


def _with(first: list[str], rest: Iterator[list[str]]) -> Iterator[list[str]]:
    if first:
        yield first
    yield from rest


def _lines(rows: Iterator[list[str]], names: list[str]) -> Iterator[str]:
    counted = Counted()
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise Refused(TOO_MANY_ROWS)
        cells = [f"{names[i]}: {cell}" if i < len(names) else cell for i, cell in enumerate(row) if cell]
        yield counted("- " + "; ".join(cells))


def _sections(lines: Iterator[str]) -> Iterator[list[Any]]:
    group: list[str] = []
    words, begin = 0, 1
    for number, line in enumerate(lines, start=1):
        size = len(line.split())
        if group and words + size > SECTION_WORDS:
            yield [_rows(begin, number - 1), 0, "\n".join(group)]
            group, words, begin = [], 0, number
        group.append(line)
        words += size
    if group:
        yield [_rows(begin, begin + len(group) - 1), 0, "\n".join(group)]


def _rows(first: int, last: int) -> str:
    return f"Row {first}" if first == last else f"Rows {first} to {last}"
