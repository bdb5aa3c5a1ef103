"""From a stored file to passages with vectors: read, cut, embed, and replace what was there in one step."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from npcs.builtin.retrieval import Passage
from npcs.builtin.terms import terms_of
from npcs.builtin.text import token_estimate
from npcs.knowledge import digest
from npcs.knowledge.chunks import Chunk, chunks_of
from npcs.knowledge.digest import Product
from npcs.knowledge.extract import Extraction, extract
from npcs.knowledge.refusals import UnusableFile
from npcs.llm.base import Unavailable
from npcs.models import KnowledgeDatum, KnowledgeFile, KnowledgeItem, Npc
from npcs.queries.embedding import Embedder, current_embedder
from npcs.queries.retrieval import scope_of
from padawanforge.kit import vectors
from padawanforge.kit.events import after_commit
from padawanforge.kit.work import LEASE, WorkState

# So many passages take a few seconds; after each batch the worker says that it is still alive.
BATCH = 64
HEADING_MAX_LENGTH = 300
# Rows that change their place make room first.
ASIDE = 10_000_000
Kind = KnowledgeDatum.Kind
WAITS = "The model that makes the vectors is not there. The passages are found by their words until it is."


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was made of a file, before anything of it is seen. `packed` has None where a vector is missing."""

    chunks: Sequence[Chunk]
    packed: Sequence[bytes | None]
    model: str
    products: dict[str, Product]
    is_waiting: bool = False


def read_file(*, file: KnowledgeFile) -> bool:
    """Read a claimed file; False when it can't be read, or is gone or taken over meanwhile."""
    try:
        with file.file.open("rb") as stored:
            extraction = extract(stored.read(), name=file.file_name)
    except UnusableFile as refusal:
        return _fail(file, str(refusal))
    except (FileNotFoundError, ValueError):
        return _fail(file, "The stored file is gone. Delete it here and upload it again.")
    chunks = chunks_of(extraction.sections)
    if not chunks:
        return _fail(file, "No text was found in this file.")
    reading = _reading(file, extraction, chunks)
    return reading is not None and _publish(file, reading)


def give_up(file: KnowledgeFile) -> None:
    """What is left to say after the last attempt."""
    _fail(file, "Reading this file was interrupted several times. Try again, or split it into parts.")


def _fail(file: KnowledgeFile, reason: str) -> bool:
    # Conditional, because the file may have been deleted while it was read.
    unfinished = KnowledgeFile.objects.filter(pk=file.pk, state__in=[WorkState.WAITING, WorkState.RUNNING])
    unfinished.update(state=WorkState.FAILED, last_error=reason, lease_until=None)
    return False


def _reading(file: KnowledgeFile, extraction: Extraction, chunks: Sequence[Chunk]) -> Reading | None:
    """None when the row was deleted meanwhile."""
    engine = current_embedder(file.npc)
    known = _known_vectors(file, engine)
    packed: list[bytes | None] = [known.get(embedded_text(chunk.heading, chunk.text)) for chunk in chunks]
    is_waiting = False
    if engine is not None:
        missing = [place for place, vector in enumerate(packed) if vector is None]
        for start in range(0, len(missing), BATCH):
            if not _renew_lease(file):
                return None
            places = missing[start : start + BATCH]
            texts = [embedded_text(chunks[place].heading, chunks[place].text) for place in places]
            try:
                rows = engine.embed(texts)
            except Unavailable:
                is_waiting = True
                break
            for place, row in zip(places, rows, strict=True):
                packed[place] = vectors.pack(row)
    if not _renew_lease(file):
        return None
    products = _products(extraction, chunks, engine=engine)
    return Reading(chunks, packed, engine.model if engine else "", products, is_waiting)


def embedded_text(heading: str, text: str) -> str:
    return Passage(id=0, text=text, heading=heading).whole


def _products(
    extraction: Extraction, chunks: Sequence[Chunk], *, engine: Embedder | None
) -> dict[str, Product]:
    """What is stored of the file as a whole, but for the vectors."""
    embed = engine.embed if engine and engine.is_local else None
    words = digest.keyword_list(chunks)
    hit = sum(any(word in chunk.text.lower() for word in words) for chunk in chunks)
    return {
        Kind.TEXT: digest.text_product(chunks, kind=extraction.kind),
        Kind.SUMMARY: digest.summary_product(chunks, embed=embed),
        Kind.KEYWORDS: Product(json.dumps(words, ensure_ascii=False), "stem frequency", hit / len(chunks)),
        Kind.METADATA: Product(
            json.dumps(digest.about(extraction, chunks), ensure_ascii=False), f"{extraction.kind} reader", 1.0
        ),
    }


