"""Vectors that are made later: where the model was away, or where the installation has changed to another one."""

import json

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from npcs.actions.ingestion import BATCH, WAITS, embedded_text
from npcs.llm.base import Unavailable
from npcs.models import KnowledgeDatum, KnowledgeItem, Npc
from npcs.queries.embedding import Embedder, current_embedder
from padawanforge.kit import vectors
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.work import LEASE, WorkState

# So many files at once are sent to the workers; the next ones a minute later.
MARKED_AT_ONCE = 100
Kind = KnowledgeDatum.Kind


def mark_stale_vectors() -> int:
    """Have the files embedded anew whose vectors another model has made; how many there were."""
    engine = current_embedder()
    if engine is None:
        return 0
    stale = KnowledgeDatum.objects.filter(content_type=Kind.EMBEDDINGS, state=WorkState.DONE).filter(
        ~Q(engine=engine.model)
    )
    ids = list(stale.order_by("pk").values_list("pk", flat=True)[:MARKED_AT_ONCE])
    for pk in ids:
        with transaction.atomic():
            if stale.filter(pk=pk).update(state=WorkState.WAITING, attempts=0, queued_at=timezone.now()):
                enqueue("npcs.embed", pk=pk)
    return len(ids)


def embed_file(*, datum: KnowledgeDatum) -> bool:
    """Make the missing vectors of a claimed file; what is done stays done when it is interrupted."""
    engine = current_embedder(datum.file.npc)
    if engine is None:
        return _wait(datum)
    items = KnowledgeItem.objects.filter(file=datum.file_id)
    missing = items.filter(Q(embedding=None) | ~Q(embedding_model=engine.model)).order_by("position")
    try:
        while batch := list(missing.only("heading", "text")[:BATCH]):
            if not _renew_lease(datum):
                return False
            _embed(batch, engine)
    except Unavailable:
        return _wait(datum)
    return _finish(datum, engine=engine)


def give_up_embedding(datum: KnowledgeDatum) -> None:
    _unfinished(datum).update(state=WorkState.FAILED, last_error=WAITS, lease_until=None)


def retry_embedding(*, datum: KnowledgeDatum) -> bool:
    """Try once more, with all attempts; False when that is not due."""
    failed = KnowledgeDatum.objects.filter(pk=datum.pk, state=WorkState.FAILED)
    with transaction.atomic():
        if not failed.update(state=WorkState.WAITING, attempts=0, queued_at=timezone.now()):
            return False
        enqueue("npcs.embed", pk=datum.pk)
    return True


def _embed(batch: list[KnowledgeItem], engine: Embedder) -> None:
    rows = engine.embed([embedded_text(item.heading, item.text) for item in batch])
    for item, row in zip(batch, rows, strict=True):
        item.embedding = vectors.pack(row)
        item.embedding_model = engine.model
    KnowledgeItem.objects.bulk_update(batch, ["embedding", "embedding_model"])


@transaction.atomic
def _finish(datum: KnowledgeDatum, *, engine: Embedder) -> bool:
    count = KnowledgeItem.objects.filter(file=datum.file_id).count()
    told = json.dumps({"passages": count, "embedded": count})
    done = _unfinished(datum).update(
        state=WorkState.DONE, engine=engine.model, content_data=told, confidence_score=1.0, last_error="",
        lease_until=None, updated_at=timezone.now(),
    )  # fmt: skip
    if done:
        Npc.objects.filter(knowledge_files=datum.file_id).update(knowledge_version=F("knowledge_version") + 1)
    return bool(done)


def _wait(datum: KnowledgeDatum) -> bool:
    """The sweeper sends it again, until its attempts are used up."""
    _unfinished(datum).update(
        state=WorkState.WAITING, last_error=WAITS, lease_until=None, queued_at=timezone.now()
    )
    return False


def _unfinished(datum: KnowledgeDatum) -> QuerySet[KnowledgeDatum]:
    return KnowledgeDatum.objects.filter(pk=datum.pk, state__in=[WorkState.WAITING, WorkState.RUNNING])


def _renew_lease(datum: KnowledgeDatum) -> bool:
    running = KnowledgeDatum.objects.filter(pk=datum.pk, state=WorkState.RUNNING)
    return bool(running.update(lease_until=timezone.now() + LEASE))
