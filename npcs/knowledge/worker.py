"""Reads one file in a process of its own: bytes on standard input, JSON on standard output.

A hostile file may burn time and memory here and nothing else. The answer is what the reader of that kind found,
or {"problem": word}.

    python -m npcs.knowledge.worker docx < file
"""

import importlib
import json
import sys
from typing import Any

from npcs.knowledge.limits import ADDRESS_SPACE, BROKEN, CPU_SECONDS, ENCRYPTED, TOO_HEAVY, Refused

READERS = {
    "csv": "npcs.knowledge.csv_reader",
    "docx": "npcs.knowledge.docx_reader",
    "html": "npcs.knowledge.html_reader",
    "pdf": "npcs.knowledge.pdf_reader",
}


def main(kind: str) -> None:
    _limit_resources()
    data = sys.stdin.buffer.read()
    try:
        # Only now, under the limits.
        answer = importlib.import_module(READERS[kind]).read(data)
    except Refused as refusal:
        answer = {"problem": refusal.problem}
    except (MemoryError, RecursionError):
        answer = {"problem": TOO_HEAVY}
    # The parsers meet bytes of strangers and fail in every way there is; here that is an
    # answer and not an accident.
    except Exception as error:  # noqa: BLE001
        answer = {"problem": _problem_of(error)}
    _tell(answer)


def _tell(answer: dict[str, Any]) -> None:
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


def _problem_of(error: Exception) -> str:
    name = type(error).__name__
    if name == "LimitReachedError":
        return TOO_HEAVY
    if name in {"FileNotDecryptedError", "WrongPasswordError", "DependencyError"}:
        return ENCRYPTED
    return BROKEN


if __name__ == "__main__":
    main(sys.argv[1])
