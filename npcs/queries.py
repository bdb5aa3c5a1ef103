import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet, TextField
from django.db.models.functions import Cast

from npcs.builtin import embedder
from npcs.builtin.retrieval import Embed, Index, Passage
from npcs.models import AiProvider, KnowledgeFile, KnowledgeItem, Npc, NpcCategory
from padawanforge.kit import vectors
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.work import WorkState

PAGE_SIZE = 24
CACHED_INDEXES = 32
# Between a heading and the one below it, as files are read.
HEADING_SEPARATOR = " > "

_building = threading.Lock()


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """Characters with their passages counted; `after` is the slug that the next page begins behind."""

    npcs: Sequence[Npc]
    after: str


@dataclass(frozen=True, slots=True)
class NpcPage:
    npc: Npc
    files: list[KnowledgeFile]

    @property
    def passages(self) -> int:
        return sum(file.passages for file in self.files)  # type: ignore[attr-defined]  # annotated

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


def directory(
    *, search: str = "", category: str = "", difficulty: str = "", after: str = "", limit: int = PAGE_SIZE
) -> DirectoryPage:
    """The active characters, featured ones first, then by name."""
    rows = _matching(search).filter(is_active=True)
    if category:
        rows = rows.filter(category__name=category)
    if difficulty:
        rows = rows.filter(difficulty_level=difficulty)
    if last := Npc.objects.filter(slug=after).first() if after else None:
        behind = Q(is_featured=last.is_featured, name__gt=last.name)
        rows = rows.filter(behind | Q(is_featured=False) if last.is_featured else behind)
    counted = rows.select_related("category").annotate(passages=Count("knowledge_files__items"))
    found = list(counted.order_by("-is_featured", "name")[: limit + 1])
    return DirectoryPage(found[:limit], found[limit - 1].slug if len(found) > limit else "")


def _matching(search: str) -> QuerySet[Npc]:
    """Every word must occur somewhere in what the directory knows of the character."""
    rows = Npc.objects.annotate(
        expertise_text=Cast("expertise_areas", TextField()), tags_text=Cast("tags", TextField())
    )
    columns = ("name", "tagline", "description", "expertise_text", "tags_text", "category__display_name")
    for word in clean_text(search).split()[:6]:
        wanted = Q()
        for column in columns:
            wanted |= Q(**{f"{column}__icontains": word})
        rows = rows.filter(wanted)
    return rows


def shelves() -> QuerySet[NpcCategory]:
    return NpcCategory.objects.filter(is_active=True).order_by("sort_order", "display_name")


def npcs_visible(*, with_hidden: bool, author_id: int | None = None) -> QuerySet[Npc]:
    """The characters whose pages may be opened; who creates characters also sees those that rest.

    An author always sees his own.
    """
    if with_hidden:
        return Npc.objects.all()
    own = Npc.objects.filter(created_by=author_id) if author_id else Npc.objects.none()
    return Npc.objects.active() | own


def npc_page(*, slug: str, with_hidden: bool, author_id: int | None = None) -> NpcPage | None:
    """The character with its files, oldest first, each with its passages counted."""
    files = KnowledgeFile.objects.annotate(passages=Count("items")).order_by("created_at", "pk")
    npc = (
        npcs_visible(with_hidden=with_hidden, author_id=author_id)
        .filter(slug=slug)
        .select_related("category")
        .prefetch_related(Prefetch("knowledge_files", queryset=files, to_attr="files"))
        .first()
    )
    return NpcPage(npc, list(npc.files)) if npc else None


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


def provider_for(npc: Npc) -> tuple[AiProvider | None, str]:
    """Who speaks for the character, None for the built-in engine; and why it is not its own provider."""
    wanted = AiProvider.objects.filter(pk=npc.provider_id).first() if npc.provider_id else None
    if wanted is not None and wanted.is_active:
        return wanted, ""
    note = f"{wanted.name} is switched off" if wanted else ""
    return AiProvider.objects.filter(is_default=True, is_active=True).first(), note


def index_for(npc: Npc) -> Index:
    """What the character knows, ready to be asked; built once for each version of its knowledge."""
    # The version is read before the rows, so that the rows are at least as new as their label.
    version = Npc.objects.filter(pk=npc.pk).values_list("knowledge_version", flat=True).get()
    with _building:
        return _index(npc.pk, npc.uuid, version)


@lru_cache(maxsize=CACHED_INDEXES)
def _index(npc_id: int, _uuid: UUID, _version: int) -> Index:
    embed = working_embedder()
    items = KnowledgeItem.objects.filter(file__npc_id=npc_id, file__is_active=True).order_by(
        "file_id", "position"
    )
    return Index([_passage(item, with_vector=embed is not None) for item in items], embed=embed)


def working_embedder() -> Embed | None:
    """The embedder, once it has shown that it works here; otherwise words alone must do."""
    try:
        embedder.embed(["ready"])
    except embedder.EmbedderMissing:
        return None
    return embedder.embed


def _passage(item: KnowledgeItem, *, with_vector: bool) -> Passage:
    # Vectors of another model mean something else; such a passage is found by its words.
    is_usable = with_vector and item.embedding_model == embedder.MODEL_NAME
    vector = (
        vectors.unpack(bytes(item.embedding), dimension=embedder.DIMENSION)
        if is_usable and item.embedding is not None
        else None
    )
    return Passage(id=item.pk, text=item.text, heading=item.heading, vector=vector)
