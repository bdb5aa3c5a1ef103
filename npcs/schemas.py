from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from npcs.choices import Difficulty
from npcs.models import KnowledgeItem, Npc
from npcs.queries import DirectoryPage, NpcPage, SourcePage

SLUG = r"^[-a-zA-Z0-9_]{0,50}$"


class DirectoryIn(Schema):
    """What is asked of the directory; what is left out means any."""

    search: str = Field("", max_length=100)
    category: str = Field("", pattern=SLUG)
    expertise: str = Field("", max_length=60)
    difficulty: Difficulty | None = None
    featured: bool = False
    rating: int = Field(0, ge=0, le=5)
    order: Literal["featured", "popular", "newest"] = "featured"
    after: str = Field("", pattern=SLUG)


class NpcOut(Schema):
    slug: str
    name: str
    tagline: str
    category: str
    difficulty: str
    expertise: list[str]
    is_featured: bool
    passages: int
    rating: float | None
    ratings: int
    learning_gain: float | None
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
        "rating": npc.rating,  # type: ignore[attr-defined]  # described by the directory
        "ratings": npc.ratings,  # type: ignore[attr-defined]
        "learning_gain": npc.gain.points if npc.gain else None,  # type: ignore[attr-defined]
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
