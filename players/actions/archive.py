"""Writes documents into a zip as they come, so that a large area never has to fit into memory."""

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO, cast

from django.template.loader import render_to_string

from players.models import Player
from players.personal_data import Document, Row


@dataclass(frozen=True, slots=True)
class Written:
    """A line of the table of contents; `count` is the number of rows, None where there are none to count."""

    path: str
    title: str
    count: int | None


class Archive:
    """One zip in the making; `close` writes the pages that need to know all the rest."""

    def __init__(self, target: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self.written: list[tuple[str, list[Written]]] = []

    def add_area(self, title: str, documents: Iterable[Document]) -> None:
        entries: list[Written] = []
        self.written.append((title, entries))
        for document in documents:
            entries.append(Written(document.path, document.title, self._write(document)))

    def close(self, *, player: Player, made_on: date) -> None:
        context = {"player": player, "made_on": made_on, "areas": self.written}
        for name in ("index.html", "README.md", "style.css"):
            self.zip.writestr(name, render_to_string(f"players/export/{name}", context))
        self.zip.close()

    def _write(self, document: Document) -> int | None:
        content = document.content
        with self.zip.open(document.path, "w", force_zip64=True) as entry:
            if isinstance(content, dict):
                entry.write(_encoded(content, indent=2))
                return None
            if document.path.endswith(".json"):
                return _write_rows(entry, iter(cast("Iterable[Row]", content)))
            for piece in content:
                entry.write(piece.encode() if isinstance(piece, str) else cast("bytes", piece))
        return None


def _write_rows(entry: IO[bytes], rows: Iterator[Row]) -> int:
    """A JSON array with a row on each line."""
    count = 0
    entry.write(b"[")
    for count, row in enumerate(rows, start=1):
        entry.write((b"\n" if count == 1 else b",\n") + _encoded(row))
    entry.write(b"\n]\n" if count else b"]\n")
    return count


def _encoded(row: Row, indent: int | None = None) -> bytes:
    return json.dumps(row, default=_plain, ensure_ascii=False, indent=indent).encode()


def _plain(value: object) -> str:
    # Dates in the form that every program reads; ids, amounts and addresses as they are written.
    return value.isoformat() if isinstance(value, date) else str(value)
