from uuid import UUID

from ninja import Schema

from npcs.models import KnowledgeItem, Npc
from npcs.queries import DirectoryPage, NpcPage, SourcePage


class NpcOut(Schema):
    slug: str
    name: str
    tagline: str
    category: str
    difficulty: str
    expertise: list[str]
    is_featured: bool
    passages: int
    url: str


class DirectoryOut(Schema):
    """`after` is the value with which the next page is asked for; empty on the last one."""

    characters: list[NpcOut]
    after: str


class KnowledgeFileOut(Schema):
    uuid: UUID
    name: str
    state: str
    passages: int


class NpcDetailOut(NpcOut):
    description: str
    personality: str
    response_style: str
    greeting: str
    files: list[KnowledgeFileOut]


class SourceOut(Schema):
    uuid: UUID
    character: str
    file: str
    heading: str
    page: int | None
    text: str
    before: UUID | None
    after: UUID | None


def npc_out(npc: Npc, *, passages: int) -> dict[str, object]:
    return {
        "slug": npc.slug,
        "name": npc.name,
        "tagline": npc.tagline,
        "category": npc.category.name if npc.category else "",
        "difficulty": npc.difficulty_level,
        "expertise": [str(area) for area in npc.expertise_areas],
        "is_featured": npc.is_featured,
        "passages": passages,
        "url": npc.get_absolute_url(),
    }


def directory_out(page: DirectoryPage) -> dict[str, object]:
    return {"characters": [npc_out(npc, passages=npc.passages) for npc in page.npcs], "after": page.after}


def detail_out(page: NpcPage) -> dict[str, object]:
    npc = page.npc
    return {
        **npc_out(npc, passages=page.passages),
        "description": npc.description,
        "personality": npc.personality,
        "response_style": npc.response_style,
        "greeting": npc.greeting,
        "files": [
            {"uuid": file.uuid, "name": file.file_name, "state": file.state, "passages": file.passages}
            for file in page.files
        ],
    }


def source_out(page: SourcePage) -> dict[str, object]:
    item = page.item
    return {
        "uuid": item.uuid,
        "character": item.file.npc.slug,
        "file": item.file.file_name,
        "heading": item.heading,
        "page": item.page,
        "text": item.text,
        "before": _uuid(page.before),
        "after": _uuid(page.after),
    }


def _uuid(item: KnowledgeItem | None) -> UUID | None:
    return item.uuid if item else None
