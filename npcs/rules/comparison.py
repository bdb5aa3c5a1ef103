"""What differs between two texts, word by word, so that it can be shown."""

import difflib
import re
from dataclasses import dataclass
from typing import Literal

# Beyond this a comparison by words costs too much; lines must do.
MAX_WORDS = 3000
Kind = Literal["same", "added", "gone"]


@dataclass(frozen=True, slots=True)
class Piece:
    kind: Kind
    text: str


def pieces(old: str, new: str) -> list[Piece]:
    """The texts laid over each other: what stayed, what went and what came, in reading order."""
    before, after = _parts(old), _parts(new)
    if len(before) + len(after) > MAX_WORDS:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    found: list[Piece] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(before[i1:i2])))
            continue
        if i2 > i1:
            found.append(Piece("gone", "".join(before[i1:i2])))
        if j2 > j1:
            found.append(Piece("added", "".join(after[j1:j2])))
    return found


def _parts(text: str) -> list[str]:
    """Words with the space behind them."""
    return re.findall(r"\S+\s*|\s+", text)
