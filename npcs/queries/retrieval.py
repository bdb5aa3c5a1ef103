"""What a character knows, ready to be asked: words by the database's index, meaning by the vectors in memory.

Each side names its best passages, their ranks are fused, and only then the rows are read. Whatever the index of
words says, a row is read only if it belongs to the character and to the files in question.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from npcs.builtin.retrieval import MAX_QUESTION, Embed, Hit, Index, Passage, bm25, fused, nearest_of
from npcs.builtin.secrets import Secrets
from npcs.builtin.terms import counts_of
from npcs.builtin.text import one_line
from npcs.builtin.words import asked_stems
from npcs.llm.base import Unavailable
from npcs.models import KnowledgeItem, Npc
from npcs.queries.embedding import Embedder, current_embedder
from npcs.queries.shelves import Known, Shelf, load, shelves
from padawanforge.kit import fulltext
from padawanforge.kit.memory import keep, recalled

# So many of each side go into the fusion.
CANDIDATES = 60
# Of one section of a file, and of one file, unless it is the only one: several sources say more than one that
# talks a lot, but a file with a section for each question may well have the answer in its third.
PER_SECTION, PER_FILE = 2, 4
COLUMNS = ("pk", "file_id", "text", "heading", "page", "uuid", "terms", "file__file_name")


@dataclass(frozen=True, slots=True)
class StoredPassage(Passage):
    """A passage with what a citation needs."""

    file_id: int = 0
    file_name: str = ""
    page: int | None = None
    uuid: UUID | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where knowledge may come from. `place` is the public id of the channel where the answer will stand."""

    npc: Npc
    place: str = ""
    file_id: int | None = None
    preset_id: int | None = None


def index_for(
    npc: Npc,
    *,
    place: str = "",
    file_id: int | None = None,
    preset_id: int | None = None,
    secrets: Secrets | None = None,
) -> "StoredIndex":
    """What the character knows in that place, ready to be asked; kept for each version of its knowledge.

    Unless one file or document is asked for, what the character may speak from counts. What would decide one of the
    `secrets` is in none of its passages.
    """
    if file_id is None and preset_id is None:
        preset_id = npc.speaks_from_id
    engine = current_embedder(npc)
    shelf = _shelf_of(npc, engine)
    return StoredIndex(Scope(npc, place, file_id, preset_id), shelf, engine, secrets or Secrets(()))


def _version_of(npc_id: int) -> int:
    return Npc.objects.filter(pk=npc_id).values_list("knowledge_version", flat=True).get()


def know_version(npc: Npc) -> None:
    """The character was read for this very operation: what version its notes are of need not be asked again."""
    keep((KnowledgeItem, npc.pk), npc.knowledge_version)


def _shelf_of(npc: Npc, engine: Embedder | None) -> Shelf:
    # The version is read before the rows, so that the rows are at least as new as their label.
    version = recalled((KnowledgeItem, npc.pk), lambda: _version_of(npc.pk))
    model = engine.model if engine else ""
    return shelves.get((npc.uuid, version, model), lambda: load(npc.pk, model=model))


