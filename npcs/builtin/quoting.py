"""Which sentences of the notes to quote for a question."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from npcs.builtin.retrieval import Index, Passage
from npcs.builtin.sentences import is_code, leans_back, sentences, without_list_mark
from npcs.builtin.words import asked_stems, stem, stems, words

# Below this no sentence has anything to do with the question, unless a rare word says so.
MIN_COSINE = 0.30
# From here on the lead-in does not apologise.
SURE_COSINE = 0.55
# Many shared words need less of it, but a word like "moon" alone proves nothing.
NEAR_COSINE = 0.50
# Without vectors: how much of the question's weight a sentence must share.
MIN_OVERLAP = 0.34
SURE_OVERLAP = 0.6

MAX_PASSAGES = 3
MAX_SENTENCES = 3
NEXT_SHARE = 0.75
MIN_WORDS = 4
MAX_CANDIDATES = 60
ENOUGH_WORDS = 60
MAX_DEFINITION = 200  # characters of a question like "what is a comet"

_LABEL = re.compile(r"(?:sources?|authors?|copyright|licen[cs]e|references?|see also)\b ?:", re.I)
_WHEN = re.compile(r"\b(?:1\d{3}|20\d{2}|century|BC|AD|ago|January|February|March|April|May|June"
                   r"|July|August|September|October|November|December)\b")  # fmt: skip
_CAUSE = re.compile(r"\b(?:because|since|therefore|so that|due to|causes?|caused|reason)\b", re.I)
_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|dozen)\b", re.I
)
_NAME = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+|(?<=[a-z,] )[A-Z][a-z]{2,}")
_ASKED: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(r"\bwhen\b|\b(?:what|which) (?:year|century|date)\b", re.I), _WHEN),
    (re.compile(r"\bhow (?:many|much|far|long|old|big|large|tall|hot|fast|often)\b", re.I), _NUMBER),
    (re.compile(r"\bwho\b|\bwhose\b", re.I), _NAME),
    (re.compile(r"\bwhy\b|\breason\b|\bcause", re.I), _CAUSE),
)
_DEFINITION = re.compile(
    r"(?:what(?:'s| is| are| does| do)|define|explain|meaning of) (?:an? |the )?(.{2,60}?)"
    r"(?: mean)?[?.!]*$",
    re.I,
)
_FITTING_KIND = 0.08
_DEFINING = 0.15


@dataclass(frozen=True, slots=True)
class Quote:
    passage_id: int
    text: str
    is_weak: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    passage: Passage
    position: int
    text: str
    cosine: float = 0.0
    overlap: float = 0.0
    has_name: bool = False
    score: float = 0.0


def sentences_of(passage: Passage) -> list[str]:
    """What of a passage can be quoted alone: prose, no labels, no code, no bare words."""
    return [text for text in _plain_sentences(passage) if _is_prose(text)]


def choose(question: str, *, notes: Index, said: str = "") -> list[Quote]:
    """The quotes that answer best, one for each passage; none when the notes are silent."""
    hits = notes.search(question, limit=MAX_PASSAGES)
    passages = [notes.passages[hit.id] for hit in hits]
    ranked = sorted(
        _scored(question, passages, notes=notes, said=said),
        key=lambda candidate: -candidate.score,
    )
    if not ranked or not _is_related(ranked, notes=notes):
        return []
    is_far = _is_far(ranked[0], notes=notes)
    picked = ranked[:1] if is_far and not ranked[0].has_name else _picked(ranked)
    is_weak = is_far or not _fits_kind(ranked[0].text, question)
    return _quotes(picked, asked=set(asked_stems(question)), said=said, is_weak=is_weak)


def _plain_sentences(passage: Passage) -> list[str]:
    return [without_list_mark(text) for text in sentences(passage.text)]


def _is_prose(text: str) -> bool:
    if is_code(text) or _LABEL.match(text) or text.endswith((":", "?")):
        return False
    return len(text.split()) >= MIN_WORDS


def _scored(question: str, passages: Sequence[Passage], *, notes: Index, said: str) -> list[_Candidate]:
    candidates = [
        _Candidate(passage, position, text)
        for passage in passages
        for position, text in enumerate(_plain_sentences(passage))
        if _is_prose(text) and text not in said
    ][:MAX_CANDIDATES]
    asked = set(asked_stems(question))
    bonus = _bonus(question)
    cosines = _cosines(question, candidates, notes=notes)
    return [
        _with_scores(candidate, cosine=cosine, asked=asked, notes=notes, bonus=bonus)
        for candidate, cosine in zip(candidates, cosines, strict=True)
    ]


def _cosines(question: str, candidates: Sequence[_Candidate], *, notes: Index) -> list[float]:
    if notes.embed is None or not candidates:
        return [0.0] * len(candidates)
    # The heading tells what "the form" or "the stone" is.
    texts = [f"{candidate.passage.topic}: {candidate.text}" for candidate in candidates]
    vectors = notes.embed([question, *texts])
    return [float(cosine) for cosine in vectors[1:] @ vectors[0]]


def _with_scores(
    candidate: _Candidate,
    *,
    cosine: float,
    asked: set[str],
    notes: Index,
    bonus: Callable[[str], float],
) -> _Candidate:
    found = set(stems(candidate.text))
    above = set(stems(candidate.passage.topic))
    total = sum(_weight(word, notes) for word in asked) or 1.0
    shared = sum(_weight(word, notes) * _share(word, found, above) for word in asked)
    overlap = shared / total
    meaning = cosine if notes.embed is not None else overlap
    score = 0.5 * meaning + 0.5 * overlap + bonus(candidate.text)
    if leans_back(candidate.text):
        score *= 0.9
    return replace(
        candidate,
        cosine=cosine,
        overlap=overlap,
        has_name=any(notes.is_rare_name(word) for word in asked & found),
        score=score,
    )


def _share(word: str, found: set[str], above: set[str]) -> float:
    """How much of a word the sentence has: itself, a relative, or only under its heading."""
    if word in found:
        return 1.0
    if any(_is_related_form(word, other) for other in found):
        return 0.7
    return 0.5 if word in above else 0.0


def _is_related_form(one: str, other: str) -> bool:
    """Infinity and infinite, Pythagoras and Pythagorean: a long common beginning."""
    shorter = min(len(one), len(other))
    return shorter >= 6 and abs(len(one) - len(other)) <= 3 and one[:6] == other[:6]


def _weight(word: str, notes: Index) -> float:
    return notes.weight(word) * (2 if notes.is_rare_name(word) else 1)


def _bonus(question: str) -> Callable[[str], float]:
    """A question for a date prefers a sentence with one, and so on."""
    fitting = [wanted for sign, wanted in _ASKED if sign.search(question)]
    defined = _DEFINITION.search(question) if len(question) <= MAX_DEFINITION else None
    subject = [stem(word) for word in words(defined[1])] if defined else []

    def bonus(text: str) -> float:
        extra = _FITTING_KIND * any(wanted.search(text) for wanted in fitting)
        return extra + _DEFINING * (bool(subject) and _defines(text, subject))

    return bonus


def _defines(text: str, subject: list[str]) -> bool:
    """Whether the sentence is one about the subject: "A comet is", "The Moon orbits"."""
    start = [stem(word) for word in words(text)[: len(subject) + 3]]
    if start and start[0] in {"a", "an", "the"}:
        start = start[1:]
    return start[: len(subject)] == subject and bool(
        {"is", "are", "mean", "was", "were", "consist", "describ"} & set(start[len(subject) :])
    )


def _is_related(ranked: Sequence[_Candidate], *, notes: Index) -> bool:
    if any(candidate.has_name for candidate in ranked):
        return True
    if notes.embed is None:
        return max(candidate.overlap for candidate in ranked) >= MIN_OVERLAP
    return max(candidate.cosine for candidate in ranked) >= MIN_COSINE


def _is_far(best: _Candidate, *, notes: Index) -> bool:
    """Whether the lead-in must say that this is only the closest there is."""
    if notes.embed is None:
        return best.overlap < SURE_OVERLAP
    by_words = best.overlap >= SURE_OVERLAP and best.cosine >= NEAR_COSINE
    return best.cosine < SURE_COSINE and not by_words


def _fits_kind(text: str, question: str) -> bool:
    """A question for a date wants one in the answer; the same for names, numbers, causes."""
    kinds = [wanted for sign, wanted in _ASKED if sign.search(question)]
    return not kinds or any(wanted.search(text) for wanted in kinds)


def _picked(ranked: Sequence[_Candidate]) -> list[_Candidate]:
    """The best, and what is nearly as good and says something else."""
    best, *others = ranked
    picked = [best]
    for candidate in others:
        size = sum(len(other.text.split()) for other in picked)
        if len(picked) == MAX_SENTENCES or size >= ENOUGH_WORDS:
            break
        if candidate.score < NEXT_SHARE * best.score:
            break
        if best.has_name and not candidate.has_name:
            continue
        if not any(_is_alike(candidate.text, other.text) for other in picked):
            picked.append(candidate)
    return picked


def _is_alike(one: str, other: str) -> bool:
    first, second = set(stems(one)), set(stems(other))
    return len(first & second) > 0.7 * max(len(first), len(second))


def _quotes(picked: Sequence[_Candidate], *, asked: set[str], said: str, is_weak: bool) -> list[Quote]:
    quotes = []
    for passage in dict.fromkeys(candidate.passage for candidate in picked):
        chosen = {candidate.position for candidate in picked if candidate.passage is passage}
        texts = _plain_sentences(passage)
        for position in sorted(chosen):
            subject = asked & set(stems(passage.topic))
            chosen |= _needed_before(position, texts, subject=subject, said=said)
        text = " ".join(texts[position] for position in sorted(chosen))
        quotes.append(Quote(passage.id, text, is_weak))
    return quotes


def _needed_before(position: int, texts: Sequence[str], *, subject: set[str], said: str) -> set[int]:
    """The sentences that a leaning one leans on, at most two."""
    needed: set[int] = set()
    while position and len(needed) < 2 and _needs_one_before(texts[position], subject):
        position -= 1
        if not _is_prose(texts[position]) or texts[position] in said:
            break
        needed.add(position)
    return needed


def _needs_one_before(text: str, subject: set[str]) -> bool:
    """Leaning words, or "The form" where the heading names what the question asked for."""
    return leans_back(text) or (text.startswith("The ") and bool(subject) and not subject & set(stems(text)))
