"""What the people who look after a character's knowledge see of it."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet

from npcs.builtin.terms import term_of
from npcs.builtin.words import stem
from npcs.models import KnowledgeDatum, KnowledgeFile, KnowledgeItem, KnowledgePreset, Npc
from npcs.queries.retrieval import FoundHit, StoredPassage, index_for
from padawanforge.kit.paging import Page, page_of
from padawanforge.kit.work import WorkState

FILES = 25
PASSAGES = 20
ASKED = 12
EXCERPT = 700
Kind = KnowledgeDatum.Kind
_WORD = re.compile(r"\w+", re.UNICODE)
# Of one, and of several.
_LEFT_OUT = {
    "invisible": (
        "A character that nobody sees was taken away.",
        "{} characters that nobody sees were taken away.",
    ),
    "hidden": (
        "A part that is hidden from readers was left out.",
        "{} parts that are hidden from readers were left out.",
    ),
    "pictures": (
        "A picture was left out; its address is not kept.",
        "{} pictures were left out; their addresses are not kept.",
    ),
}
_ORDERS = (
    "One place reads like an order to a language model. It is kept as text and never followed.",
    "{} places read like orders to a language model. They are kept as text and never followed.",
)
_ON_THE_WAY = (KnowledgeFile.Upload.PENDING, KnowledgeFile.Upload.UPLOADING)


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as a line of the list says it."""

    file: KnowledgeFile
    about: dict[str, object]
    waits_for_vectors: bool

    @property
    def is_under_way(self) -> bool:
        return self.file.upload_state in _ON_THE_WAY

    @property
    def is_busy(self) -> bool:
        return not self.is_under_way and self.file.state in {WorkState.WAITING, WorkState.RUNNING}

    @property
    def percent(self) -> int:
        return 100 * self.file.received // max(self.file.file_size, 1)

    @property
    def warnings(self) -> list[str]:
        return _warnings(self.about)


@dataclass(frozen=True, slots=True)
class NotesPage:
    files: list[Shown]
    after: str
    count: int
    passages: int

    @property
    def is_busy(self) -> bool:
        return any(shown.is_busy or shown.waits_for_vectors for shown in self.files)


@dataclass(frozen=True, slots=True)
class FilePage:
    file: KnowledgeFile
    products: dict[str, KnowledgeDatum]
    passages: list[KnowledgeItem]
    after: str
    count: int

    @property
    def about(self) -> dict[str, object]:
        return _told(self.products.get(Kind.METADATA))

    @property
    def keywords(self) -> list[str]:
        datum = self.products.get(Kind.KEYWORDS)
        return [str(word) for word in json.loads(datum.content_data)] if datum else []

    @property
    def warnings(self) -> list[str]:
        return _warnings(self.about)


@dataclass(frozen=True, slots=True)
class Find:
    """A passage that was found, and why: what each side says of it, and the words that it shares."""

    rank: int
    hit: FoundHit
    passage: StoredPassage
    pieces: list[tuple[str, bool]]

    @property
    def cosine_percent(self) -> int:
        return round(100 * max(0.0, self.hit.cosine))


@dataclass(frozen=True, slots=True)
class Answer:
    finds: list[Find] = field(default_factory=list)
    crowded_out: int = 0
    is_meaning_missing: bool = False
    words: tuple[str, ...] = ()
    lexical_weight: float = 0.0


def files_of(npc: Npc) -> QuerySet[KnowledgeFile]:
    return KnowledgeFile.objects.filter(npc=npc).select_related("npc")


def documents_of(npc: Npc) -> QuerySet[KnowledgePreset]:
    """The documents of the library that the character has copies of, by name."""
    return KnowledgePreset.objects.filter(copies__npc=npc).distinct().order_by("name")


def notes_page(npc: Npc, *, after: str = "") -> NotesPage:
    """The newest files first, each with how far it is."""
    products = KnowledgeDatum.objects.filter(content_type__in=[Kind.METADATA, Kind.EMBEDDINGS])
    rows = files_of(npc).prefetch_related(Prefetch("data", queryset=products, to_attr="told"))
    page = page_of(rows, order=("-created_at", "-pk"), cursor=after, limit=FILES)
    counted = dict(
        KnowledgeItem.objects.filter(file__in=page.rows)
        .values_list("file")
        .annotate(count=Count("pk"))
        .order_by("file")
    )
    for file in page.rows:
        file.passages = counted.get(file.pk, 0)
    return NotesPage(
        files=[_shown(file) for file in page.rows],
        after=page.after,
        count=KnowledgeFile.objects.filter(npc=npc).count(),
        passages=KnowledgeItem.objects.filter(file__npc=npc).count(),
    )


