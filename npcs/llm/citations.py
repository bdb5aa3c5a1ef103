"""Marks such as [2] in an answer: which notes they name, and how they are counted for the reader."""

import re
from collections.abc import Collection

# Code is passed over: `row[1]` cites nothing. An escaped bracket was quoted from the notes.
_MARK = re.compile(r"```.*?```|`[^`\n]*`|(?<!\\)\[(\d{1,3}(?: ?[,;] ?\d{1,3}){0,9})\](?!\()", re.DOTALL)
_NUMBER = re.compile(r"\d+")
_GAP = re.compile(r" +(?=[.,;:!?](?:\s|$))")


def renumbered(text: str, *, known: Collection[int]) -> tuple[str, list[int]]:
    """The text with its marks counted 1, 2, 3 as they appear, and what each number was before.

    Marks of notes that do not exist are taken out: a reader must be able to look every one of them up.
    """
    cited: list[int] = []
    is_changed = False

    def replace(match: re.Match[str]) -> str:
        nonlocal is_changed
        if match[1] is None:
            return match[0]
        numbers = dict.fromkeys(int(number) for number in _NUMBER.findall(match[1]))
        kept = [number for number in numbers if number in known]
        cited.extend(number for number in kept if number not in cited)
        is_changed |= not kept
        return "".join(f"[{cited.index(number) + 1}]" for number in kept)

    text = _MARK.sub(replace, text)
    # What is left of a mark that went is a space before the full stop.
    return (_GAP.sub("", text) if is_changed else text), cited
