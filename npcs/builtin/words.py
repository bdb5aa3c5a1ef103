"""Words for comparing texts: light English stems, rarity and keywords."""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from npcs.builtin.lexicon import MEASURES, STOP_WORDS

_WORD = re.compile(r"[^\W_]+(?:['\u2019.][^\W_]+)*")
_PAIRED_SCRIPTS = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_MEASURE = re.compile(rf"\bhow ({'|'.join(MEASURES)})\b(?: away\b)?", re.IGNORECASE)
_VOWELS = frozenset("aeiouy")
_MAX_WORD = 60


def words(text: str) -> list[str]:
    """Words as written; scripts without spaces come in pairs of characters."""
    found: list[str] = []
    for match in _WORD.finditer(text):
        word = match[0]
        if _PAIRED_SCRIPTS.search(word):
            found += [word[i : i + 2] for i in range(max(1, len(word) - 1))]
        else:
            found += [word[:_MAX_WORD]]
    return found


def stems(text: str) -> list[str]:
    """What the text is about: its stems without stop words, in their order."""
    return [stem(word) for word in words(text) if not is_stop_word(word)]


def asked_stems(question: str) -> list[str]:
    """What is asked about; "how far away is the Moon" asks for a distance."""
    return stems(_MEASURE.sub(lambda match: MEASURES[match[1].lower()], question))


def is_stop_word(word: str) -> bool:
    return word.lower().replace("\u2019", "'") in STOP_WORDS


def stem(word: str) -> str:
    """Forms of one word fall together: erupts, erupted, erupting and eruption."""
    word = _folded(word)
    if not word.isalpha() or len(word) < 4:
        return word
    word = _without_plural(word)
    word = _without_ending(word)
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and word[-2:-1] not in _VOWELS else word


def _folded(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.lower().replace("\u2019", "'"))
    word = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return word.removesuffix("'s").replace("'", "")


def _without_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_ending(word: str) -> str:
    if word.endswith("ion") and len(word) > 7 and word[-4] in "st":
        return word[:-3]
    for ending in ("ingly", "edly", "ing", "ed", "ly"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and _VOWELS.intersection(rest):
            doubled = len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "lsz"
            return rest[:-1] if doubled and ending != "ly" else rest
    return word


def rarity(texts: Iterable[str]) -> dict[str, float]:
    """How much each stem says: high for those that few of the texts contain."""
    frequency: Counter[str] = Counter()
    count = 0
    for text in texts:
        frequency.update(set(stems(text)))
        count += 1
    return {word: idf(count, found) for word, found in frequency.items()}


def idf(count: int, found: int) -> float:
    return math.log(1 + (count - found + 0.5) / (found + 0.5))


def keywords(text: str, *, limit: int = 8, weights: Mapping[str, float] | None = None) -> list[str]:
    """The words that say most about the text, as they are most often written in it."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for word in words(text):
        if len(word) > 2 and not is_stop_word(word) and not word[0].isdigit():
            forms[stem(word)][word] += 1
    weights = weights or {}
    unknown = max(weights.values(), default=1.0)

    def score(key: str) -> float:
        return forms[key].total() * weights.get(key, unknown)

    best = sorted(forms, key=lambda key: (-score(key), key))[:limit]
    return [_usual_form(forms[key]) for key in best]


def _usual_form(forms: Counter[str]) -> str:
    # Lower case wins: a capital may come from a heading or the beginning of a sentence.
    return min(forms, key=lambda form: (not form.islower(), -forms[form], form))
