"""The ladder of hints: a nudge, the words on which a statement turns, and a similar one worked through.

Nothing here is given the key of the statement that is asked, so no hint can tell it. What is quoted of it are
its own words; those of its other variant only say where the two part.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from npcs.builtin.antonyms import ANTONYMS
from npcs.builtin.lexicon import NUMBER_WORDS, word_set
from npcs.builtin.secrets import Secrets
from npcs.builtin.words import keywords, rarity, stems

NUDGE, TARGETED, WORKED = 1, 2, 3
LAST = WORKED

NUDGES = {
    "number": (
        "There is a number in it. Before you judge it, estimate that number yourself: how far off would it have "
        "to be before you said no?"
    ),
    "quantifier": (
        "It speaks of every case at once. Look for a single case that breaks it: what would such a case look like?"
    ),
    "comparison": (
        "It puts one side before another. Turn it round in your mind: which way round fits what you know?"
    ),
    "general": (
        "Say it in your own words, and then say its opposite. What would have to be different in the world for "
        "that opposite to hold?"
    ),
}
TURNS_ON = "Much hangs on “{}”. Leave the rest aside for a moment: what do you know about exactly this, and from where?"
TURNS_BESIDE = (
    "Much hangs on what stands just beside “{}”. What do you know about exactly that, and from where?"
)
TAKE_APART = (
    "Take it apart: what is it about, and what exactly does it say of that? Check the second part by itself."
)
EXAMPLE = (
    "Here is a similar one, worked through: “{}” That one is {}.{} Now go through yours in the same way."
)
NO_EXAMPLE = "I have no similar statement that I could work through with you. So once more: {}"
NOTICE = "From the second hint on, an answer to it no longer counts for the skill."
NO_MORE = "That was my last hint. Decide by what you know; once it is answered we can talk about it."

_NUMBER = re.compile(r"\d")
_COUNTED = frozenset(NUMBER_WORDS) - {"zero", "one"}
_QUANTIFIERS = word_set(
    """
    all always any anything cannot completely each entirely every everybody everyone everything exactly
    exclusively most must never no nobody none nothing only solely
    """
)
_COMPARING = word_set("equal equally fewer least less more than same") | {
    word for word in ANTONYMS if word.endswith(("er", "est"))
}
_EDGES = ".,;:!?\"'“”\u2018\u2019()[]«»…"
# Two sentences that differ in more than so many words, or in more than this share of them, are two wordings, and
# not one with a change.
_CHANGED_AT_MOST = 0.5
_CHANGED_WORDS = 4
_PLACES_AT_MOST = 2
_BESIDE = 3

# --- Whether somebody wants help -----------------------------------------------------------------------------

_END = r"(?= *(?:$|[,.!?;:]))"
_NOT_KNOWING = r"(?:don'?t|do not|can'?t|cannot) (?:know|tell|get|decide|figure|understand)"
_ASKING = re.compile(
    r"\b(?:hints?|clues?|stuck|spoilers?|solutions?|solve (?:it|this|that))\b"
    r"|\b(?:the|your|right|correct) (?:answer|key)\b|\banswer (?:it|this|that)\b|\bwhat(?:'s| is) the key\b"
    r"|\b(?:true or false|false or true|right or wrong)\b"
    r"|\b(?:just|simply|please) (?:tell|say|reveal)(?: me| it| us)*" + _END +
    r"|\btell (?:me|us)(?:" + _END + r"| (?:it|this|that|please|now|already|if|whether)\b)"
    r"|\bhelp(?: me| us)?(?:" + _END + r"| (?:with (?:it|this|that)|please|out|here)\b)"
    r"|\b(?:is|are) (?:it|this|that|these|they)(?: one| statement)? (?:really )?(?:true|false|right|wrong|correct)\b"
    r"|\b" + _NOT_KNOWING + r"(?:" + _END + r"| (?:it|this|that|the answer)\b)"
    r"|\b(?:no idea|not sure|i give up|i'?m lost)" + _END,
    re.IGNORECASE,
)  # fmt: skip
# So much of a statement is spoken of by a question about it.
_ABOUT = 0.4
_ABOUT_LEAST = 2


@dataclass(frozen=True, slots=True)
class Example:
    """A statement whose key may be told."""

    text: str
    is_true: bool
    explanation: str = ""


def is_hinted(level: int) -> bool:
    """Whether an answer after hints up to this level counts no more: a nudge says nothing about the statement."""
    return level > NUDGE


def nudge(text: str) -> str:
    """What makes one think about what would have to be different, by what kind of statement it is."""
    return NUDGES[_kind(text)]


def targeted(text: str, *, other: str = "", around: Iterable[str] = ()) -> str:
    """The words on which the statement turns. `other` is the other variant of its fact, `around` what is said
    in its topic, by which rare words are told from common ones.
    """
    words = turning_words(text, other=other, around=around)
    return TURNS_ON.format(words) if words else TAKE_APART


def shared_nudge(text: str, other: str) -> str:
    """The same for those who are asked different variants: from what both have in common."""
    own, others = _words(text), _plain_words(other)
    return nudge(" ".join(word for word in own if _plain(word) in others))


def shared_target(text: str, other: str) -> str:
    """Where the two part, by words that both have."""
    own = _words(text)
    parts = _parting(own, _words(other))
    if not parts:
        return TAKE_APART
    (start, end), *more = parts
    until = min(end + _BESIDE, more[0][0] if more else len(own))
    beside = own[max(start - _BESIDE, 0) : start] or own[end:until]
    return TURNS_BESIDE.format(_trimmed(beside)) if beside else TAKE_APART


def worked(example: Example | None, *, target: str) -> str:
    """The example with its key; the targeted hint once more where there is none."""
    if example is None:
        return NO_EXAMPLE.format(target[0].lower() + target[1:])
    why = f" {example.explanation.strip()}" if example.explanation.strip() else ""
    return EXAMPLE.format(example.text, str(example.is_true).lower(), why)


def fitting(examples: Iterable[Example], *, asked: Iterable[str]) -> Example | None:
    """The first of them that decides nothing of what is asked, neither by its sentence nor by its reason."""
    secrets = Secrets(asked)
    return next((one for one in examples if _is_harmless(one, secrets)), None)


def turning_words(text: str, *, other: str = "", around: Iterable[str] = ()) -> str:
    own = _words(text)
    return (
        _where_they_part(own, other)
        or next((_trimmed([word]) for word in own if _is_number(word)), "")
        or next((_trimmed([word]) for word in own if _plain(word) in _QUANTIFIERS), "")
        or next((_trimmed([word]) for word in own if _plain(word) in _COMPARING), "")
        or _rarest(text, around)
    )


def asks_for_help(text: str) -> bool:
    """Whether a message wants a hint, or the answer itself."""
    return _ASKING.search(text.replace("\u2019", "'")) is not None


def overlap(text: str, statement: str) -> float:
    """How much of the statement a message speaks of, from 0 to 1; a single word in common is a subject."""
    about = frozenset(stems(statement))
    shared = len(about.intersection(stems(text)))
    return shared / len(about) if shared >= min(_ABOUT_LEAST, len(about)) > 0 else 0.0


def is_about(text: str, statement: str) -> bool:
    return overlap(text, statement) >= _ABOUT


def _kind(text: str) -> str:
    plain = _plain_words(text)
    if _NUMBER.search(text) or plain & _COUNTED:
        return "number"
    if plain & _QUANTIFIERS:
        return "quantifier"
    return "comparison" if plain & _COMPARING else "general"


def _where_they_part(own: Sequence[str], other: str) -> str:
    """The statement's own words there; where the other variant only has more, those around the place."""
    found = []
    for start, end in _parting(own, _words(other)):
        words = own[start:end] or own[max(start - 1, 0) : start + 1]
        found.append(_trimmed(words))
    return " … ".join(words for words in found if words)


