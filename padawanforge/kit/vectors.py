"""Embedding vectors as bytes beside their rows, scored in one matrix per namespace.

Half floats keep a 384-dimensional vector in 768 bytes; what that loses (about 0.001 of a
cosine) is far below what separates a good passage from a bad one. The model's name and the
dimension are columns of the caller, who must never mix two models in one matrix.
"""

from collections.abc import Sequence

import numpy as np

_STORED = np.dtype("<f2")


class WrongDimension(ValueError):
    """A stored vector is not as long as its model says."""


def pack(vector: np.ndarray) -> bytes:
    return np.asarray(vector, dtype=_STORED).tobytes()


def unpack(data: bytes, *, dimension: int) -> np.ndarray:
    return stack([data], dimension=dimension)[0]


def stack(rows: Sequence[bytes], *, dimension: int) -> np.ndarray:
    """All vectors of a namespace as one float32 matrix, in the order given."""
    expected = dimension * _STORED.itemsize
    for data in rows:
        if len(data) != expected:
            raise WrongDimension(f"{len(data)} bytes stored, {expected} expected.")
    matrix = np.frombuffer(b"".join(bytes(data) for data in rows), dtype=_STORED)
    return matrix.reshape(len(rows), dimension).astype(np.float32)


def cosine_scores(matrix: np.ndarray, query: np.ndarray) -> np.ndarray:
    """The cosine of each row with the query; a row of zeros scores 0."""
    lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(query)
    products = matrix @ np.asarray(query, dtype=np.float32)
    return np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)


def top_k(scores: np.ndarray, limit: int) -> list[int]:
    """Positions of the best scores, best first; equal scores keep their order."""
    return [int(position) for position in np.argsort(-scores, kind="stable")[:limit]]
