"""Finds words of a list in a text, however they are disguised; whole words only, never parts of one."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby, pairwise

from confusable_homoglyphs import confusables

SEVERE, MILD, ALLOWED = "severe", "mild", "allowed"
# Drawn instead of letters. A one stands for two letters, so each is tried.
SIGNS = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i", "+": "t"}
ONES = ("i", "l")
DRAWN = "@$!+"
AS_WRITTEN = "as written"
MARKUP = frozenset("*_~`")
TOKEN = re.compile(r"[@$!+]*[^\W_](?:[^\W_]|[@$!+])*")
LONG_RUN = 3
USUAL_LENGTH = 20
GLUE_FROM = 3


@dataclass(frozen=True, slots=True)
class Words:
    """Lists in folded form: `words_of` makes them."""

    severe: frozenset[str] = frozenset()
    mild: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """Which list has the word, what stood in the text and where, and how it was recognised."""

    severity: str
    word: str
    written: str
    start: int
    end: int
    how: str


def words_of(*, severe: Iterable[str] = (), mild: Iterable[str] = (), allowed: Iterable[str] = ()) -> Words:
    return Words(*(frozenset(map(fold, words)) for words in (severe, mild, allowed)))


@lru_cache(maxsize=256)
def own_words(written: str) -> Words:
    """The list of one room, one word to a line; folded once, for it is asked with every message."""
    return words_of(mild=written.split())


def find(text: str, words: Words) -> list[Match]:
    """Each token that is in a list, in the order of the text; the allow list wins."""
    letters, places = _folded(text)
    matches = []
    for token, start, end in _tokens(letters):
        for how, tried in _variants(token):
            if tried in words.allowed:
                break
            severity = SEVERE if tried in words.severe else MILD if tried in words.mild else ""
            if severity:
                matches.append(_match(text, places, (token, start, end), (severity, tried, how)))
                break
    return matches


def _match(text: str, places: list[int], token: tuple[str, int, int], found: tuple[str, str, str]) -> Match:
    word, start, end = token
    severity, listed, how = found
    if how.startswith(AS_WRITTEN):
        # A mark of exclamation behind the word isn't part of it.
        start += len(word) - len(word.lstrip(DRAWN))
        end -= len(word) - len(word.rstrip(DRAWN))
    first, last = places[start], places[end - 1] + 1
    return Match(severity, listed, text[first:last], first, last, how)


def mask(text: str, matches: Iterable[Match]) -> str:
    """The text with the first letter of each match left and the rest covered."""
    for match in sorted(matches, key=lambda match: -match.start):
        covered = match.written[0] + "\u2022" * (len(match.written) - 1)
        text = text[: match.start] + covered + text[match.end :]
    return text


def fold(text: str) -> str:
    """As the eye reads it: no marks, no disguise by letters of other alphabets, no capitals."""
    return _folded(text)[0]


def _folded(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters where in the text it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in _folded_character(character):
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


@cache
def _folded_character(character: str) -> str:
    if character in MARKUP or unicodedata.category(character) == "Cf":
        return ""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(_latin(letter) for letter in plain if not unicodedata.combining(letter))


def _latin(letter: str) -> str:
    if letter.isascii():
        return letter
    alike = confusables.confusables_data.get(letter, [])
    return next((entry["c"].casefold() for entry in alike if entry["c"].isascii()), letter)


def _tokens(letters: str) -> Iterator[tuple[str, int, int]]:
    """The words with their places; three or more single characters in a row are one word besides."""
    found = [(match.group(), match.start(), match.end()) for match in TOKEN.finditer(letters)]
    yield from (token for token in found if len(token[0]) > 1)
    for is_single, group in groupby(found, key=lambda token: len(token[0]) == 1):
        row = list(group)
        if is_single and len(row) >= GLUE_FROM:
            for part in _close_together(row):
                yield "".join(token for token, _, _ in part), part[0][1], part[-1][2]


def _close_together(row: list[tuple[str, int, int]]) -> list[list[tuple[str, int, int]]]:
    """Rows of single characters that no more than three others keep apart."""
    parts = [[row[0]]]
    for (_, _, end), token in pairwise(row):
        if token[1] - end <= LONG_RUN:
            parts[-1].append(token)
        else:
            parts.append([token])
    return [part for part in parts if len(part) >= GLUE_FROM]


def _variants(token: str) -> Iterable[tuple[str, str]]:
    """What the token may mean, the plainest first."""
    return _usual(token) if len(token) <= USUAL_LENGTH else _readings(token)


@lru_cache(maxsize=4096)
def _usual(token: str) -> tuple[tuple[str, str], ...]:
    """Kept, because people say the same few thousand words again and again."""
    return tuple(_readings(token))


def _readings(token: str) -> Iterator[tuple[str, str]]:
    bare = token.strip(DRAWN)
    readings = [(AS_WRITTEN, bare)]
    if any(letter.isalpha() for letter in token):
        drawn = {
            "".join(SIGNS.get(c, c) for c in word).replace("1", one) for word in (bare, token) for one in ONES
        }
        readings += [("signs for letters", word) for word in sorted(drawn - {bare})]
    yield from readings
    for how, word in readings:
        if any(len(list(run)) >= LONG_RUN for _, run in groupby(word)):
            for most in (1, 2):
                yield f"{how}, letters repeated", _shortened(word, most)


def _shortened(word: str, most: int) -> str:
    runs = ((letter, len(list(run))) for letter, run in groupby(word))
    return "".join(letter * (most if length >= LONG_RUN else length) for letter, length in runs)
