"""The page of a character and the page of one of its passages."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from npcs.models import KnowledgeFile, KnowledgeItem, Npc
from npcs.queries.directory import npcs_visible
from padawanforge.kit.work import WorkState

# Between a heading and the one below it, as files are read.
HEADING_SEPARATOR = " > "
FILES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class NpcPage:
    """The oldest files of the character, and how many there are in all."""

    npc: Npc
    files: list[KnowledgeFile]
    count: int
    passages: int

    @property
    def is_reading(self) -> bool:
        return any(file.state in {WorkState.WAITING, WorkState.RUNNING} for file in self.files)


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A passage with the ones that stand before and after it in the file."""

    item: KnowledgeItem
    before: KnowledgeItem | None
    after: KnowledgeItem | None

    @property
    def title(self) -> str:
        return self.item.heading.rpartition(HEADING_SEPARATOR)[2] or self.item.file.file_name

    @property
    def part_of(self) -> str:
        """The headings above the passage's own one."""
        return self.item.heading.rpartition(HEADING_SEPARATOR)[0]


def npc_page(*, slug: str, with_hidden: bool, author_id: int | None = None) -> NpcPage | None:
    """The character with its files, oldest first, each with its passages counted; not those of one place alone.

    Who doesn't look after it sees those that it answers from, not what failed or was set aside.
    """
    known = KnowledgeFile.objects.arrived().filter(place="")
    if not with_hidden:
        is_used = Q(is_active=True) & Q(Exists(KnowledgeItem.objects.filter(file=OuterRef("pk"))))
        known = known.filter(is_used if author_id is None else is_used | Q(npc__created_by=author_id))
    files = known.annotate(passages=Count("items")).order_by("created_at", "pk")[:FILES_SHOWN]
    npc = (
        npcs_visible(with_hidden=with_hidden, author_id=author_id)
        .filter(slug=slug)
        .select_related("category")
        .prefetch_related(Prefetch("knowledge_files", queryset=files, to_attr="files"))
        .first()
    )
    if npc is None:
        return None
    # Counted anew only where there are more than are shown.
    count, passages = len(npc.files), sum(file.passages for file in npc.files)
    if count == FILES_SHOWN:
        totals = known.filter(npc=npc).aggregate(files=Count("pk", distinct=True), items=Count("items"))
        count, passages = totals["files"], totals["items"]
    return NpcPage(npc, list(npc.files), count, passages)


def source_page(uuid: UUID, *, with_hidden: bool, author_id: int | None = None) -> SourcePage | None:
    visible = npcs_visible(with_hidden=with_hidden, author_id=author_id)
    item = (
        KnowledgeItem.objects.filter(uuid=uuid, file__npc__in=visible)
        .select_related("file__npc")
        .defer("embedding")
        .first()
    )
    if item is None:
        return None
    around = KnowledgeItem.objects.filter(
        file=item.file_id, position__in=[item.position - 1, item.position + 1]
    ).defer("embedding")
    by_position = {other.position: other for other in around}
    return SourcePage(item, by_position.get(item.position - 1), by_position.get(item.position + 1))