def _known_vectors(file: KnowledgeFile, engine: Embedder | None) -> dict[str, bytes]:
    """Of passages that stood there before, by their text: what stays the same is not embedded again."""
    if engine is None:
        return {}
    rows = _former_items(file).filter(embedding_model=engine.model).exclude(embedding=None)
    return {
        embedded_text(heading, text): bytes(vector or b"")
        for heading, text, vector in rows.values_list("heading", "text", "embedding")
    }


def _former_items(file: KnowledgeFile) -> QuerySet[KnowledgeItem]:
    """The passages that this reading replaces: of the file itself, and of the one whose place it takes."""
    former = [pk for pk in (file.pk, file.replaces_id) if pk]
    return KnowledgeItem.objects.filter(file__in=former)


def _renew_lease(file: KnowledgeFile) -> bool:
    running = KnowledgeFile.objects.filter(pk=file.pk, state=WorkState.RUNNING)
    return bool(running.update(lease_until=timezone.now() + LEASE))


@transaction.atomic
def _publish(file: KnowledgeFile, reading: Reading) -> bool:
    """Let the new passages answer instead of the old ones; until here everybody was answered from those."""
    # The update takes the row's lock and tells whether the file is still there and still ours to finish.
    running = KnowledgeFile.objects.filter(pk=file.pk, state=WorkState.RUNNING)
    if not running.update(state=WorkState.DONE, last_error="", lease_until=None):
        return False
    # Who deletes or replaces the old file meanwhile has to wait, or has already been here.
    file.replaces = (
        KnowledgeFile.objects.select_for_update().filter(pk=file.replaces_id).first()
        if file.replaces_id
        else None
    )
    _replace_items(file, reading)
    _replace_data(file, reading)
    if former := file.replaces:
        KnowledgeFile.objects.filter(pk=file.pk).update(replaces=None)
        former.delete()
        storage, name = former.file.storage, former.file.name
        after_commit(lambda: storage.delete(name or ""))
    Npc.objects.filter(pk=file.npc_id).update(knowledge_version=F("knowledge_version") + 1)
    return True


def _replace_items(file: KnowledgeFile, reading: Reading) -> None:
    """Passages that stayed the same keep their rows, so that citations of them still open."""
    former: dict[tuple[str, str], list[KnowledgeItem]] = {}
    for item in _former_items(file).defer("embedding").order_by("-position"):
        former.setdefault((item.heading, item.text), []).append(item)
    kept: list[KnowledgeItem] = []
    new: list[KnowledgeItem] = []
    for chunk, vector in zip(reading.chunks, reading.packed, strict=True):
        same = former.get((chunk.heading[:HEADING_MAX_LENGTH], chunk.text))
        item = same.pop() if same else KnowledgeItem()
        _fill(item, file=file, chunk=chunk, vector=vector, model=reading.model)
        (kept if item.pk else new).append(item)
    _former_items(file).exclude(pk__in=[item.pk for item in kept]).delete()
    _former_items(file).update(position=F("position") + ASIDE)
    KnowledgeItem.objects.bulk_update(kept, FILLED, batch_size=100)
    KnowledgeItem.objects.bulk_create(new, batch_size=200)


FILLED = (
    "file", "position", "heading", "page", "start", "end", "text", "keywords", "token_count", "terms", "scope",
    "embedding", "embedding_model",
)  # fmt: skip


def _fill(
    item: KnowledgeItem, *, file: KnowledgeFile, chunk: Chunk, vector: bytes | None, model: str
) -> None:
    item.file = file
    item.position = chunk.position
    item.heading = chunk.heading[:HEADING_MAX_LENGTH]
    item.page = chunk.page or None
    item.start, item.end = chunk.start, chunk.end
    item.text = chunk.text
    item.keywords = chunk.keywords
    item.token_count = token_estimate(chunk.text)
    item.terms = terms_of(embedded_text(chunk.heading, chunk.text))
    item.scope = scope_of(npc_id=file.npc_id, file_id=file.pk)
    item.embedding = vector
    item.embedding_model = model if vector else ""


def _replace_data(file: KnowledgeFile, reading: Reading) -> None:
    KnowledgeDatum.objects.filter(file=file.pk).delete()
    embedded = sum(vector is not None for vector in reading.packed)
    told = json.dumps({"passages": len(reading.chunks), "embedded": embedded})
    share = embedded / len(reading.chunks)
    products = {**reading.products, Kind.EMBEDDINGS: Product(told, reading.model, share)}
    KnowledgeDatum.objects.bulk_create(
        KnowledgeDatum(
            file=file,
            content_type=kind,
            content_data=product.content,
            engine=product.engine,
            confidence_score=round(product.confidence, 4),
            token_count=product.tokens,
            state=WorkState.WAITING if is_waiting else WorkState.DONE,
            last_error=WAITS if is_waiting else "",
        )
        for kind, product in products.items()
        for is_waiting in [reading.is_waiting and kind == Kind.EMBEDDINGS]
    )
