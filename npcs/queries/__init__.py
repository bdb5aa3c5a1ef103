from npcs.queries.directory import (
    PAGE_SIZE,
    DirectoryPage,
    Filters,
    categories,
    directory,
    expertise_areas,
    npcs_visible,
)
from npcs.queries.embedding import Embedder, current_embedder, working_embedder
from npcs.queries.pages import HEADING_SEPARATOR, NpcPage, SourcePage, npc_page, source_page
from npcs.queries.retrieval import StoredIndex, index_for

__all__ = [
    "HEADING_SEPARATOR",
    "PAGE_SIZE",
    "DirectoryPage",
    "Embedder",
    "Filters",
    "NpcPage",
    "SourcePage",
    "StoredIndex",
    "categories",
    "current_embedder",
    "directory",
    "expertise_areas",
    "index_for",
    "npc_page",
    "npcs_visible",
    "source_page",
    "working_embedder",
]
