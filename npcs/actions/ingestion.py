"""From a stored file to passages with vectors: read, cut, embed, and replace what was there in one step."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from npcs.builtin import embedder
from npcs.builtin.retrieval import Passage
from npcs.builtin.text import token_estimate
from npcs.knowledge.chunks import Chunk, chunks_of
from npcs.knowledge.extract import extract
from npcs.knowledge.refusals import UnusableFile
from npcs.models import KnowledgeFile, KnowledgeItem, Npc
from npcs.queries import working_embedder
from padawanforge.kit import vectors
from padawanforge.kit.work import LEASE, WorkState

# So many passages take a few seconds; after each batch the worker says that it is still alive.
BATCH = 64
HEADING_MAX_LENGTH = 300


def read_file(*, file: KnowledgeFile) -> bool:
    """Read a claimed file; False when it can't be read, or is gone or taken over meanwhile."""
    try:
        with file.file.open("rb") as stored:
            extraction = extract(stored.read(), name=file.file_name)
    except UnusableFile as refusal:
        return _fail(file, str(refusal))
    except FileNotFoundError:
        return _fail(file, "The stored file is gone. Delete it here and upload it again.")
    chunks = chunks_of(extraction.sections)
    if not chunks:
        return _fail(file, "No text was found in this file.")
    packed = _vectors(file, chunks)
    return packed is not None and _replace_items(file, chunks, packed=packed)


def give_up(file: KnowledgeFile) -> None:
    """What is left to say after the last attempt."""
    _fail(file, "Reading this file was interrupted several times. Try again, or split it into parts.")


def _fail(file: KnowledgeFile, reason: str) -> bool:
    # Conditional, because the file may have been deleted while it was read.
    unfinished = KnowledgeFile.objects.filter(pk=file.pk, state__in=[WorkState.WAITING, WorkState.RUNNING])
    unfinished.update(state=WorkState.FAILED, last_error=reason, lease_until=None)
    return False


def _vectors(file: KnowledgeFile, chunks: Sequence[Chunk]) -> list[bytes | None] | None:
    """A vector for each chunk, None instead where there is no embedder; None for all when the row is gone."""
    embed = working_embedder()
    if embed is None:
        return [None] * len(chunks)
    packed: list[bytes | None] = []
    for start in range(0, len(chunks), BATCH):
        if not _renew_lease(file):
            return None
        batch = [_embedded_text(chunk) for chunk in chunks[start : start + BATCH]]
        packed += [vectors.pack(vector) for vector in embed(batch)]
    return packed


def _embedded_text(chunk: Chunk) -> str:
    return Passage(id=0, text=chunk.text, heading=chunk.heading).whole


def _renew_lease(file: KnowledgeFile) -> bool:
    running = KnowledgeFile.objects.filter(pk=file.pk, state=WorkState.RUNNING)
    return bool(running.update(lease_until=timezone.now() + LEASE))


@transaction.atomic
def _replace_items(file: KnowledgeFile, chunks: Sequence[Chunk], *, packed: Sequence[bytes | None]) -> bool:
    # The update takes the row's lock and tells whether the file is still there and still ours to finish.
    running = KnowledgeFile.objects.filter(pk=file.pk, state=WorkState.RUNNING)
    if not running.update(state=WorkState.DONE, last_error="", lease_until=None):
        return False
    KnowledgeItem.objects.filter(file=file.pk).delete()
    items = [_item(file, chunk, vector=vector) for chunk, vector in zip(chunks, packed, strict=True)]
    KnowledgeItem.objects.bulk_create(items, batch_size=200)
    Npc.objects.filter(pk=file.npc_id).update(knowledge_version=F("knowledge_version") + 1)
    return True


def _item(file: KnowledgeFile, chunk: Chunk, *, vector: bytes | None) -> KnowledgeItem:
    return KnowledgeItem(
        file=file,
        position=chunk.position,
        heading=chunk.heading[:HEADING_MAX_LENGTH],
        page=chunk.page or None,
        text=chunk.text,
        keywords=chunk.keywords,
        token_count=token_estimate(chunk.text),
        embedding=vector,
        embedding_model=embedder.MODEL_NAME if vector else "",
    )
