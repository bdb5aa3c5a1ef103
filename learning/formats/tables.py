"""CSV and TSV with a first line of names: text and answer are needed, the other columns are not.

Spreadsheets run what begins like a formula. Such cells are written behind an apostrophe, which reading takes
away again.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from learning.formats.item import Item, Row, Rows, Unreadable, verdict_of
from learning.formats.texts import decoded

COLUMNS = (
    "text", "answer", "topic", "subtopic", "difficulty", "explanation", "source", "quote", "fact_key", "lang",
)  # fmt: skip
OTHER_NAMES = {
    "statement": "text", "question": "text", "sentence": "text", "key": "answer", "correct": "answer",
    "is_true": "answer", "is true": "answer", "correct_answer": "answer", "category": "topic",
    "subject": "topic", "level": "difficulty", "feedback": "explanation", "reference": "source",
    "source_reference": "source", "source_span": "quote", "fact": "fact_key", "language": "lang",
}  # fmt: skip
DELIMITERS = ",;\t|"
MAX_CELL = 100_000

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def read(data: bytes) -> list[Row]:
    """A table whose delimiter the first line tells."""
    text = decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    return _read(text, delimiter if delimiter in first else ",")


def read_tsv(data: bytes) -> list[Row]:
    return _read(decoded(data), "\t")


def write(items: Iterable[Item]) -> bytes:
    return _write(items, ",")


def write_tsv(items: Iterable[Item]) -> bytes:
    return _write(items, "\t")


def guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell


def _read(text: str, delimiter: str) -> list[Row]:
    rows = Rows()
    lines = _lines(text, delimiter)
    _, header = next(lines, (1, []))
    names = [_name(cell) for cell in header]
    if "text" not in names or "answer" not in names:
        raise Unreadable("The first line must name the columns; text and answer are needed.")
    if len(set(filter(None, names))) != len(list(filter(None, names))):
        raise Unreadable("The first line names a column twice.")
    for line, cells in lines:
        if any(cell.strip() for cell in cells):
            _row(rows, line, names, cells)
    return rows.found


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins: a cell may hold several lines."""
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(f"The table breaks off in line {line}: {error}.") from error
        yield line, cells


def _name(cell: str) -> str:
    plain = cell.strip().casefold()
    name = OTHER_NAMES.get(plain, plain)
    return name if name in COLUMNS else ""


def _row(rows: Rows, line: int, names: list[str], cells: list[str]) -> None:
    if len(cells) > len(names):
        rows.problem(line, f"{len(cells)} cells, but {len(names)} columns.", text=cells[0])
        return
    values = {name: unguarded(cell) for name, cell in zip(names, cells, strict=False) if name}
    word = values.pop("answer", "")
    answer = verdict_of(word)
    if answer is None and word.strip():
        rows.problem(
            line, f"The answer {word.strip()[:40]!r} is neither true nor false.", text=values["text"]
        )
        return
    rows.item(line, **{"text": "", **values}, answer=answer)


def _write(items: Iterable[Item], delimiter: str) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item in items:
        cells = {name: getattr(item, name) for name in COLUMNS} | {"answer": str(item.answer).lower()}
        writer.writerow([guarded(cells[name]) for name in COLUMNS])
    return target.getvalue().encode()
