"""Has a file read by a process of its own, which may be stopped at any time."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from npcs.knowledge import limits, worker
from npcs.knowledge.refusals import TooLarge, UnreadableFile, UnsupportedFile, UnusableFile

WALL_SECONDS = 90

_ROOT = Path(__file__).resolve().parents[2]
_NAMES = {"pdf": "PDF", "docx": "document", "html": "web page", "csv": "table"}
_REFUSALS: dict[str, tuple[type[UnusableFile], str]] = {
    limits.ENCRYPTED: (
        UnreadableFile,
        "This {name} is locked with a password. Save a copy without a password and upload that.",
    ),
    limits.TOO_MANY_PAGES: (
        TooLarge,
        f"This {{name}} has more than {limits.MAX_PAGES} pages. Split it into parts.",
    ),
    limits.TOO_MANY_ROWS: (
        TooLarge,
        f"This {{name}} has more than {limits.MAX_ROWS:,} rows. Split it into parts.",
    ),
    limits.TOO_LONG: (
        TooLarge,
        f"This {{name}} holds more than {limits.MAX_CHARACTERS:,} characters. Split it into parts.",
    ),
    limits.TOO_HEAVY: (
        TooLarge,
        "Reading this {name} takes too much time or memory. Split it or save it anew.",
    ),
    limits.PACKED_TOO_TIGHT: (
        TooLarge,
        "This {name} unpacks to far more than a text has. It was not read; save it anew without pictures.",
    ),
    limits.FOREIGN: (
        UnsupportedFile,
        "This is a packed file but no Word document. Use DOCX, PDF, HTML, CSV, Markdown or plain text.",
    ),
    limits.BROKEN: (
        UnreadableFile,
        "This {name} is damaged and cannot be read. Open it in its program, save it anew and try again.",
    ),
}


def read(kind: str, data: bytes) -> dict[str, Any]:
    """What the reader of that kind found, or a refusal that says how to mend it."""
    answer = _answer(kind, data)
    if "problem" in answer:
        refusal, sentence = _REFUSALS[answer["problem"]]
        raise refusal(sentence.format(name=_NAMES[kind]))
    return answer


def _answer(kind: str, data: bytes) -> dict[str, Any]:
    command = [sys.executable, "-m", worker.__name__, kind]
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
        return {"problem": limits.TOO_HEAVY}
    if done.returncode or not done.stdout:
        # Stopped by the system: out of processor time or memory before it could say so.
        return {"problem": limits.TOO_HEAVY}
    return json.loads(done.stdout)
