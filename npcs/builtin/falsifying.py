"""A false sentence out of a true one by exactly one change: a number, a subject, a name, a word, or "not".

What is certain to be false comes first. Each way gives the new sentence with what stood there and what stands
there now, or nothing; chance comes from outside, so that the same notes make the same statements.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from npcs.builtin.antonyms import ANTONYMS
from npcs.builtin.lexicon import NUMBER_WORDS, word_set

_NUMBER = re.compile(
    r"(?<![\w.,/:^-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w,/:^])|(?<![\w.,/:^-])\d+(?:\.\d+)?(?![\w/:^]|[.,]\d|-\d)"
)
_YEAR = re.compile(r"(?:1[0-9]|20)\d\d\Z")
_DEFINITION = re.compile(
    r"((?:An? )?[A-Za-z][\w-]*(?: [a-z][\w-]*){0,3}) (is an?|is the|means|refers to|was an?|was the) (?=\w)"
)
_NAME = re.compile(r"(?<![.!?:] )(?<!^)\b([a-z]+) ((?:[A-Z][a-z]{2,}(?: (?=[A-Z]))?){1,3})(?![\w'-])")
_PLACING = word_set("in near by at called named")
_FINITE = re.compile(
    r"\b(is|are|was|were|can|will|must|should|has been|have been)\b (?!not\b|no\b|only\b|also\b|n't)"
)
_NEGATED = re.compile(r"\b(is|are|was|were|can|will|must|should|does|do|did) ?not\b ?|\bcannot\b ?")
_CLAUSE = re.compile(r"[,;:(]|\b(?:that|which|who|where|when|if|because|although|while|whether)\b")
_WORD = re.compile(r"[A-Za-z][\w-]*")
_CALENDAR = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_NO_SUBJECT = frozenset(
    {"The", "There", "It", "This", "That", "What", "One", "Here", "He", "She", "Each", "Both"}
)
_ERA = re.compile(r"(?: to \d+)? (?:BCE|CE|BC|AD)\b")
_SHARE_WORD = re.compile(r" (?:thirds?|quarters?|fifths?|tenths?|halves|half)\b")
_COUNTED = {value: word for word, value in NUMBER_WORDS.items()}
TRIES = 12


@dataclass(frozen=True, slots=True)
class Change:
    """`was` stood in the sentence, `now` stands there instead."""

    text: str
    kind: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the notes hold besides the sentence: their text, names by the word before them, and subjects."""

    text: str
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    subjects: Mapping[str, Sequence[str]] = field(default_factory=dict)


def surroundings_of(text: str, sentences: Sequence[str]) -> Surroundings:
    names: dict[str, list[str]] = {}
    subjects: dict[str, list[str]] = {}
    for sentence in sentences:
        for before, name in _NAME.findall(sentence):
            if before in _PLACING and name not in names.setdefault(before, []):
                names[before].append(name)
        match = _DEFINITION.match(sentence)
        if match and match[1].split()[0] not in _NO_SUBJECT:
            group = subjects.setdefault(_group(match), [])
            if match[1] not in group:
                group.append(match[1])
    return Surroundings(text, names, subjects)


def falsified(sentence: str, *, around: Surroundings, chance: random.Random) -> Change | None:
    """The first way that works, from the surest to the stiffest."""
    for way in (_number, _subject, _name, _opposite, _negation):
        if change := way(sentence, around, chance):
            return change
    return None


def _number(sentence: str, around: Surroundings, chance: random.Random) -> Change | None:
    matches = [match for match in _NUMBER.finditer(sentence) if sentence.count(match[0]) == 1]
    if matches:
        match = max(matches, key=lambda one: len(one[0]))
        for _ in range(TRIES):
            now = _other_number(match[0], chance, _kind_of_number(sentence, match))
            if now != match[0] and not re.search(rf"(?<!\d){re.escape(now)}(?!\d)", around.text):
                return _changed(sentence, match.start(), match.end(), "number", now)
        return None
    return _number_word(sentence, around, chance)


def _kind_of_number(sentence: str, match: re.Match[str]) -> str:
    behind, before = sentence[match.end() :], sentence[: match.start()]
    if behind.lstrip().startswith(_CALENDAR) or before.rstrip().endswith(_CALENDAR):
        return "year" if len(match[0]) == 4 else "day"
    if _ERA.match(behind) or _YEAR.match(match[0]):
        return "year"
    return "count"


