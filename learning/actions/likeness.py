"""What makes statements findable by their likeness: fingerprints at once, vectors in the background."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from learning.models import Lifecycle, Statement, StatementFingerprint, StatementVector
from learning.rules.likeness import fingerprints
from npcs.builtin import embedder
from npcs.queries import working_embedder
from padawanforge.kit import vectors

BATCH = 500
VECTORS_AT_ONCE = 200


@transaction.atomic
def fingerprint(statements: Sequence[Statement]) -> None:
    """Store the fingerprints of these texts in place of earlier ones."""
    ids = [statement.pk for statement in statements]
    StatementFingerprint.objects.filter(statement__in=ids).delete()
    rows = [
        StatementFingerprint(statement_id=statement.pk, value=value)
        for statement in statements
        for value in fingerprints(statement.text)
    ]
    StatementFingerprint.objects.bulk_create(rows, batch_size=BATCH)


def fingerprint_missing() -> int:
    """Statements that came in without (a restored copy, the starter content); how many there were."""
    found = 0
    printed = StatementFingerprint.objects.filter(statement=OuterRef("pk"))
    last = 0
    while rows := list(
        Statement.objects.filter(~Exists(printed), pk__gt=last).only("pk", "text").order_by("pk")[:BATCH]
    ):
        fingerprint(rows)
        found, last = found + len(rows), rows[-1].pk
    return found


def embed_missing() -> int:
    """Vectors for statements that have none of their present wording; how many were made, at most a batch."""
    embed = working_embedder()
    if embed is None:
        return 0
    without = Q(vector=None) | ~Q(vector__content_hash=F("content_hash"))
    wanted = Statement.objects.filter(without, lang="en").exclude(lifecycle=Lifecycle.RETIRED)
    rows = list(wanted.only("pk", "text", "content_hash").order_by("-pk")[:VECTORS_AT_ONCE])
    made = [
        StatementVector(
            statement_id=row.pk,
            content_hash=row.content_hash,
            embedding=vectors.pack(vector),
            embedding_model=embedder.MODEL_NAME,
        )
        for row, vector in zip(rows, embed([row.text for row in rows]), strict=True)
    ]
    StatementVector.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["statement"],
        update_fields=["content_hash", "embedding", "embedding_model"],
    )
    return len(made)
