"""What characters remember about the player, for programs."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from npcs.actions import linking, memory_keeping
from npcs.actions.ratings import NotRateable, rate_answer
from npcs.models import Memory, Npc, OutsideIdentity
from npcs.permissions import may_see_npcs
from npcs.queries import memory as memories
from npcs.queries.linking import identities_of, identity_of
from padawanforge.kit import access
from padawanforge.kit.paging import MAX_CURSOR_LENGTH
from players.permissions import has_account

router = Router(tags=["memory"])


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


class IdentityOut(Schema):
    """Somebody in another messenger who is the player. `words`: undecided, apart or joined."""

    uuid: UUID
    platform: str
    character: str
    name: str = Field(description="As the messenger has it.")
    words: str = Field(description="What becomes of what is said there.")
    messages: int = Field(description="How many of its messages are kept there now.")
    linked_at: datetime


class IdentitiesOut(Schema):
    identities: list[IdentityOut]
    after: str


class LinkCodeOut(Schema):
    """`text` is what the player writes to the bot alone; it is good once, until `expires_at`."""

    text: str
    expires_at: datetime


class WordsIn(Schema):
    """`join`: remember them of me, those of now on too. `apart`: don't. `delete`: nor keep what was said until now."""

    words: Literal["join", "apart", "delete"]


class WordsOut(Schema):
    """How many sayings were taken over, or messages deleted."""

    count: int


class StarsIn(Schema):
    stars: int | None = Field(None, ge=1, le=5)


class ForgottenOut(Schema):
    deleted: int


@router.get("/me/memories", response={200: AcquaintancesOut}, summary="Who remembers me")
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


@router.put("/me/memories/switch", response={204: None}, summary="Be remembered, or by nobody")
@access.scope("memory:write")
@access.requires(may_see_npcs)
def switch_all(request: HttpRequest, body: SwitchIn) -> Status:
    memory_keeping.switch_all_memory(player=request.user, is_on=body.on)
    return Status(204, None)


@router.get(
    "/characters/{slug:slug}/memories",
    response={200: MemoriesOut},
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


@router.put("/characters/{slug:slug}/memories/switch", response={204: None}, summary="Be remembered by it")
@access.scope("memory:write")
@access.requires(may_see_npcs)
def switch_one(request: HttpRequest, slug: str, body: SwitchIn) -> Status:
    memory_keeping.switch_memory(player=request.user, npc=_npc(request, slug), is_on=body.on)
    return Status(204, None)


@router.delete("/characters/{slug:slug}/memories", response={200: ForgottenOut}, summary="Make it forget me")
@access.scope("memory:write")
@access.requires(may_see_npcs)
def forget_everything(request: HttpRequest, slug: str) -> dict[str, int]:
    return {"deleted": memory_keeping.forget_everything(player=request.user, npc=_npc(request, slug))}


@router.patch("/me/memories/{uuid:uuid}", response={200: MemoryOut}, summary="Correct or pin a memory")
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


@router.delete("/me/memories/{uuid:uuid}", response={200: ForgottenOut}, summary="Delete a memory")
@access.scope("memory:write")
@access.requires(may_see_npcs)
def delete_memory(request: HttpRequest, uuid: UUID) -> dict[str, int]:
    """With the words that it was drawn from; so more than one may go."""
    return {"deleted": memory_keeping.delete_memory(memory=_own(request, uuid))}


@router.put("/me/ratings/{uuid:uuid}", response={204: None}, summary="Rate the answer in a message")
@access.scope("memory:write")
@access.requires(may_see_npcs)
def rate(request: HttpRequest, uuid: UUID, body: StarsIn) -> Status:
    """One to five stars of whoever asked; null takes them back."""
    try:
        rate_answer(message=uuid, player=request.user, stars=body.stars, now=timezone.now())
    except NotRateable as refusal:
        raise Http404 from refusal
    return Status(204, None)


@router.get("/me/messengers", response={200: IdentitiesOut}, summary="Who I am elsewhere")
@access.scope("memory:read")
@access.requires(has_account)
def list_identities(request: HttpRequest, cursor: str = CURSOR) -> dict[str, object]:
    """In other messengers, by the player's own proof; the latest first."""
    page = identities_of(request.user.pk, cursor=cursor)
    return {"identities": [_identity(it) for it in page.rows], "after": page.after}


@router.post(
    "/me/messengers/code",
    response={201: LinkCodeOut},
    summary="A code to link with",
)
@access.requires(has_account)
def make_link_code(request: HttpRequest) -> Status:
    """For the signed-in player himself: with it somebody elsewhere becomes him. A new one ends the one before."""
    code = linking.make_code(player=request.user, now=timezone.now())
    return Status(201, {"text": code.text, "expires_at": code.expires_at})


@router.put(
    "/me/messengers/{uuid:uuid}/words",
    response={200: WordsOut},
    summary="What becomes of my words",
)
@access.requires(has_account)
def decide_words(request: HttpRequest, uuid: UUID, body: WordsIn) -> dict[str, int]:
    """What was said to the bot, and what will be. Undecided it stays apart."""
    identity, now, count = _linked(request, uuid), timezone.now(), 0
    if body.words == "join":
        count = linking.join_words(identity=identity, now=now)
    elif body.words == "delete":
        count = linking.delete_words(identity=identity, now=now)
    else:
        linking.keep_apart(identity=identity, now=now)
    return {"count": count}


@router.delete("/me/messengers/{uuid:uuid}", response={204: None}, summary="End a link")
@access.scope("memory:write")
@access.requires(has_account)
def end_link(request: HttpRequest, uuid: UUID) -> Status:
    """What characters remember of it already stays."""
    linking.unlink(identity=_linked(request, uuid))
    return Status(204, None)


def _linked(request: HttpRequest, uuid: UUID) -> OutsideIdentity:
    identity = identity_of(request.user.pk, uuid)
    if identity is None:
        raise Http404
    return identity


def _identity(identity: OutsideIdentity) -> dict[str, object]:
    return {
        "uuid": identity.uuid,
        "platform": identity.bot.bot_platform,
        "character": identity.bot.npc.slug,
        "name": identity.author_name,
        "words": identity.words,
        "messages": identity.said,
        "linked_at": identity.linked_at,
    }


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
