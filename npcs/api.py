from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Query, Router

from npcs import queries
from npcs.choices import Difficulty
from npcs.permissions import may_create_npcs, may_see_npcs
from npcs.schemas import DirectoryOut, NpcDetailOut, SourceOut, detail_out, directory_out, source_out
from padawanforge.kit import access

router = Router(tags=["characters"])
SLUG = r"^[-a-zA-Z0-9_]{0,50}$"


@router.get("/characters", response=DirectoryOut, summary="The directory of characters")
@access.scope("characters:read")
@access.requires(may_see_npcs)
def list_characters(
    request: HttpRequest,
    search: str = Query("", max_length=100),
    category: str = Query("", pattern=SLUG),
    difficulty: Difficulty | None = None,
    after: str = Query("", pattern=SLUG),
) -> dict[str, object]:
    """The active characters, featured ones first."""
    page = queries.directory(search=search, category=category, difficulty=difficulty or "", after=after)
    return directory_out(page)


@router.get("/characters/{slug:slug}", response=NpcDetailOut, summary="A character")
@access.scope("characters:read")
@access.requires(may_see_npcs)
def read_character(request: HttpRequest, slug: str) -> dict[str, object]:
    """One character and the files it answers from."""
    page = queries.npc_page(slug=slug, with_hidden=may_create_npcs(request.user), author_id=request.user.pk)
    if page is None:
        raise Http404
    return detail_out(page)


@router.get(
    "/characters/{slug:slug}/sources/{uuid:uuid}", response=SourceOut, summary="The passage behind a citation"
)
@access.scope("characters:read")
@access.requires(may_see_npcs)
def read_source(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, object]:
    """The passage behind a citation."""
    page = queries.source_page(uuid, with_hidden=may_create_npcs(request.user), author_id=request.user.pk)
    if page is None or page.item.file.npc.slug != slug:
        raise Http404
    return source_out(page)
