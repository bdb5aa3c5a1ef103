"""True and false statements out of notes, without a model: sentences that stand alone, and one change in each.

The same notes, the same seed and the same engine make the same statements. What is made is a candidate: a
person looks at it before it is played.
"""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from npcs.builtin.falsifying import Change, falsified, surroundings_of
from npcs.builtin.quoting import sentences_of
from npcs.builtin.retrieval import Passage
from npcs.builtin.sentences import ORDERS, leans_back, without_list_mark
from npcs.builtin.words import rarity, stems

MIN_WORDS, MAX_WORDS = 6, 34
PER_PASSAGE = 3

_LEADING = re.compile(
    r"(?:However|In addition|For example|For instance|In fact|In general|Of course|Today|Usually|Generally|"
    r"Interestingly|As a result|In contrast|In particular|Nowadays|Finally|Similarly), "
)
_TAIL = re.compile(r"(?:;|, (?:because|although|though|which is why|so that|since|whereas)\b| because\b).*$")
_SYMBOL = re.compile(r"[|<>{}=_`~^\\*#\[\]@]|https?:|www\.|\.\.\.|…|→|\$\w")
_PERSONAL = re.compile(r"\b(?:I|we|you|your|our|my|us|me|let's|please)\b", re.IGNORECASE)
_POINTING = re.compile(r"\b(?:above|following|figure|table|chapter|section|see|page|next|previous)\b", re.I)
_EARLY = re.compile(r"\b(?:this|these|those|such|there|here)\b", re.IGNORECASE)
_HEDGED = re.compile(r"\b(?:may|might|perhaps|probably|some|sometimes|often|can be|could)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}")


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence of the notes with both its sides. `quote` stands in the passage word for word."""

    passage: int
    quote: str
    true_text: str
    change: Change
    worth: float

    @property
    def key(self) -> str:
        return sha256(self.quote.encode()).hexdigest()[:12]

    @property
    def false_text(self) -> str:
        return self.change.text


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found, the best first; and by reason how many sentences were left out."""

    found: list[Fact]
    dropped: Counter[str] = field(default_factory=Counter)


def facts_of(passages: Sequence[Passage], *, seed: int) -> Facts:
    """Facts of a document, at most a few from each passage."""
    by_passage = {passage.id: sentences_of(passage) for passage in passages}
    everything = [sentence for sentences in by_passage.values() for sentence in sentences]
    around = surroundings_of("\n".join(passage.text for passage in passages), everything)
    weights = rarity(everything)
    dropped: Counter[str] = Counter()
    found: list[Fact] = []
    for passage, sentences in by_passage.items():
        best = []
        for position, sentence in enumerate(sentences):
            quote = without_list_mark(sentence)
            if reason := problem_of(quote):
                dropped[reason] += 1
                continue
            text = trimmed(quote)
            change = falsified(text, around=around, chance=random.Random(f"{seed}:{text}"))
            if change is None:
                dropped["no false side"] += 1
                continue
            best.append(Fact(passage, quote, text, change, _worth(text, change, position, weights)))
        best.sort(key=lambda fact: -fact.worth)
        found += best[:PER_PASSAGE]
        dropped["better ones in the passage"] += len(best[PER_PASSAGE:])
    found.sort(key=lambda fact: (-fact.worth, fact.passage, fact.quote))
    return Facts(found, +dropped)


def problem_of(sentence: str) -> str:
    """Why the sentence can't be asked by itself; empty when it can."""
    words = sentence.split()
    if not MIN_WORDS <= len(words) <= MAX_WORDS:
        return "too short or too long"
    if not sentence.endswith(".") or not sentence[0].isupper() or _is_unbalanced(sentence):
        return "no whole sentence"
    if _SYMBOL.search(sentence):
        return "symbols"
    if leans_back(sentence) or _EARLY.search(" ".join(words[:4])) or _POINTING.search(sentence):
        return "leans on others"
    if _PERSONAL.search(sentence) or ORDERS.search(sentence):
        return "speaks to the reader"
    return ""


def trimmed(sentence: str) -> str:
    """Without what leads over from the sentence before, and without the reasons behind it."""
    text = _LEADING.sub("", sentence, count=1)
    text = text[0].upper() + text[1:]
    short = _TAIL.sub(".", text)
    return short if len(short.split()) >= MIN_WORDS else text


def explanation_of(fact: Fact, *, is_true: bool) -> str:
    """Right by construction: the sentence of the notes, and what was changed."""
    said = f"The notes say: “{fact.quote}”"
    return said if is_true else f"{said} Here “{fact.change.was}” became “{fact.change.now}”."


def _is_unbalanced(sentence: str) -> bool:
    pairs = ("()", "“”", "«»")
    return any(sentence.count(pair[0]) != sentence.count(pair[1]) for pair in pairs) or (
        sentence.count('"') % 2 == 1
    )


def _worth(text: str, change: Change, position: int, weights: dict[str, float]) -> float:
    """What says much, names numbers and people, and stands early is worth asking."""
    own = stems(text)
    salience = sum(weights.get(stem, 0.0) for stem in set(own)) / max(len(own), 1)
    sure = {"number": 2.0, "subject": 1.6, "name": 0.8, "opposite": 0.6, "negation": 0.0}[change.kind]
    hedged = 0.8 if _HEDGED.search(text) else 0.0
    return salience + sure + 0.3 * bool(_NAME.search(text)) + 0.4 / (1 + position) - hedged
