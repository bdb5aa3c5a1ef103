"""Where sentences end: one walk over the words, with lists of abbreviations."""

import re
from collections.abc import Iterator

from npcs.builtin.lexicon import (
    CLOSING_ABBREVIATIONS,
    LEANING_STARTERS,
    OPEN_ABBREVIATIONS,
    SENTENCE_STARTERS,
)
from npcs.builtin.text import CODE_INDENT

# A "sentence" longer than this is a list without full stops; it is cut where a clause ends.
MAX_WORDS = 120

_CLOSERS = "\"'”\u2019)]»*_"
_POINTING = frozenset({"this", "these", "those", "same", "such"})
_OPENERS = "\"'“\u2018([«*_¿¡"
# What speaks to a model instead of a reader. It is knowledge like any other, but nothing to put to a learner.
ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your |these )*(?:previous|above|prior|earlier|other)? ?"
    r"(?:rules|instructions|prompts?|directions)\b"
    r"|\b(?:system prompt|you are now|new instructions|reveal (?:all|your|the) (?:memor|secret|instruction))",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"(?:-|\d{1,3}\.) ")


def sentences(text: str) -> list[str]:
    """Every sentence of a plain text in its order; list items and code blocks count as one."""
    return [sentence for line in lines(text) for sentence in line_sentences(line)]


def lines(text: str) -> Iterator[str]:
    """Paragraphs and list items; neighbouring lines of code come as one."""
    code: list[str] = []
    for line in text.split("\n"):
        if line.startswith(CODE_INDENT):
            code.append(line)
            continue
        if code:
            yield "\n".join(code)
            code = []
        if line.strip():
            yield line.strip()
    if code:
        yield "\n".join(code)


def line_sentences(line: str) -> list[str]:
    if is_code(line):
        return [line]
    found: list[str] = []
    current: list[str] = []
    words = line.split()
    for word, following in zip(words, [*words[1:], ""], strict=True):
        current.append(word)
        if not following or _ends(current, following) or _is_too_long(current):
            found.append(" ".join(current))
            current = []
    return found


def without_list_mark(sentence: str) -> str:
    return _LIST_MARK.sub("", sentence, count=1) if _LIST_MARK.match(sentence) else sentence


def is_code(sentence: str) -> bool:
    return sentence.startswith(CODE_INDENT)


def leans_back(sentence: str) -> bool:
    """Whether the sentence begins with a word that points to the one before it."""
    words = without_list_mark(sentence).split(maxsplit=4)[:4]
    if not words:
        return False
    first = words[0].strip(_OPENERS + ",").lower()
    # "As a result" leans, "As water cools" does not; the same for "That is" and "That the".
    if first == "as":
        return len(words) > 1 and words[1].lower() in {"a", "such"} and "result" in sentence[:14]
    if first.split("'")[0].split("\u2019")[0] in LEANING_STARTERS:
        return True
    return any(word.strip(",").lower() in _POINTING for word in words[1:])


def _is_too_long(words: list[str]) -> bool:
    if len(words) < MAX_WORDS:
        return False
    return words[-1][-1] in ",;:" or len(words) >= 2 * MAX_WORDS


def _ends(words: list[str], following: str) -> bool:
    word = words[-1].rstrip(_CLOSERS)
    if not word or word[-1] not in ".!?…":
        return False
    start = following.lstrip(_OPENERS)
    begins = not start[:1].islower() and start[:1].isalnum()
    if not begins and start[:1] not in ("", "—", "\u2013", "-"):
        return not start[:1].islower()
    if word[-1] != ".":
        return begins or not start
    return begins and _full_stop_ends(words, word, start)


def _full_stop_ends(words: list[str], word: str, start: str) -> bool:
    bare = word.strip(_OPENERS).rstrip(".")
    known = bare.lower()
    first = start.rstrip(".,;:!?" + _CLOSERS).lower()
    if len(words) == 1 and known.isdigit():
        return False
    if known in OPEN_ABBREVIATIONS and not (known == "no" and not start[0].isdigit()):
        # "Plan B. The" and "vitamin C. It" end; "J. S. Bach" and "p. 12" do not.
        return len(bare) == 1 and bare.isupper() and first in SENTENCE_STARTERS
    if len(bare) == 1 and bare.isalpha():
        return first in SENTENCE_STARTERS
    if known in CLOSING_ABBREVIATIONS:
        return start[0].isupper() and (first in SENTENCE_STARTERS or known in {"etc", "inc"})
    return True