def _other_number(number: str, chance: random.Random, kind: str) -> str:
    """In the same form: years stay near, days stay in their month, counts stay whole, shares stay shares."""
    plain = number.replace(",", "")
    _, dot, decimals = plain.partition(".")
    value = float(plain)
    if kind == "day":
        return str(chance.randint(2, 28))
    if kind == "year" and not dot and value >= 40:
        return str(int(value) + chance.choice((-1, 1)) * chance.randint(4, 30))
    if not dot and value <= 20:
        # One of anything would want another grammar.
        return str(max(2, int(value) + chance.choice((-3, -2, 2, 3, 4))))
    factor = chance.choice((0.4, 0.5, 0.6, 0.7, 1.3, 1.5, 1.8, 2.0, 2.5))
    if value <= 100 < value * factor:
        factor = chance.choice((0.4, 0.5, 0.6, 0.7))
    other = value * factor
    if dot:
        return f"{other:.{len(decimals)}f}"
    zeros = len(plain) - len(plain.rstrip("0"))
    whole = max(2, round(other, -max(zeros - 1, 0)))
    return f"{int(whole):,}" if "," in number else str(int(whole))


def _number_word(sentence: str, around: Surroundings, chance: random.Random) -> Change | None:
    for match in _WORD.finditer(sentence):
        value = NUMBER_WORDS.get(match[0])
        if value is None or not 2 <= int(value) <= 12 or _SHARE_WORD.match(sentence, match.end()):
            continue
        others = [n for n in range(2, 13) if abs(n - int(value)) in (2, 3, 4)]
        chance.shuffle(others)
        for other in others:
            now = _COUNTED[str(other)]
            if not re.search(rf"\b(?:{now}|{other})\b", around.text):
                return _changed(sentence, match.start(), match.end(), "number", now)
    return None


def _subject(sentence: str, around: Surroundings, chance: random.Random) -> Change | None:
    """What is said of one thing is said of its sibling, of which the notes say something else."""
    match = _DEFINITION.match(sentence)
    if match is None or match[1].split()[0] in _NO_SUBJECT:
        return None
    own = match[1]
    others = [one for one in around.subjects.get(_group(match), ()) if not _overlap(one, own)]
    others = [one for one in others if _plain_subject(one) not in sentence.casefold()]
    if not others:
        return None
    return _changed(sentence, 0, match.end(1), "subject", chance.choice(others))


def _group(match: re.Match[str]) -> str:
    """Subjects of one form only: with an article or without, and their verb."""
    return f"{match[1].startswith(('A ', 'An '))} {match[2].removesuffix('n')}"


def _plain_subject(subject: str) -> str:
    return re.sub(r"^(?:an?|the) ", "", subject.casefold())


def _overlap(one: str, other: str) -> bool:
    return bool(set(_plain_subject(one).split()) & set(_plain_subject(other).split()))


def _name(sentence: str, around: Surroundings, chance: random.Random) -> Change | None:
    for match in _NAME.finditer(sentence):
        before, name = match[1], match[2]
        if before not in _PLACING:
            continue
        pool = _CALENDAR if name in _CALENDAR else around.names.get(before, ())
        others = [
            other for other in pool
            if other not in sentence and name not in other and len(other.split()) == len(name.split())
            and (other in _CALENDAR) == (name in _CALENDAR)
        ]  # fmt: skip
        if others:
            return _changed(sentence, match.start(2), match.end(2), "name", chance.choice(others))
    return None


def _opposite(sentence: str, around: Surroundings, chance: random.Random) -> Change | None:
    found = [match for match in _WORD.finditer(sentence) if match[0] in ANTONYMS]
    written = set(_WORD.findall(sentence))
    for match in found:
        other = ANTONYMS[match[0]]
        # "Before and after", "with or without": there the sentence names both sides.
        if other in written or re.search(rf"\b(?:and|or|than|nor) {re.escape(match[0])}\b", sentence):
            continue
        if match[0] in ("more", "less") and len(found) > 1:
            continue
        return _changed(sentence, match.start(), match.end(), "opposite", other)
    return None


def _negation(sentence: str, around: Surroundings, chance: random.Random) -> Change | None:
    clause = _CLAUSE.search(sentence)
    end = clause.start() if clause else len(sentence)
    if match := _NEGATED.search(sentence, 0, end):
        was, now = match[0].rstrip(), "can" if match[0].startswith("cannot") else match[1]
        if now in ("does", "do", "did"):
            return None
        return _changed(sentence, match.start(), match.start() + len(was), "negation", now)
    if match := _FINITE.search(sentence, 0, end):
        first, _, rest = match[1].partition(" ")
        now = "cannot" if first == "can" else f"{first} not {rest}".rstrip()
        return _changed(sentence, match.start(1), match.end(1), "negation", now)
    return None


def _changed(sentence: str, start: int, end: int, kind: str, now: str) -> Change:
    return Change(f"{sentence[:start]}{now}{sentence[end:]}", kind, sentence[start:end], now)
