"""What characters remember about the player, for programs."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from npcs.actions import memory_keeping
from npcs.actions.ratings import NotRateable, rate_answer
from npcs.models import Memory, Npc
from npcs.permissions import may_see_npcs
from npcs.queries import memory as memories
from padawanforge.kit import access
from padawanforge.kit.paging import MAX_CURSOR_LENGTH

router = Router(tags=["memory"])


class RefusedOut(Schema):
    detail: str
    code: str


REFUSALS = {401: RefusedOut, 403: RefusedOut, 404: RefusedOut, 409: RefusedOut, 422: dict}
CURSOR = Query("", max_length=MAX_CURSOR_LENGTH)


class MemoryOut(Schema):
    """`no_longer_true`: something newer contradicts it. `state`: active, aside or archived."""

    uuid: UUID
    character: str
    kind: str
    text: str
    importance: int
    visibility: str
    state: str
    is_pinned: bool
    no_longer_true: bool
    times_recalled: int
    created_at: datetime


class MemoriesOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    remembers: bool
    in_short: str
    memories: list[MemoryOut]
    after: str


class AcquaintanceOut(Schema):
    character: str
    name: str
    remembers: bool
    memories: int


class AcquaintancesOut(Schema):
    """`remembers` is the switch for all characters."""

    remembers: bool
    characters: list[AcquaintanceOut]
    after: str


class SwitchIn(Schema):
    on: bool


class CorrectionIn(Schema):
    """What is given is changed."""

    text: str | None = Field(None, min_length=1, max_length=600)
    is_pinned: bool | None = None


class StarsIn(Schema):
    stars: int | None = Field(None, ge=1, le=5)


class ForgottenOut(Schema):
    deleted: int


@router.get("/me/memories", response={200: AcquaintancesOut, **REFUSALS}, summary="Who remembers me")
@access.scope("memory:read")
@access.requires(may_see_npcs)
def list_acquaintances(request: HttpRequest, cursor: str = CURSOR) -> dict[str, object]:
    """The characters that know the player, the latest acquaintance first."""
    page = memories.overview(request.user.pk, cursor=cursor)
    rows = [
        {"character": it.npc.slug, "name": it.npc.name, "remembers": it.is_on, "memories": it.memories}
        for it in page.rows
    ]
    return {"remembers": page.is_on, "characters": rows, "after": page.after}


@router.put("/me/memories/switch", response={204: None, **REFUSALS}, summary="Be remembered, or by nobody")
@access.scope("memory:write")
@access.requires(may_see_npcs)
def switch_all(request: HttpRequest, body: SwitchIn) -> Status:
    memory_keeping.switch_all_memory(player=request.user, is_on=body.on)
    return Status(204, None)


@router.get(
    "/characters/{slug:slug}/memories",
    response={200: MemoriesOut, **REFUSALS},
    summary="What it remembers of me",
)
@access.scope("memory:read")
@access.requires(may_see_npcs)
def list_memories(
    request: HttpRequest,
    slug: str,
    kind: str = Query("", pattern=r"^[a-z]{0,10}$"),
    search: str = Query("", max_length=100),
    cursor: str = CURSOR,
) -> dict[str, object]:
    """Pinned ones first, then the newest; also those that are forgotten or no longer true."""
    npc = _npc(request, slug)
    rows = memories.memories_of(player_id=request.user.pk, npc_id=npc.pk, kind=kind, search=search)
    page = memories.memory_page(rows, cursor=cursor)
    profile = memories.profile_of(npc_id=npc.pk, player_id=request.user.pk)
    return {
        "remembers": memories.remembers(npc_id=npc.pk, player_id=request.user.pk),
        "in_short": profile.core if profile else "",
        "memories": [_out(memory, npc) for memory in page.rows],
        "after": page.after,
    }


@router.put(
    "/characters/{slug:slug}/memories/switch", response={204: None, **REFUSALS}, summary="Be remembered by it"
)
@access.scope("memory:write")
@access.requires(may_see_npcs)
def switch_one(request: HttpRequest, slug: str, body: SwitchIn) -> Status:
    memory_keeping.switch_memory(player=request.user, npc=_npc(request, slug), is_on=body.on)
    return Status(204, None)


@router.delete(
    "/characters/{slug:slug}/memories", response={200: ForgottenOut, **REFUSALS}, summary="Make it forget me"
)
@access.scope("memory:write")
@access.requires(may_see_npcs)
def forget_everything(request: HttpRequest, slug: str) -> dict[str, int]:
    return {"deleted": memory_keeping.forget_everything(player=request.user, npc=_npc(request, slug))}


@router.patch(
    "/me/memories/{uuid:uuid}", response={200: MemoryOut, **REFUSALS}, summary="Correct or pin a memory"
)
@access.scope("memory:write")
@access.requires(may_see_npcs)
def change_memory(request: HttpRequest, uuid: UUID, body: CorrectionIn) -> dict[str, object]:
    memory = _own(request, uuid)
    if body.text is not None:
        memory_keeping.correct_memory(memory=memory, text=body.text, now=timezone.now())
    if body.is_pinned is not None:
        memory_keeping.pin_memory(memory=memory, is_pinned=body.is_pinned)
    memory = _own(request, uuid)
    return _out(memory, memory.npc)


@router.delete(
    "/me/memories/{uuid:uuid}", response={200: ForgottenOut, **REFUSALS}, summary="Delete a memory"
)
@access.scope("memory:write")
@access.requires(may_see_npcs)
def delete_memory(request: HttpRequest, uuid: UUID) -> dict[str, int]:
    """With the words that it was drawn from; so more than one may go."""
    return {"deleted": memory_keeping.delete_memory(memory=_own(request, uuid))}


@router.put(
    "/me/ratings/{uuid:uuid}", response={204: None, **REFUSALS}, summary="Rate the answer in a message"
)
@access.scope("memory:write")
@access.requires(may_see_npcs)
def rate(request: HttpRequest, uuid: UUID, body: StarsIn) -> Status:
    """One to five stars of whoever asked; null takes them back."""
    try:
        rate_answer(message=uuid, player=request.user, stars=body.stars, now=timezone.now())
    except NotRateable as refusal:
        raise Http404 from refusal
    return Status(204, None)


def _npc(request: HttpRequest, slug: str) -> Npc:
    return get_object_or_404(memories.acquaintances(request.user.pk), slug=slug)


def _own(request: HttpRequest, uuid: UUID) -> Memory:
    rows = Memory.objects.filter(player=request.user.pk).select_related("npc").defer("embedding")
    return get_object_or_404(rows, uuid=uuid)


def _out(memory: Memory, npc: Npc) -> dict[str, object]:
    return {
        "uuid": memory.uuid,
        "character": npc.slug,
        "kind": memory.kind,
        "text": memory.text,
        "importance": memory.importance,
        "visibility": memory.visibility,
        "state": memory.state,
        "is_pinned": memory.is_pinned,
        "no_longer_true": memory.is_over,
        "times_recalled": memory.access_count,
        "created_at": memory.created_at,
    }