def shown_file(file: KnowledgeFile) -> Shown:
    """One line of the list, for the answer to what was done to it."""
    file.told = list(file.data.filter(content_type__in=[Kind.METADATA, Kind.EMBEDDINGS]))  # type: ignore[attr-defined]
    file.passages = file.items.count()  # type: ignore[attr-defined]
    return _shown(file)


def file_page(npc: Npc, uuid: UUID, *, after: str = "") -> FilePage | None:
    file = files_of(npc).select_related("uploaded_by", "replaces", "preset").filter(uuid=uuid).first()
    if file is None:
        return None
    data = KnowledgeDatum.objects.filter(file=file).exclude(content_type=Kind.TEXT)
    products = {datum.content_type: datum for datum in data.order_by("pk")}
    items = KnowledgeItem.objects.filter(file=file)
    page = page_of(items.defer("embedding", "terms"), order=("position", "pk"), cursor=after, limit=PASSAGES)
    return FilePage(file, products, page.rows, page.after, items.count())


def passages_of(npc: Npc, *, file: UUID | None = None, cursor: str = "", limit: int = PASSAGES) -> Page:
    """The passages themselves, file by file, for programs."""
    items = KnowledgeItem.objects.filter(file__npc=npc, file__is_active=True).select_related("file")
    if file is not None:
        items = items.filter(file__uuid=file)
    return page_of(items.defer("embedding", "terms"), order=("file", "position"), cursor=cursor, limit=limit)


def ask_notes(npc: Npc, question: str, *, file: KnowledgeFile | None = None, place: str = "") -> Answer:
    """What the character would find for a question, with the reasons."""
    index = index_for(npc, file_id=file.pk if file else None, place=place)
    sides = index.sides(question)
    hits = index.ranked_by(sides)
    taken = [hit for hit in hits if not hit.is_surplus][:ASKED]
    asked = index.weights_of([stem(word) for word in _WORD.findall(question)])
    finds = []
    for rank, hit in enumerate(taken, start=1):
        passage = index.passages[hit.id]
        if isinstance(passage, StoredPassage):
            finds.append(Find(rank, hit, passage, pieces_of(passage.text, hit.words)))
    return Answer(
        finds=finds,
        crowded_out=sum(hit.is_surplus for hit in hits[: 2 * ASKED]),
        is_meaning_missing=index.is_meaning_missing or index.is_by_words_only,
        words=tuple(asked),
        lexical_weight=sides.weight,
    )


def pieces_of(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The beginning of the text in pieces, each with whether it is one of the stems."""
    wanted = set(words)
    text = text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + " …"
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in _WORD.finditer(text):
        if term_of(stem(match[0])) in wanted:
            pieces += [(text[end : match.start()], False), (match[0], True)]
            end = match.end()
    return [piece for piece in [*pieces, (text[end:], False)] if piece[0]]


def _shown(file: KnowledgeFile) -> Shown:
    told = {datum.content_type: datum for datum in file.told}  # type: ignore[attr-defined]  # prefetched
    vectors = told.get(Kind.EMBEDDINGS)
    waits = vectors is not None and vectors.state != WorkState.DONE
    return Shown(file, _told(told.get(Kind.METADATA)), waits)


def _told(datum: KnowledgeDatum | None) -> dict[str, object]:
    found = json.loads(datum.content_data) if datum else {}
    return found if isinstance(found, dict) else {}


def _warnings(about: dict[str, object]) -> list[str]:
    """What an editor should know of the file before people are answered from it."""
    left_out = about.get("left_out")
    counts = left_out if isinstance(left_out, dict) else {}
    found = [
        _LEFT_OUT[name][count != 1].format(count)
        for name, count in counts.items()
        if count and name in _LEFT_OUT
    ]
    if orders := about.get("orders"):
        found.append(_ORDERS[orders != 1].format(orders))
    return found
