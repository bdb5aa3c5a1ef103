"""Which memories come to mind: relevance, importance and recency, then as little repetition as possible."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

TOP = 6
TOKENS = 400
RELEVANCE_WEIGHT, IMPORTANCE_WEIGHT, RECENCY_WEIGHT = 1.0, 0.5, 0.5
# The next one to take is as relevant as possible and, with the other share, as unlike the taken ones.
MMR_RELEVANCE = 0.7
SAME_COSINE = 0.92
HALF_LIFE_HOURS = 24
# What was only said fades within days; what was learned from it stays for months.
KEPT_HALF_LIFE_HOURS = 24 * 30
FORGOTTEN_BELOW = 0.05
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A memory as far as ranking knows it; `words` are its stems."""

    id: int
    words: frozenset[str]
    importance: int
    created_at: datetime
    tokens: int
    access_count: int = 0
    last_access: datetime | None = None
    vector: np.ndarray | None = field(default=None, compare=False)
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    words: frozenset[str]
    vector: np.ndarray | None = field(default=None, compare=False)


def half_life(*, importance: int, access_count: int, hours: float = HALF_LIFE_HOURS) -> timedelta:
    """What is important and comes to mind often fades slowly."""
    return HOUR * hours * (1 + importance) * (1 + math.log1p(access_count))


def recency(candidate: Candidate, now: datetime) -> float:
    since = max(timedelta(0), now - (candidate.last_access or candidate.created_at))
    life = half_life(importance=candidate.importance, access_count=candidate.access_count)
    return math.exp(-(since / life))


def relevance(candidate: Candidate, question: Question) -> float:
    """By meaning where both have a vector, and by words: the better of the two, from 0 to 1."""
    return max(_cosine(candidate.vector, question.vector), _overlap(candidate.words, question.words))


def score(candidate: Candidate, question: Question, now: datetime) -> float:
    return (
        RELEVANCE_WEIGHT * relevance(candidate, question)
        + IMPORTANCE_WEIGHT * candidate.importance / 10
        + RECENCY_WEIGHT * recency(candidate, now)
    )


def best(
    candidates: Sequence[Candidate],
    question: Question,
    *,
    now: datetime,
    limit: int = TOP,
    tokens: int = TOKENS,
) -> list[int]:
    """The ids that come to mind, the best first: pinned ones before all, within the limit and the tokens."""
    scored = {candidate.id: score(candidate, question, now) for candidate in candidates}
    # Equal scores: the newer one, so that the same question finds the same memories.
    left = sorted(candidates, key=lambda it: (-scored[it.id], -it.id))[: limit * 10]
    left += [it for it in candidates if it.is_pinned and it not in left]
    taken: list[Candidate] = []
    while left and len(taken) < limit:
        chosen = max(left, key=lambda it: (it.is_pinned, _marginal(it, scored[it.id], taken), it.id))
        left.remove(chosen)
        if chosen.tokens > tokens or any(likeness(chosen, it) > SAME_COSINE for it in taken):
            continue
        tokens -= chosen.tokens
        taken.append(chosen)
    return [candidate.id for candidate in taken]


def likeness(one: Candidate, other: Candidate) -> float:
    """How much the two say the same, from 0 to 1."""
    if one.vector is not None and other.vector is not None:
        return _cosine(one.vector, other.vector)
    together = one.words | other.words
    return len(one.words & other.words) / len(together) if together else 0.0


def strength(*, kind: str, importance: int, access_count: int, since: datetime, now: datetime) -> float:
    """What is left of a memory that came to mind last at `since`; below FORGOTTEN_BELOW it is forgotten."""
    hours = HALF_LIFE_HOURS if kind == "episode" else KEPT_HALF_LIFE_HOURS
    life = half_life(importance=importance, access_count=access_count, hours=hours)
    return importance / 10 * math.exp(-(max(timedelta(0), now - since) / life))


def _marginal(candidate: Candidate, score_: float, taken: Sequence[Candidate]) -> float:
    repeated = max((likeness(candidate, it) for it in taken), default=0.0)
    return MMR_RELEVANCE * score_ - (1 - MMR_RELEVANCE) * repeated


def _cosine(one: np.ndarray | None, other: np.ndarray | None) -> float:
    """Of vectors of length 1."""
    if one is None or other is None:
        return 0.0
    return max(0.0, float(np.dot(one, other)))


def _overlap(words: frozenset[str], asked: frozenset[str]) -> float:
    if not words or not asked:
        return 0.0
    return len(words & asked) / math.sqrt(len(words) * len(asked))
