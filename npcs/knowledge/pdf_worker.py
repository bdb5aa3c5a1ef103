"""Reads one PDF in a process of its own: bytes on standard input, JSON on standard output.

A hostile file may burn time and memory here and nothing else. The answer is either
{"pages": [[number, text], ...], "outline": [[page, title], ...]} or {"problem": word}.
"""

import io
import json
import sys
from collections.abc import Iterator
from typing import Any

CPU_SECONDS = 60
ADDRESS_SPACE = 1024**3
MAX_PAGES = 300
MAX_CHARACTERS = 2_000_000
MAX_OUTLINE = 500

ENCRYPTED = "encrypted"
TOO_LONG = "too long"
TOO_MANY_PAGES = "too many pages"
TOO_HEAVY = "too heavy"
BROKEN = "broken"


def main() -> None:
    _limit_resources()
    data = sys.stdin.buffer.read()
    try:
        answer = _read(data)
    except (MemoryError, RecursionError):
        answer = {"problem": TOO_HEAVY}
    # The parser meets bytes of strangers and fails in every way there is; here that is an
    # answer and not an accident.
    except Exception as error:  # noqa: BLE001
        answer = {"problem": _problem_of(error)}
    # A lone surrogate has no bytes: a question mark takes its place.
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))


def _limit_resources() -> None:
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows: the parent's clock is the only limit there.
        return
    for kind, amount in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        ceiling = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (ceiling, ceiling))


def _read(data: bytes) -> dict[str, Any]:
    # Only now, under the limits.
    from pypdf import PdfReader  # noqa: PLC0415

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        return {"problem": ENCRYPTED}
    if len(reader.pages) > MAX_PAGES:
        return {"problem": TOO_MANY_PAGES}
    pages, characters = [], 0
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        characters += len(text)
        if characters > MAX_CHARACTERS:
            return {"problem": TOO_LONG}
        pages.append([number, text])
    return {"pages": pages, "outline": _outline(reader)}


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


def _problem_of(error: Exception) -> str:
    name = type(error).__name__
    if name == "LimitReachedError":
        return TOO_HEAVY
    if name in {"FileNotDecryptedError", "WrongPasswordError", "DependencyError"}:
        return ENCRYPTED
    return BROKEN


if __name__ == "__main__":
    main()