class StoredIndex(Index):
    """An index whose passages stay in the database until one of them is wanted."""

    def __init__(self, scope: Scope, shelf: Shelf, engine: Embedder | None, secrets: Secrets) -> None:
        self._scope = scope
        self._secrets = secrets
        self._engine = engine
        # Sentences are compared with each other only where that costs nothing and can't fail.
        self.embed: Embed | None = engine.embed if engine and engine.is_local else None
        self.is_meaning_missing = False
        self._stand_on(shelf)

    def _stand_on(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.words = shelf.words
        self._files = [file.id for file in shelf.files if _is_within(self._scope, file)]
        self._usable = np.isin(shelf.of_file, self._files) if len(self._files) < len(shelf.files) else None
        ids = shelf.items if self._usable is None else shelf.items[self._usable]
        self._passages = _Passages(self._scope.npc.pk, self._files, ids, self._secrets)
        self.passages: Mapping[int, Passage] = self._passages

    @property
    def is_by_words_only(self) -> bool:
        return not len(self._shelf.embedded)

    @property
    def is_empty(self) -> bool:
        return not self._files

    def spread(self, count: int) -> list[Passage]:
        ids = self._passages.ids
        step = max(1, len(ids) // count)
        return self._passages.several([int(key) for key in ids[step // 2 :: step][:count]])

    def search(self, question: str, limit: int = 5) -> list[Hit]:
        found: list[Hit] = [hit for hit in self.ranked(question) if not hit.is_surplus]
        return found[:limit]

    def ranked(self, question: str) -> list["FoundHit"]:
        """All that either side has found, best first; those that their section has crowded out are marked."""
        return self.ranked_by(self.sides(question))

    def ranked_by(self, sides: "Sides") -> list["FoundHit"]:
        return self._with_surplus(fused(sides.cosines, sides.lexical, weight=sides.weight), sides)

    def sides(self, question: str) -> "Sides":
        """What meaning and words find, each for itself."""
        question = one_line(question[:MAX_QUESTION])
        if self.is_empty or not question:
            return Sides()
        asked = asked_stems(question)
        weights, near, rows = self._found(question, asked)
        counts = {key: counts_of(row.terms) for key, row in rows.items()}
        # Both databases find candidates in their own way; what counts is worked out here, the same for both.
        scores = {key: bm25(count, weights, mean_size=self.words.mean_size) for key, count in counts.items()}
        cosines = {key: cosine for key, cosine in near.items() if key in rows}
        return Sides(
            cosines=cosines,
            lexical={key: score for key, score in scores.items() if score > 0},
            weight=self.lexical_weight(asked, nearest=counts.get(nearest_of(cosines), ())),
            sections={key: (row.file_id, row.heading) for key, row in rows.items()},
            words={key: tuple(word for word in weights if word in counts[key]) for key in rows},
        )

    def _found(
        self, question: str, asked: Sequence[str]
    ) -> tuple[dict[str, float], dict[int, float], dict[int, "_Row"]]:
        """The words that were looked up, what is near, and the rows of both sides."""
        while True:
            weights = self.weights_of(asked)
            near = self._near(question)
            rows = self._passages.read({*near, *self._with_words(weights)})
            if near.keys() <= rows.keys() or not self._is_outdated():
                return weights, near, rows

    def _is_outdated(self) -> bool:
        """Whether the knowledge has changed since, as when a file was replaced; then it stands on the new one."""
        shelf = _shelf_of(self._scope.npc, self._engine)
        if shelf is self._shelf:
            return False
        self._stand_on(shelf)
        return True

    def _near(self, question: str) -> dict[int, float]:
        """The passages that mean something like it; none where there are no vectors or their model is away."""
        shelf = self._shelf
        if self._engine is None or not len(shelf.embedded):
            return {}
        try:
            asked = self._engine.embed([question])[0]
        except Unavailable:
            self.is_meaning_missing = True
            return {}
        if len(asked) != shelf.matrix.shape[1]:
            self.is_meaning_missing = True
            return {}
        scores = shelf.matrix @ asked
        if self._usable is not None:
            scores = np.where(self._usable[shelf.embedded], scores, -1.0)
        count = min(CANDIDATES, len(scores))
        best = np.argpartition(-scores, count - 1)[:count]
        return {int(shelf.items[shelf.embedded[i]]): float(scores[i]) for i in best if scores[i] > 0}

    def _with_words(self, weights: Mapping[str, float]) -> list[int]:
        inside, outside = self._marks()
        return fulltext.best(KnowledgeItem, weights, within=inside, without=outside, limit=CANDIDATES)

    def _marks(self) -> tuple[list[str], list[str]]:
        """How the index of words is told which files count."""
        if len(self._files) == 1:
            return [file_mark(self._files[0])], []
        wanted = set(self._files)
        aside = [file_mark(file.id) for file in self._shelf.files if file.id not in wanted]
        return [npc_mark(self._scope.npc.pk)], aside

    def _with_surplus(self, hits: Sequence[Hit], sides: "Sides") -> list["FoundHit"]:
        of_section: Counter[tuple[int, str]] = Counter()
        of_file: Counter[int] = Counter()
        found = []
        for hit in hits:
            file, heading = sides.sections[hit.id]
            is_surplus = len(self._files) > 1 and (
                of_section[file, heading] == PER_SECTION or of_file[file] == PER_FILE
            )
            if not is_surplus:
                of_section[file, heading] += 1
                of_file[file] += 1
            found.append(FoundHit.of(hit, words=sides.words[hit.id], is_surplus=is_surplus))
        return found


@dataclass(frozen=True, slots=True)
class Sides:
    """Cosines and BM25 by passage, how much the words weigh, and for each passage its file with the heading, and shared words."""

    cosines: Mapping[int, float] = field(default_factory=dict)
    lexical: Mapping[int, float] = field(default_factory=dict)
    weight: float = 0.0
    sections: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    words: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundHit(Hit):
    """A hit with the words that it shares with the question, and whether its section already has its share."""

    words: tuple[str, ...] = ()
    is_surplus: bool = False

    @classmethod
    def of(cls, hit: Hit, *, words: tuple[str, ...], is_surplus: bool) -> "FoundHit":
        return cls(
            hit.id,
            hit.score,
            hit.cosine,
            hit.lexical,
            hit.cosine_rank,
            hit.lexical_rank,
            words,
            is_surplus,
        )


@dataclass(frozen=True, slots=True)
class _Row:
    file_id: int
    heading: str
    terms: str


class _Passages(Mapping[int, Passage]):
    """The passages by their keys, read when they are wanted and only those of this character."""

    def __init__(self, npc_id: int, files: Sequence[int], ids: np.ndarray, secrets: Secrets) -> None:
        self.ids = ids
        self._secrets = secrets
        self._npc_id = npc_id
        self._files = files
        self._known: dict[int, StoredPassage] = {}

    def __getitem__(self, key: int) -> StoredPassage:
        if key not in self._known:
            self.read([key])
        return self._known[key]

    def __iter__(self) -> Iterator[int]:
        return map(int, self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def several(self, keys: Sequence[int]) -> list[Passage]:
        missing = [key for key in keys if key not in self._known]
        if missing:
            self.read(missing)
        return [self._known[key] for key in keys if key in self._known]

    def read(self, keys: Collection[int]) -> dict[int, _Row]:
        """The rows of these keys that belong here; what was deleted meanwhile is not among them, nor what says
        nothing but what is being asked.
        """
        items = KnowledgeItem.objects.filter(
            pk__in=keys, file__in=self._files, file__npc=self._npc_id, file__is_active=True
        )
        rows = {}
        for pk, file_id, whole, heading, page, uuid, terms, name in items.values_list(*COLUMNS):
            text = self._secrets.kept_from(whole)
            if whole and not text:
                continue
            self._known[pk] = StoredPassage(
                id=pk, text=text, heading=heading, file_id=file_id, file_name=name, page=page, uuid=uuid
            )
            rows[pk] = _Row(file_id, heading, terms)
        return rows


def npc_mark(npc_id: int) -> str:
    return f"npc{npc_id}"


def file_mark(file_id: int) -> str:
    return f"file{file_id}"


def scope_of(*, npc_id: int, file_id: int) -> str:
    """What stands beside the words of a passage in the index."""
    return f"{npc_mark(npc_id)} {file_mark(file_id)}"


def _is_within(scope: Scope, file: Known) -> bool:
    """A file of another place is unknown here; an unknown place knows only what is known everywhere."""
    return (
        file.place in {"", scope.place}
        and scope.file_id in {None, file.id}
        and scope.preset_id in {None, file.preset_id}
    )