def _parting(own: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """The places in the first where the two differ; none when they are two wordings altogether."""
    if not own or not other:
        return []
    matcher = SequenceMatcher(
        None, [_plain(word) for word in own], [_plain(word) for word in other], autojunk=False
    )
    changes = [(start, end) for tag, start, end, *_ in matcher.get_opcodes() if tag != "equal"]
    changed = sum(end - start for start, end in changes)
    is_one_sentence = len(changes) <= _PLACES_AT_MOST and changed <= min(
        _CHANGED_WORDS, _CHANGED_AT_MOST * len(own)
    )
    return changes if is_one_sentence else []


def _rarest(text: str, around: Iterable[str]) -> str:
    return next(iter(keywords(text, limit=1, weights=rarity([text, *around]))), "")


def _is_harmless(example: Example, secrets: Secrets) -> bool:
    said = f"{example.text} {example.explanation}".strip()
    return secrets.kept_from(said) == said


def _is_number(word: str) -> bool:
    return bool(_NUMBER.search(word)) or _plain(word) in _COUNTED


def _words(text: str) -> list[str]:
    return text.split()


def _plain_words(text: str) -> frozenset[str]:
    return frozenset(_plain(word) for word in _words(text))


def _plain(word: str) -> str:
    return word.strip(_EDGES).casefold()


def _trimmed(words: Sequence[str]) -> str:
    return " ".join(words).strip(_EDGES)
