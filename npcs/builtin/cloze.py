"""Check questions: a sentence of the notes with one word taken out, and the reply to it."""

import random
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from npcs.builtin import phrases
from npcs.builtin.lexicon import NUMBER_WORDS
from npcs.builtin.retrieval import Index
from npcs.builtin.sentences import ORDERS, is_code, leans_back
from npcs.builtin.text import escape_markdown, one_line
from npcs.builtin.words import is_stop_word, stem, stems, words

GAP = "\\_\\_\\_\\_\\_"
MIN_WORDS = 7
MAX_WORDS = 30
MAX_REPLY = 400
# What somebody says instead of a word can be a new question; a long line is one.
MAX_REPLY_WORDS = 8

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w%])")
_YEAR = re.compile(r"1\d{3}|20\d{2}")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_GIVING_UP = frozenset(
    [
        "i don't know", "don't know", "dont know", "i dont know", "no idea", "no clue", "pass",
        "skip", "idk", "not sure", "i'm not sure", "i give up", "tell me", "?",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cloze:
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class CheckedReply:
    """`verdict` is "right", "wrong", "skipped", or "other" when it was no reply at all."""

    verdict: str
    text: str


def make_cloze(
    candidates: Sequence[str], *, said: str, notes: Index, tone: str, chance: random.Random
) -> Cloze | None:
    """A gap in one of the sentences, none of them said just now; None when nothing fits."""
    given = set(stems(said))
    usable = [
        (_worth(sentence, gap, given=given), sentence, gap)
        for sentence in candidates
        if _is_usable(sentence) and (gap := _gap(sentence, given=given, notes=notes))
    ]
    if not usable:
        return None
    best = max(worth for worth, _, _ in usable)
    _, sentence, gap = chance.choice([entry for entry in usable if entry[0] == best])
    before, _, after = sentence.partition(gap)
    shown = f"> {escape_markdown(before)}{GAP}{escape_markdown(after)}"
    lead = phrases.say("check", tone=tone, chance=chance)
    return Cloze(f"{lead}\n\n{shown}", gap)


def without_gap(text: str, answer: str) -> str:
    """What was said with a check question, with the word in its place."""
    return text.replace(GAP, answer).replace("\\", "")


def check_reply(
    previous_check_answer: str, text: str, *, tone: str = phrases.DEFAULT_TONE, seed: int = 0
) -> CheckedReply:
    """Whether the learner's line names the missing word; a new question is left alone."""
    chance = random.Random(seed)
    reply = one_line(text[:MAX_REPLY])
    verdict = _verdict(previous_check_answer, reply)
    if verdict == "other":
        return CheckedReply(verdict, "")
    answer = escape_markdown(previous_check_answer)
    return CheckedReply(verdict, phrases.say(verdict, tone=tone, chance=chance, answer=answer))


def _verdict(expected: str, reply: str) -> str:
    said = reply.lower().replace("\u2019", "'").strip(" .!")
    if said in _GIVING_UP:
        return "skipped"
    if not said or not expected:
        return "other"
    asks = reply.endswith("?") and len(said.split()) > 3
    if len(said.split()) > MAX_REPLY_WORDS or asks:
        return "other"
    return "right" if _names(expected, said) else "wrong"


def _names(expected: str, said: str) -> bool:
    wanted = [_plain(word) for word in words(_THOUSANDS.sub("", expected))]
    heard = [_plain(word) for word in words(_THOUSANDS.sub("", said))]
    return all(any(_is_same(word, other) for other in heard) for word in wanted)


def _plain(word: str) -> str:
    word = NUMBER_WORDS.get(word.lower(), word)
    return word if word[0].isdigit() else stem(word)


def _is_same(word: str, other: str) -> bool:
    if word == other:
        return True
    # One slip of the pen in a longer word is no mistake in the subject; in a number it is.
    if word[0].isdigit() or len(word) < 5:
        return False
    return SequenceMatcher(None, word, other, autojunk=False).ratio() >= 0.85


def _is_usable(sentence: str) -> bool:
    size = len(sentence.split())
    fits = MIN_WORDS <= size <= MAX_WORDS and sentence[-1:] in {".", "!"}
    is_whole = not is_code(sentence) and not leans_back(sentence) and ":" not in sentence
    return fits and is_whole and not ORDERS.search(sentence)


def _worth(sentence: str, gap: str, *, given: Collection[str]) -> int:
    """A number or name is a fairer gap, and what was just spoken of a fairer sentence."""
    return 2 * (not gap.islower()) + bool(set(stems(sentence)).intersection(given))


def _gap(sentence: str, *, given: Collection[str], notes: Index) -> str:
    """A number, else a name, else the rarest word; only what occurs once and was not said."""
    found = words(sentence)
    numbers = [match[0] for match in _NUMBER.finditer(sentence)]
    # A year is worth more than the day of the month before it.
    numbers.sort(key=lambda number: not _YEAR.fullmatch(number))
    inner = [word for word in found[1:] if len(word) > 3 and not is_stop_word(word)]
    names = [w for w in inner if w[0].isupper() and w.isalpha() and _stands_alone(w, sentence)]
    rest = [w for w in inner if w.islower() and len(w) > 4 and _is_noun_like(w) and _is_whole(w, sentence)]
    rest.sort(key=lambda word: -notes.weight(stem(word)))
    for word in [*numbers, *names, *rest[:2]]:
        if sentence.count(word) == 1 and stem(word) not in given:
            return word
    return ""


def _stands_alone(word: str, sentence: str) -> bool:
    """Not half of a longer name: the other half would give it away."""
    before, _, after = sentence.partition(word)
    neighbours = [*before.split()[-1:], *after.split()[:1]]
    return _is_whole(word, sentence) and not any(other[:1].isupper() for other in neighbours)


def _is_whole(word: str, sentence: str) -> bool:
    """Not the half of a light-year."""
    before, _, after = sentence.partition(word)
    return before[-1:] in {"", " ", "("} and after[:1] in {"", " ", ".", ",", ";", "!", ")"}


def _is_noun_like(word: str) -> bool:
    return not word.endswith(("ly", "ed", "ing", "est", "ous", "ive", "able", "less"))
