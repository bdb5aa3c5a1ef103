from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Query, Router

from npcs import queries
from npcs.permissions import may_create_npcs, may_read_file, may_see_npcs
from npcs.queries.directory import describe
from npcs.schemas import (
    DirectoryIn,
    DirectoryOut,
    NpcDetailOut,
    SourceOut,
    detail_out,
    directory_out,
    source_out,
)
from padawanforge.kit import access

router = Router(tags=["characters"])


@router.get("/characters", response=DirectoryOut, summary="The directory of characters")
@access.scope("characters:read")
@access.requires(may_see_npcs)
def list_characters(request: HttpRequest, wanted: Query[DirectoryIn]) -> dict[str, object]:
    """The active characters, featured ones first unless another order is asked for."""
    filters = queries.Filters(
        search=wanted.search,
        category=wanted.category,
        expertise=wanted.expertise,
        difficulty=wanted.difficulty or "",
        is_featured=wanted.featured,
        rating=wanted.rating,
        order=wanted.order,
    )
    return directory_out(queries.directory(filters, after=wanted.after))


@router.get("/characters/{slug:slug}", response=NpcDetailOut, summary="A character")
@access.scope("characters:read")
@access.requires(may_see_npcs)
def read_character(request: HttpRequest, slug: str) -> dict[str, object]:
    """One character and the files it answers from."""
    page = queries.npc_page(slug=slug, with_hidden=may_create_npcs(request.user), author_id=request.user.pk)
    if page is None or page.npc.retired_at is not None:
        raise Http404
    describe([page.npc])
    return detail_out(page)


@router.get(
    "/characters/{slug:slug}/sources/{uuid:uuid}", response=SourceOut, summary="The passage behind a citation"
)
@access.scope("characters:read")
@access.requires(may_see_npcs)
def read_source(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, object]:
    """The passage behind a citation."""
    page = queries.source_page(uuid, with_hidden=may_create_npcs(request.user), author_id=request.user.pk)
    if page is None or page.item.file.npc.slug != slug or not may_read_file(request.user, page.item.file):
        raise Http404
    return source_out(page)
