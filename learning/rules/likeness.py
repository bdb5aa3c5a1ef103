"""How alike two sentences are: their normal form, its hash, and the share of common trigrams.

Comparing a new sentence with a hundred thousand others needs no look at each: sentences that share most of
their trigrams share, almost surely, one of a few short fingerprints (MinHash in bands), and only those are
compared in full. With 12 bands of 4 a sentence that is 0.9 like another one is missed once in 400,000 times,
one that is 0.8 alike once in 500 times, and one that is 0.2 alike is looked at 2 times in 100.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable
from hashlib import blake2b, sha256

import numpy as np

NEAR_DUPLICATE = 0.9
BANDS = 12
ROWS = 4

_NOT_WORD = re.compile(r"[\W_]+")
_PRIME = (1 << 31) - 1
_RNG = np.random.default_rng(20_240_229)
_FACTORS = _RNG.integers(1, _PRIME, BANDS * ROWS, dtype=np.uint64)
_OFFSETS = _RNG.integers(0, _PRIME, BANDS * ROWS, dtype=np.uint64)


def normal_form(text: str) -> str:
    """The words alone: without case, marks and widths, which change nothing of what is said."""
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def hash_of(text: str) -> str:
    """Equal for sentences that say the same in the same words."""
    return sha256(normal_form(text).encode()).hexdigest()


def trigrams(text: str) -> frozenset[str]:
    padded = f"  {normal_form(text)} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of common trigrams among all of both, from 0 to 1."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def fingerprints(text: str) -> list[int]:
    """One number for each band, fit for a signed column of 64 bits; none for a text without words."""
    parts = trigrams(text) if normal_form(text) else frozenset()
    if not parts:
        return []
    seen = np.fromiter((zlib.crc32(part.encode()) % _PRIME for part in parts), dtype=np.uint64)
    lowest = ((np.outer(seen, _FACTORS) + _OFFSETS) % _PRIME).min(axis=0)
    return [_number(band, lowest[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]


def most_alike(text: str, others: Iterable[tuple[int, str]], *, least: float) -> list[tuple[int, float]]:
    """Keys of the others that are at least so much like the text, with how much; the most alike first."""
    own = trigrams(text)
    scored = ((key, likeness(own, trigrams(other))) for key, other in others)
    return sorted((pair for pair in scored if pair[1] >= least), key=lambda pair: (-pair[1], pair[0]))


def _number(band: int, values: np.ndarray) -> int:
    digest = blake2b(bytes([band]) + values.tobytes(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
