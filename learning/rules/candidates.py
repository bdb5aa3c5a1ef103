"""What a generator offers, and which of it may become statements: quoted, not known yet, and balanced.

A model invents; so each of its offers has to quote the notes, and the quote has to stand there. What falls
through is counted by its reason.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from learning.rules.likeness import likeness, normal_form, trigrams

QUOTE_NOT_FOUND = "quote not found"
NEAR_DUPLICATE = "near-duplicate"
UNBALANCED = "unbalanced"
UNCHANGED = "false, but as the notes say it"
OTHER_NUMBERS = "true, but with numbers that the quote lacks"
WRONG_LENGTH = "too short or too long"
MIN_QUOTE_WORDS = 4
MAX_TEXT, MAX_QUOTE = 500, 1000
# How much one side may outweigh the other.
MOST_SURPLUS = 0.1

_SPACES = re.compile(r"\s+")
_QUOTES = str.maketrans("\u201c\u201d\u201e\u2018\u2019\u2013\u2014\u00a0", '"""\'\'-- ')
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Candidate:
    """`passage` is the key of the passage that it was made from, `fact_key` joins it with its other side."""

    text: str
    answer: bool
    quote: str
    explanation: str
    passage: int
    fact_key: str
    kind: str


def stands_in(quote: str, text: str) -> bool:
    """Word for word; only the shape of quotation marks, dashes and spaces may differ."""
    return _plain(quote) in _plain(text)


def problem_of(candidate: Candidate, *, passage: str) -> str:
    """Why it can't be taken; empty when it can."""
    if not 4 <= len(candidate.text.split()) <= 60 or len(candidate.text) > MAX_TEXT:
        return WRONG_LENGTH
    quoted = len(candidate.quote.split()) >= MIN_QUOTE_WORDS and len(candidate.quote) <= MAX_QUOTE
    if not quoted or not stands_in(candidate.quote, passage):
        return QUOTE_NOT_FOUND
    said = normal_form(candidate.text)
    if not candidate.answer and said in normal_form(passage):
        return UNCHANGED
    if candidate.answer and set(_NUMBER.findall(candidate.text)) - set(_NUMBER.findall(candidate.quote)):
        return OTHER_NUMBERS
    return ""


def without_twins(candidates: Iterable[Candidate], *, least: float) -> tuple[list[Candidate], int]:
    """Of sentences that are very much alike the first one; both sides of a fact may be. And how many went."""
    kept: list[tuple[Candidate, frozenset[str]]] = []
    gone = 0
    for candidate in candidates:
        own = trigrams(candidate.text)
        if any(likeness(own, other) >= least and not _are_sides(candidate, one) for one, other in kept):
            gone += 1
        else:
            kept.append((candidate, own))
    return [candidate for candidate, _ in kept], gone


def balanced(candidates: Sequence[Candidate]) -> tuple[list[Candidate], int]:
    """As many true as false ones, but for a few; the surplus goes from the end. And how many went."""
    counts = Counter(candidate.answer for candidate in candidates)
    fewer = min(counts[True], counts[False])
    limit = fewer + max(1, int(MOST_SURPLUS * fewer))
    kept: list[Candidate] = []
    seen: Counter[bool] = Counter()
    for candidate in candidates:
        seen[candidate.answer] += 1
        if seen[candidate.answer] <= limit:
            kept.append(candidate)
    return kept, len(candidates) - len(kept)


def _are_sides(one: Candidate, other: Candidate) -> bool:
    return one.fact_key == other.fact_key and one.answer != other.answer


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text.translate(_QUOTES)).strip()
