"""The pages of a PDF. Runs in the reading process only."""

import io
from collections.abc import Iterator
from typing import Any

from npcs.knowledge.limits import (
    ENCRYPTED,
    MAX_OUTLINE,
    MAX_PAGES,
    TOO_MANY_PAGES,
    Counted,
    Refused,
)


def read(data: bytes) -> dict[str, Any]:
    """{"pages": [[number, text], ...], "outline": [[page, title], ...], "about": {...}}"""
    from pypdf import PdfReader  # noqa: PLC0415 - only under the limits

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused(ENCRYPTED)
    if len(reader.pages) > MAX_PAGES:
        raise Refused(TOO_MANY_PAGES)
    counted = Counted()
    pages = [[number, counted(page.extract_text())] for number, page in enumerate(reader.pages, start=1)]
    return {"pages": pages, "outline": _outline(reader), "about": _about(reader)}


def _about(reader: Any) -> dict[str, str]:
    try:
        known = reader.metadata or {}
        return {
            "title": str(known.get("/Title") or "")[:200],
            "author": str(known.get("/Author") or "")[:200],
        }
    except Exception:  # noqa: BLE001 - what stands beside the text must not cost the text
        return {}


def _outline(reader: Any) -> list[list[Any]]:
    """Bookmarks as page and title; a broken table of contents is no table of contents."""
    found = []
    try:
        for entry in _flat(reader.outline):
            page = reader.get_destination_page_number(entry)
            if page is not None and page >= 0:
                found.append([page + 1, str(entry.title)[:200]])
            if len(found) == MAX_OUTLINE:
                break
    except Exception:  # noqa: BLE001
        return []
    return found


def _flat(entries: list[Any]) -> Iterator[Any]:
    for entry in entries:
        if isinstance(entry, list):
            yield from _flat(entry)
        else:
            yield entry
