"""The words of a passage as they are stored for the search, and what a whole collection knows of its words.

A passage becomes one line of stems. A mark before a stem says how the word was written: "^" with a capital inside
a line, "~" at the beginning of one, none in small letters. The full-text index of the database passes the marks
over; here they tell names from other words.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from npcs.builtin.sentences import lines
from npcs.builtin.words import is_stop_word, stem, words

CAPITAL = "^"
OPENING = "~"
# What a word of the index may consist of, for SQLite and PostgreSQL alike.
_REST = re.compile(r"[\W_]+")
# Marks of owners stand in the same index.
_RESERVED = re.compile(r"(?:npc|file)\d+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`frequency`: in how many passages a stem stands; `names`: stems with a capital that never stand without.

    Of `count` passages, which have `mean_size` stems each.
    """

    frequency: Counter[str]
    names: frozenset[str]
    mean_size: float
    count: int


def terms_of(text: str) -> str:
    """The line of stems of a passage."""
    found = []
    for line in lines(text):
        for position, word in enumerate(words(line)):
            if is_stop_word(word):
                continue
            mark = "" if not word[0].isupper() else (CAPITAL if position else OPENING)
            # A stem such as "3.11" keeps its parts together.
            if term := term_of(stem(word)):
                found.append(mark + term)
    return " ".join(found)


def term_of(stem: str) -> str:
    """The stem as a word of the index; empty where nothing is left of it."""
    term = _REST.sub("", stem)
    return "" if _RESERVED.fullmatch(term) else term


def counts_of(terms: str) -> Counter[str]:
    return Counter(term.lstrip("^~") for term in terms.split())


def vocabulary(passages: Iterable[str]) -> Vocabulary:
    """Of all passages, each given as its line of stems."""
    frequency: Counter[str] = Counter()
    capital: set[str] = set()
    small: set[str] = set()
    size = count = 0
    for terms in passages:
        marked = terms.split()
        frequency.update({term.lstrip("^~") for term in marked})
        capital.update(term[1:] for term in marked if term[0] == CAPITAL)
        small.update(term for term in marked if term[0] not in "^~")
        size += len(marked)
        count += 1
    return Vocabulary(frequency, frozenset(capital - small), size / max(count, 1), count)
