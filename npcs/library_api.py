"""What characters are begun from, for programs: the libraries of presets, and one's own templates."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from npcs import permissions
from npcs.actions import inventory
from npcs.actions.presets import use_document
from npcs.models import InventoryEntry, Npc, PresetUsage
from npcs.queries import categories, expertise_areas
from npcs.queries.presets import preset, presets, published_templates, templates_for, templates_of, texts_of
from padawanforge.kit import access
from padawanforge.kit.paging import MAX_CURSOR_LENGTH, Page
from players.models import Player

router = Router(tags=["presets and templates of characters"])
CURSOR = Query("", max_length=MAX_CURSOR_LENGTH, description="`after` of the page before.")
KINDS = {
    "prompts": PresetUsage.Kind.SYSTEM_PROMPT,
    "audiences": PresetUsage.Kind.AUDIENCE,
    "documents": PresetUsage.Kind.KNOWLEDGE,
}


class ShelfOut(Schema):
    name: str
    title: str
    description: str


class ShelvesOut(Schema):
    """By what the directory can be filtered."""

    categories: list[ShelfOut]
    expertise: list[str]


class PresetOut(Schema):
    """`kind` and `id` are what a definition names it by; `texts` what it would be given."""

    kind: str
    id: int
    name: str
    description: str
    category: str
    difficulty: str
    tags: list[str]
    is_featured: bool
    used: int
    texts: dict[str, str]
    file: str = Field(description="Of a document: what it is called.")


class PresetsOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    presets: list[PresetOut]
    after: str


class GivenOut(Schema):
    """The character's own copy, among its notes."""

    note: UUID


class TemplateOut(Schema):
    uuid: UUID
    id: int = Field(description="By which a definition names it, with the kind `inventory`.")
    name: str
    description: str
    owner: str
    is_public: bool
    used: int
    texts: dict[str, str]
    file: str
    last_used_at: datetime | None


class TemplatesOut(Schema):
    templates: list[TemplateOut]
    after: str


class TemplateIn(Schema):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=inventory.NAME_MAX_LENGTH)
    description: str = Field("", max_length=2000)
    document: UUID | None = Field(None, description="A file of the character's that goes along.")


