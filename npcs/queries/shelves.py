"""What of a character's knowledge is kept in memory: its vectors as one matrix, and the words that it knows.

A shelf belongs to one version of the knowledge and never changes; a new version gets a new shelf. All shelves
together stay below `KNOWLEDGE_CACHE_BYTES`: whoever was not asked for longest goes first.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from django.conf import settings

from npcs.builtin.terms import Vocabulary, vocabulary
from npcs.models import KnowledgeFile, KnowledgeItem
from padawanforge.kit import vectors

# What a word in a dictionary and a passage in the tables take, about.
WORD_BYTES = 120
ROW_BYTES = 32


@dataclass(frozen=True, slots=True)
class Known:
    """A file of the character that is in use and has passages."""

    id: int
    place: str
    preset_id: int | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """`items` and `of_file` are keys, passage by passage; `embedded` the places in them that have a vector."""

    items: np.ndarray
    of_file: np.ndarray
    embedded: np.ndarray
    matrix: np.ndarray
    words: Vocabulary
    files: tuple[Known, ...]

    @property
    def size(self) -> int:
        return int(self.matrix.nbytes) + WORD_BYTES * len(self.words.frequency) + ROW_BYTES * len(self.items)


def load(npc_id: int, *, model: str) -> Shelf:
    """Everything at once from the database; `model` "" leaves the vectors where they are."""
    files = KnowledgeFile.objects.filter(npc=npc_id, is_active=True).order_by("pk")
    active = [Known(*row) for row in files.values_list("pk", "place", "preset_id")]
    items = KnowledgeItem.objects.filter(file__in=[file.id for file in active]).order_by(
        "file_id", "position"
    )
    rows = list(items.values_list("pk", "file_id", "terms"))
    filled = {file_id for _, file_id, _ in rows}
    place_of = {pk: place for place, (pk, _, _) in enumerate(rows)}
    vectored = items.filter(embedding_model=model).exclude(embedding=None) if model else items.none()
    packed = list(vectored.values_list("pk", "embedding"))
    matrix = _matrix([bytes(data or b"") for _, data in packed])
    # A passage that was added between the two questions waits for its own version.
    fitting = [i for i, (pk, _) in enumerate(packed) if pk in place_of]
    return Shelf(
        items=np.array([pk for pk, _, _ in rows], dtype=np.int64),
        of_file=np.array([file for _, file, _ in rows], dtype=np.int64),
        embedded=np.array([place_of[packed[i][0]] for i in fitting], dtype=np.int64),
        matrix=matrix[fitting] if len(fitting) < len(packed) else matrix,
        words=vocabulary(terms for _, _, terms in rows),
        files=tuple(file for file in active if file.id in filled),
    )


def _matrix(rows: list[bytes]) -> np.ndarray:
    """Rows of length 1; a row of another length than most was stored by something else and counts as zero."""
    if not rows:
        return np.zeros((0, 1), dtype=np.float32)
    sizes = [len(data) for data in rows]
    usual = max(set(sizes), key=sizes.count)
    empty = bytes(usual)
    data = [row if len(row) == usual else empty for row in rows]
    matrix = vectors.stack(data, dimension=usual // 2)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)


class Shelves:
    """The shelves of the characters that were asked last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Shelf] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._building: dict[tuple[object, ...], threading.Lock] = {}

    def get(self, key: tuple[object, ...], build: Callable[[], Shelf]) -> Shelf:
        """The shelf of that key; of several who want it at once one builds it. `key[0]` is the character."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            turn = self._building.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
            shelf = build()
            self._keep(key, shelf)
        return shelf

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._size = 0

    @property
    def size(self) -> int:
        return self._size

    def __len__(self) -> int:
        return len(self._kept)

    def _keep(self, key: tuple[object, ...], shelf: Shelf) -> None:
        with self._lock:
            self._building.pop(key, None)
            # Nobody asks for an older version any more.
            for other in [other for other in self._kept if other[0] == key[0]]:
                self._size -= self._kept.pop(other).size
            self._kept[key] = shelf
            self._size += shelf.size
            while self._size > settings.KNOWLEDGE_CACHE_BYTES and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                self._size -= oldest.size


shelves = Shelves()
