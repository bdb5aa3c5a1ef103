"""Vectors from a model server, for installations whose texts the model at hand does not understand."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from npcs.llm.base import Unavailable
from npcs.llm.client import asking

# Servers limit how many texts one request may hold, and how long each is.
BATCH = 32
MAX_CHARACTERS = 8000
MAX_DIMENSION = 8192
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ProviderEmbeddings:
    """`embed` gives one normalised row for each text, or raises Unavailable: another model can't stand in."""

    base_url: str
    model: str
    api_key: str = field(repr=False)
    timeout_seconds: float = TIMEOUT_SECONDS

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        return self.embed_counted(texts)[0]

    def embed_counted(self, texts: Sequence[str]) -> tuple[np.ndarray, int | None]:
        """With the tokens that the server counted; None when it did not, for one of the requests at least."""
        rows: list[list[float]] = []
        counts: list[int | None] = []
        for start in range(0, len(texts), BATCH):
            found, tokens = self._batch(
                [text[:MAX_CHARACTERS] or " " for text in texts[start : start + BATCH]]
            )
            rows += found
            counts.append(tokens)
        known = [tokens for tokens in counts if tokens is not None]
        return _normalised(rows), sum(known) if len(known) == len(counts) else None

    def _batch(self, texts: list[str]) -> tuple[list[list[float]], int | None]:
        with asking(self.base_url, self.api_key, read_seconds=self.timeout_seconds) as client:
            answer = client.embeddings.create(model=self.model, input=texts, encoding_format="float")
            rows = [entry.embedding for entry in sorted(answer.data, key=lambda entry: entry.index)]
        if len(rows) != len(texts):
            raise Unavailable("broken", error="WrongCount")
        tokens = getattr(getattr(answer, "usage", None), "prompt_tokens", None)
        return rows, tokens if isinstance(tokens, int) and tokens >= 0 else None


def _normalised(rows: list[list[float]]) -> np.ndarray:
    try:
        matrix = np.asarray(rows, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise Unavailable("broken", error="WrongShape") from error
    if not rows:
        return np.zeros((0, 1), dtype=np.float32)
    if matrix.ndim != 2 or not 0 < matrix.shape[1] <= MAX_DIMENSION or not np.isfinite(matrix).all():
        raise Unavailable("broken", error="WrongShape")
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)
