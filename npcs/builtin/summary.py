"""The sentences that say most of what a text says: LexRank, a random walk between sentences that resemble each other."""

from collections.abc import Sequence

import numpy as np

from npcs.builtin.words import rarity, stems

DAMPING = 0.85
# Below this two sentences have nothing to do with each other.
THRESHOLD = 0.1
# What resembles a chosen sentence this much says the same again.
SAME = 0.8
ROUNDS = 50


def summarise(sentences: Sequence[str], vectors: np.ndarray, *, limit: int = 4) -> tuple[list[str], float]:
    """The chosen sentences in the order of the text, and how well they stand for all of them (0 to 1).

    `vectors` holds a row of length 1 for each sentence.
    """
    if not sentences:
        return [], 0.0
    likeness = np.clip(vectors @ vectors.T, 0.0, 1.0)
    weights = _walk(np.where(likeness >= THRESHOLD, likeness, 0.0))
    chosen: list[int] = []
    for position in np.argsort(-weights, kind="stable"):
        if all(likeness[position, other] < SAME for other in chosen):
            chosen.append(int(position))
        if len(chosen) == limit:
            break
    coverage = float(likeness[:, chosen].max(axis=1).mean())
    return [sentences[position] for position in sorted(chosen)], min(1.0, coverage)


def word_vectors(sentences: Sequence[str]) -> np.ndarray:
    """Rows of weighted words, for where no model makes better ones."""
    weights = rarity(sentences)
    column = {word: place for place, word in enumerate(sorted(weights))}
    matrix = np.zeros((len(sentences), max(len(column), 1)), dtype=np.float32)
    for row, sentence in enumerate(sentences):
        for word in stems(sentence):
            matrix[row, column[word]] += weights[word]
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)


def _walk(likeness: np.ndarray) -> np.ndarray:
    count = len(likeness)
    sums = likeness.sum(axis=1, keepdims=True)
    steps = np.divide(likeness, sums, out=np.full_like(likeness, 1 / count), where=sums > 0)
    weights = np.full(count, 1 / count)
    for _ in range(ROUNDS):
        weights = (1 - DAMPING) / count + DAMPING * (weights @ steps)
    return weights
