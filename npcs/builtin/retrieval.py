"""Finding passages: meaning and words, two ranked lists fused into one.

Words are not optional. Of a name that the model has never seen it knows nothing, and the
passage that contains the name is then far down the list of meanings.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from npcs.builtin.terms import Vocabulary, counts_of, term_of, terms_of, vocabulary
from npcs.builtin.text import one_line
from npcs.builtin.words import asked_stems, idf
from padawanforge.kit.vectors import cosine_scores

Embed = Callable[[Sequence[str]], np.ndarray]

MAX_QUESTION = 4000
FUSION_K = 20
# Measured on 281 questions: equal weights are worse than meaning alone, 0.2 to 0.4 is best.
LEXICAL_WEIGHT = 0.3
# A name that few passages contain says more than any resemblance, where meaning alone would pass it over. Where the
# passage that means most like it has the name as well, more weight for words only lets in what shares the others.
NAME_WEIGHT = 1.5

# A word that stands in more of the passages than this finds none of them.
COMMON_SHARE = 0.2
MAX_WORDS = 12

_K1 = 1.2
_B = 0.75


@dataclass(frozen=True, slots=True)
class Passage:
    """What the index needs of a stored chunk; without a vector it is found by words only."""

    id: int
    text: str
    heading: str = ""
    vector: np.ndarray | None = field(default=None, compare=False, repr=False)

    @property
    def topic(self) -> str:
        return self.heading.rsplit(" > ", 1)[-1]

    @property
    def whole(self) -> str:
        """What is embedded and searched: the last heading belongs to the meaning."""
        return f"{self.topic}\n{self.text}" if self.heading else self.text


@dataclass(frozen=True, slots=True)
class Hit:
    id: int
    score: float
    cosine: float  # 0.0 where the passage or the engine has no vector
    lexical: float  # BM25; 0.0 where no word is shared
    cosine_rank: int = 0  # from 1; 0 where that side did not find it
    lexical_rank: int = 0


class Index:
    """The passages of one character, ready to be asked; all of them in memory."""

    embed: Embed | None
    passages: Mapping[int, Passage]
    words: Vocabulary

    def __init__(self, passages: Sequence[Passage], *, embed: Embed | None = None) -> None:
        self.passages = {passage.id: passage for passage in passages}
        self.embed = embed
        self._order = list(passages)
        terms = [terms_of(passage.whole) for passage in passages]
        self.words = vocabulary(terms)
        self._counts = [counts_of(line) for line in terms]
        embedded = [i for i, passage in enumerate(passages) if passage.vector is not None]
        self._embedded = embedded if embed else []
        self._matrix = (
            np.stack([np.asarray(self._order[i].vector, dtype=np.float32) for i in embedded])
            if self._embedded
            else None
        )

    def weight(self, word: str) -> float:
        """How much a stem says here; one that no passage contains, the most."""
        return idf(max(self.words.count, 1), self.words.frequency[term_of(word)])

    def knows(self, word: str) -> bool:
        return term_of(word) in self.words.frequency

    def is_rare_name(self, word: str) -> bool:
        limit = max(2, self.words.count // 10)
        term = term_of(word)
        return term in self.words.names and self.words.frequency[term] <= limit

    def spread(self, count: int) -> list[Passage]:
        """So many passages from everywhere in the notes."""
        step = max(1, len(self._order) // count)
        return self._order[step // 2 :: step][:count]

    def search(self, question: str, limit: int = 5) -> list[Hit]:
        """The passages nearest to the question, best first; unrelated ones are left out."""
        question = one_line(question[:MAX_QUESTION])
        if not self._order or not question:
            return []
        asked = asked_stems(question)
        weights = self.weights_of(asked)
        mean_size = self.words.mean_size
        lexical = {
            passage.id: score
            for passage, count in zip(self._order, self._counts, strict=True)
            if (score := bm25(count, weights, mean_size=mean_size)) > 0
        }
        cosines = self._cosines(question)
        counts = {passage.id: count for passage, count in zip(self._order, self._counts, strict=True)}
        weight = self.lexical_weight(asked, nearest=counts.get(nearest_of(cosines), ()))
        return fused(cosines, lexical, weight=weight)[:limit]

    def weights_of(self, asked: Sequence[str]) -> dict[str, float]:
        """The words of a question by which passages are looked up: known here, and the rarest of them."""
        frequency = self.words.frequency
        found = {term: self.weight(term) for term in map(term_of, asked) if term in frequency}
        common = COMMON_SHARE * self.words.count
        telling = {term: weight for term, weight in found.items() if frequency[term] <= common}
        return dict(sorted((telling or found).items(), key=lambda entry: -entry[1])[:MAX_WORDS])

    def lexical_weight(self, asked: Sequence[str], *, nearest: Collection[str]) -> float:
        """How much words count beside meaning; `nearest` are the stems of the passage that meaning puts first."""
        is_missed = any(self.is_rare_name(word) and term_of(word) not in nearest for word in asked)
        return NAME_WEIGHT if is_missed else LEXICAL_WEIGHT

    def _cosines(self, question: str) -> dict[int, float]:
        if self.embed is None or self._matrix is None:
            return {}
        scores = cosine_scores(self._matrix, self.embed([question])[0])
        return {self._order[i].id: float(score) for i, score in zip(self._embedded, scores, strict=True)}


def nearest_of(cosines: Mapping[int, float]) -> int:
    """The passage that means most like the question; -1 where none does."""
    return next(iter(_ranks(cosines)), -1)


def bm25(counts: Mapping[str, int], weights: Mapping[str, float], *, mean_size: float) -> float:
    """How well a passage with these counts of stems fits the weighted words."""
    size = sum(counts.values())
    length = _K1 * (1 - _B + _B * size / max(mean_size, 1.0))
    return sum(
        weight * counts[word] * (_K1 + 1) / (counts[word] + length)
        for word, weight in weights.items()
        if counts.get(word)
    )


def fused(cosines: Mapping[int, float], lexical: Mapping[int, float], *, weight: float) -> list[Hit]:
    """Both sides as one list by their reciprocal ranks, best first; what scored nothing gets nothing."""
    by_meaning, by_words = _ranks(cosines), _ranks(lexical)
    hits = [
        Hit(
            id=key,
            score=_share(by_meaning.get(key)) + weight * _share(by_words.get(key)),
            cosine=cosines.get(key, 0.0),
            lexical=lexical.get(key, 0.0),
            cosine_rank=by_meaning.get(key, 0),
            lexical_rank=by_words.get(key, 0),
        )
        for key in by_meaning.keys() | by_words.keys()
    ]
    return sorted(hits, key=lambda hit: (-hit.score, -hit.cosine, hit.id))


def _ranks(scores: Mapping[int, float]) -> dict[int, int]:
    related = sorted((key for key in scores if scores[key] > 0), key=lambda key: (-scores[key], key))
    return {key: rank for rank, key in enumerate(related, start=1)}


def _share(rank: int | None) -> float:
    return 1 / (FUSION_K + rank) if rank else 0.0
