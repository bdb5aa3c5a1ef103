"""Which statements are like a sentence: by their words, and by their meaning where vectors are there."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from learning.models import Lifecycle, Statement, StatementFingerprint, StatementVector
from learning.rules.likeness import NEAR_DUPLICATE, fingerprints, likeness, trigrams
from padawanforge.kit import vectors

CHUNK = 500
SIMILAR = 0.5
SIMILAR_MEANING = 0.75
# Of a topic so many vectors are compared, the newest; 768 bytes each.
MAX_VECTORS = 5000


@dataclass(frozen=True, slots=True)
class Alike:
    """Another statement and why it is shown; `share` is from 0 to 1."""

    statement: Statement
    share: float
    is_variant: bool = False
    by_meaning: bool = False

    @property
    def percent(self) -> int:
        return round(100 * self.share)


def nearest(texts: Mapping[int, str], *, least: float = NEAR_DUPLICATE) -> dict[int, tuple[int, float]]:
    """For each text the statement that is most like it, if one is like it enough: its key and how much."""
    by_value: dict[int, list[int]] = defaultdict(list)
    for key, text in texts.items():
        for value in fingerprints(text):
            by_value[value].append(key)
    candidates = _candidates(by_value)
    others = _texts({other for found in candidates.values() for other in found})
    best: dict[int, tuple[int, float]] = {}
    for key, found in candidates.items():
        own = trigrams(texts[key])
        scored = [(likeness(own, trigrams(others[other])), -other) for other in found if other in others]
        share, other = max(scored, default=(0.0, 0))
        if share >= least:
            best[key] = (-other, share)
    return best


def similar_to(statement: Statement, *, limit: int = 6) -> list[Alike]:
    """What a reviewer should know of before another one is added: variants first, then what is most alike."""
    variants = _variants(statement)
    known = {statement.pk, *(one.statement.pk for one in variants)}
    by_words = _by_words(statement, known)
    known |= {one.statement.pk for one in by_words}
    by_meaning = _by_meaning(statement, known)
    ranked = sorted([*by_words, *by_meaning], key=lambda one: (-one.share, one.statement.pk))
    return [*variants, *ranked][:limit]


def _candidates(by_value: Mapping[int, list[int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    values = list(by_value)
    for start in range(0, len(values), CHUNK):
        rows = StatementFingerprint.objects.filter(value__in=values[start : start + CHUNK])
        for value, statement_id in rows.values_list("value", "statement_id"):
            for key in by_value[value]:
                found[key].add(statement_id)
    return found


def _texts(statement_ids: set[int]) -> dict[int, str]:
    wanted = sorted(statement_ids)
    texts: dict[int, str] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = Statement.objects.filter(pk__in=wanted[start : start + CHUNK])
        texts |= dict(rows.exclude(lifecycle=Lifecycle.RETIRED).values_list("pk", "text"))
    return texts


def _variants(statement: Statement) -> list[Alike]:
    if not statement.fact_key:
        return []
    others = Statement.objects.filter(topic=statement.topic_id, fact_key=statement.fact_key)
    own = trigrams(statement.text)
    return [
        Alike(other, likeness(own, trigrams(other.text)), is_variant=True)
        for other in others.exclude(pk=statement.pk).select_related("topic").order_by("pk")[:4]
    ]


def _by_words(statement: Statement, known: set[int]) -> list[Alike]:
    wanted = fingerprints(statement.text)
    keys = set(
        StatementFingerprint.objects.filter(value__in=wanted).values_list("statement_id", flat=True)[:CHUNK]
    )
    own = trigrams(statement.text)
    others = Statement.objects.filter(pk__in=keys - known).select_related("topic")
    shares = ((other, likeness(own, trigrams(other.text))) for other in others)
    return [Alike(other, share) for other, share in shares if share >= SIMILAR]


def _by_meaning(statement: Statement, known: set[int]) -> list[Alike]:
    """Only among statements of the same topic that have a vector of the same model."""
    own = StatementVector.objects.filter(
        pk=statement.pk, content_hash=statement.content_hash, statement__lang="en"
    ).first()
    if own is None:
        return []
    rows = StatementVector.objects.filter(
        statement__topic=statement.topic_id, embedding_model=own.embedding_model
    ).exclude(pk__in=known)
    pairs = list(rows.order_by("-pk").values_list("pk", "embedding")[:MAX_VECTORS])
    if not pairs:
        return []
    dimension = len(bytes(own.embedding)) // 2
    matrix = vectors.stack([bytes(data) for _, data in pairs], dimension=dimension)
    scores = vectors.cosine_scores(matrix, vectors.unpack(bytes(own.embedding), dimension=dimension))
    best = {
        pairs[at][0]: float(scores[at]) for at in vectors.top_k(scores, 5) if scores[at] >= SIMILAR_MEANING
    }
    others = Statement.objects.filter(pk__in=best).select_related("topic")
    return [Alike(other, best[other.pk], by_meaning=True) for other in others]
