"""How much characters keep: the documented view npc_storage_analytics, as the console draws it."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from npcs.models import InventoryEntry, KnowledgeFile, KnowledgeItem, KnowledgePreset, Memory, Npc
from npcs.ties import ties
from padawanforge.kit.work import WorkState

LARGEST = 25


@dataclass(frozen=True, slots=True)
class Storage:
    """A character with what it keeps; `tied` are the rows of other apps, by the name of the tie."""

    npc: Npc
    knowledge_files_count: int
    total_storage_bytes: int
    processed_files: int
    passages: int
    conversation_memories_count: int
    tied: dict[str, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """The same of everything, with what lies in libraries and inventories."""

    knowledge_bytes: int
    files: int
    passages: int
    preset_bytes: int
    inventory_bytes: int


def largest(limit: int = LARGEST) -> list[Storage]:
    """The characters that take most room, the largest first."""
    files = KnowledgeFile.objects.filter(npc=OuterRef("pk"), is_active=True)
    rows = Npc.objects.annotate(
        kept=_one(files, Count("pk")),
        bytes_kept=_one(files, Sum("file_size")),
        read=_one(files.filter(state=WorkState.DONE), Count("pk")),
        remembered=_one(Memory.objects.filter(npc=OuterRef("pk")), Count("pk")),
    )
    found = list(rows.filter(Q(kept__gt=0) | Q(remembered__gt=0)).order_by("-bytes_kept", "name")[:limit])
    ids = [npc.pk for npc in found]
    passages = _passages(ids)
    tied = {tie.many: tie.count(ids) for tie in ties()}
    return [
        Storage(
            npc=npc,
            knowledge_files_count=npc.kept,
            total_storage_bytes=npc.bytes_kept,
            processed_files=npc.read,
            passages=passages.get(npc.pk, 0),
            conversation_memories_count=npc.remembered,
            tied={name: counts.get(npc.pk, 0) for name, counts in tied.items()},
        )
        for npc in found
    ]


def in_all() -> Stored:
    knowledge = KnowledgeFile.objects.aggregate(size=Sum("file_size"), files=Count("pk"))
    return Stored(
        knowledge_bytes=knowledge["size"] or 0,
        files=knowledge["files"],
        passages=KnowledgeItem.objects.count(),
        preset_bytes=_sum(KnowledgePreset.objects.all()),
        inventory_bytes=_sum(InventoryEntry.objects.all()),
    )


def _one(rows: QuerySet, what: Count | Sum) -> Coalesce:
    counted = rows.order_by().values("npc").annotate(found=what).values("found")
    return Coalesce(Subquery(counted), 0)


def _passages(npc_ids: list[int]) -> dict[int, int]:
    rows = KnowledgeItem.objects.filter(file__npc_id__in=npc_ids).values("file__npc_id").order_by()
    return {row["file__npc_id"]: row["found"] for row in rows.annotate(found=Count("pk"))}


def _sum(rows: QuerySet) -> int:
    return rows.aggregate(size=Sum("file_size"))["size"] or 0