class TemplateChangeIn(Schema):
    """What isn't sent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, min_length=1, max_length=inventory.NAME_MAX_LENGTH)
    description: str | None = Field(None, max_length=2000)
    is_public: bool | None = Field(None, description="Everybody who makes characters may use it.")


class TemplateUseIn(Schema):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=50, description="Of the new character.")


class BegunOut(Schema):
    slug: str
    name: str


@router.get("/character-categories", response={200: ShelvesOut}, summary="The shelves of the directory")
@access.scope("characters:read")
@access.requires(permissions.may_see_npcs)
def character_categories(request: HttpRequest) -> dict[str, object]:
    shelves = [
        {"name": shelf.name, "title": shelf.display_name, "description": shelf.description}
        for shelf in categories()
    ]
    return {"categories": shelves, "expertise": expertise_areas()}


@router.get("/character-presets/{library}", response={200: PresetsOut}, summary="A library of presets")
@access.scope("workshop:read")
@access.requires(permissions.may_edit_npcs)
def preset_list(
    request: HttpRequest,
    library: Literal["prompts", "audiences", "documents"],
    search: str = Query("", max_length=100),
    cursor: str = CURSOR,
) -> dict[str, object]:
    """Featured ones first, then by how often they were used."""
    kind = KINDS[library]
    page = presets(kind, search=search, cursor=cursor)
    return {"presets": [_preset(kind, row) for row in page.rows], "after": page.after}


@router.post(
    "/workshop/{slug:slug}/documents/{int:pk}", response={201: GivenOut}, summary="Give it a document"
)
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def document_use(request: HttpRequest, slug: str, pk: int) -> Status:
    """A copy of a document of the library, which it then reads like any other file."""
    npc = _npc(request.user, slug)
    document = preset(PresetUsage.Kind.KNOWLEDGE, pk)
    if document is None:
        raise Http404
    file = use_document(preset=document, npc=npc, player=request.user)
    return Status(201, {"note": file.uuid})


@router.get("/me/templates", response={200: TemplatesOut}, summary="My templates of characters")
@access.scope("workshop:read")
@access.requires(permissions.may_edit_npcs)
def template_list(request: HttpRequest, cursor: str = CURSOR) -> dict[str, object]:
    return _templates(templates_of(request.user, cursor=cursor))


@router.get("/character-templates", response={200: TemplatesOut}, summary="Published templates")
@access.scope("workshop:read")
@access.requires(permissions.may_edit_npcs)
def template_list_public(request: HttpRequest, cursor: str = CURSOR) -> dict[str, object]:
    """Of everybody, the most used ones first."""
    return _templates(published_templates(cursor=cursor))


@router.post("/workshop/{slug:slug}/templates", response={201: TemplateOut}, summary="Keep it as a template")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def template_keep(request: HttpRequest, slug: str, data: TemplateIn) -> Status:
    npc = _npc(request.user, slug)
    files = npc.knowledge_files.exclude(file="")
    document = get_object_or_404(files, uuid=data.document) if data.document else None
    entry = inventory.keep_template(
        npc=npc, player=request.user, name=data.name, description=data.description, document=document
    )
    return Status(201, _template(entry))


@router.post(
    "/character-templates/{uuid:uuid}/use", response={201: BegunOut}, summary="Make a character from it"
)
@access.scope("workshop:write")
@access.requires(permissions.may_create_npcs)
def template_use(request: HttpRequest, uuid: UUID, data: TemplateUseIn) -> Status:
    """A draft, from a template of one's own or a published one."""
    entry = get_object_or_404(templates_for(request.user), uuid=uuid)
    return Status(201, inventory.make_from_template(entry=entry, player=request.user, name=data.name))


@router.patch("/me/templates/{uuid:uuid}", response={200: TemplateOut}, summary="Change a template of mine")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def template_change(request: HttpRequest, uuid: UUID, data: TemplateChangeIn) -> dict[str, object]:
    entry = _own(request.user, uuid)
    known = {"name": entry.name, "description": entry.description, "is_public": entry.is_public}
    sent = {name: value for name, value in data.dict(exclude_unset=True).items() if value is not None}
    inventory.change_template(entry=entry, **{**known, **sent})
    return _template(_own(request.user, uuid))


@router.delete("/me/templates/{uuid:uuid}", response={204: None}, summary="Delete a template of mine")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def template_remove(request: HttpRequest, uuid: UUID) -> Status:
    """Characters that were made from it stay."""
    inventory.remove_template(entry=_own(request.user, uuid))
    return Status(204, None)


def _npc(player: Player, slug: str) -> Npc:
    npc = permissions.npc_to_edit(player, slug)
    if npc is None:
        raise Http404
    return npc


def _own(player: Player, uuid: UUID) -> InventoryEntry:
    return get_object_or_404(InventoryEntry.objects.select_related("player"), uuid=uuid, player=player)


def _templates(page: Page) -> dict[str, object]:
    return {"templates": [_template(entry) for entry in page.rows], "after": page.after}


def _preset(kind: str, row: Any) -> dict[str, object]:
    return {
        "kind": kind,
        "id": row.pk,
        "name": row.name,
        "description": row.description,
        "category": row.category,
        "difficulty": row.difficulty_level,
        "tags": row.tags,
        "is_featured": row.is_featured,
        "used": row.usage_count,
        "texts": texts_of(row),
        "file": getattr(row, "file_name", ""),
    }


def _template(entry: InventoryEntry) -> dict[str, object]:
    return {
        "uuid": entry.uuid,
        "id": entry.pk,
        "name": entry.name,
        "description": entry.description,
        "owner": entry.player.username,
        "is_public": entry.is_public,
        "used": entry.usage_count,
        "texts": texts_of(entry),
        "file": entry.file_name,
        "last_used_at": entry.last_used_at,
    }
