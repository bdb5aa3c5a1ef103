"""What a character was, and its end, for programs: revisions, rest, retirement, deletion and the way back."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from npcs import permissions
from npcs.actions import making, retirement
from npcs.actions.characters import deactivate
from npcs.models import Npc, NpcRevision
from npcs.queries.retirement import ties_of
from npcs.queries.revisions import definition_of, differences, revisions_of
from padawanforge.kit import access
from padawanforge.kit.paging import MAX_CURSOR_LENGTH
from players.models import Player

router = Router(tags=["making characters"])
CURSOR = Query("", max_length=MAX_CURSOR_LENGTH, description="`after` of the page before.")
DONE = {204: None}


class RevisionOut(Schema):
    number: int
    note: str
    restored_from: int | None
    by: str = Field(description="The username; empty for somebody who is gone.")
    created_at: datetime


class RevisionsOut(Schema):
    revisions: list[RevisionOut]
    after: str


class PieceOut(Schema):
    """`kind`: same, added or gone."""

    kind: str
    text: str


class DifferenceOut(Schema):
    label: str
    pieces: list[PieceOut]


class RevisionDetailOut(RevisionOut):
    definition: dict[str, Any]
    differences: list[DifferenceOut]


class RestoredOut(Schema):
    """`lost`: what could not be put back, in words."""

    lost: list[str]


class TieOut(Schema):
    """`fate`: what becomes of it when the character is deleted: goes, stays or unlinked."""

    label: str
    count: int
    fate: str


class TiesOut(Schema):
    ties: list[TieOut]
    undo_days: int
    may_be_deleted: bool = Field(description="By whoever asks.")


class ReasonIn(Schema):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", max_length=200, description="For the audit.")


@router.post("/workshop/{slug:slug}/publish", response=DONE, summary="Let people meet it")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def character_publish(request: HttpRequest, slug: str) -> Status:
    """Into the directory; its first revision is kept then."""
    making.publish(npc=_npc(request.user, slug), player=request.user)
    return Status(204, None)


@router.post("/workshop/{slug:slug}/rest", response=DONE, summary="Let it rest")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def character_rest(request: HttpRequest, slug: str) -> Status:
    """Out of the directory and silent until it is published again."""
    deactivate(npc=_npc(request.user, slug))
    return Status(204, None)


@router.get("/workshop/{slug:slug}/revisions", response={200: RevisionsOut}, summary="What it was")
@access.scope("workshop:read")
@access.requires(permissions.may_edit_npcs)
def revision_list(request: HttpRequest, slug: str, cursor: str = CURSOR) -> dict[str, object]:
    """The newest first."""
    page = revisions_of(_npc(request.user, slug, with_retired=True), cursor=cursor)
    return {"revisions": [_revision(row) for row in page.rows], "after": page.after}


@router.get(
    "/workshop/{slug:slug}/revisions/{int:number}", response={200: RevisionDetailOut}, summary="A revision"
)
@access.scope("workshop:read")
@access.requires(permissions.may_edit_npcs)
def revision_detail(
    request: HttpRequest,
    slug: str,
    number: int,
    with_now: bool = Query(False, description="What would change if it came back, not what it changed."),
) -> dict[str, object]:
    npc = _npc(request.user, slug, with_retired=True)
    revision = get_object_or_404(npc.revisions.select_related("created_by"), number=number)
    if with_now:
        old, new = revision.definition, definition_of(npc)
    else:
        before = npc.revisions.filter(number__lt=number).order_by("-number").first()
        old, new = before.definition if before else {}, revision.definition
    found = [
        {"label": one.label, "pieces": [{"kind": it.kind, "text": it.text} for it in one.pieces]}
        for one in differences(old, new)
    ]
    return {**_revision(revision), "definition": revision.definition, "differences": found}


@router.post(
    "/workshop/{slug:slug}/revisions/{int:number}/restore",
    response={200: RestoredOut},
    summary="Make it what it was",
)
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def revision_restore(request: HttpRequest, slug: str, number: int) -> dict[str, object]:
    """As one more revision."""
    revision = get_object_or_404(_npc(request.user, slug).revisions, number=number)
    return {"lost": making.restore(revision=revision, player=request.user)}


@router.get("/workshop/{slug:slug}/ties", response={200: TiesOut}, summary="What hangs on it")
@access.scope("workshop:read")
@access.requires(permissions.may_edit_npcs)
def character_ties(request: HttpRequest, slug: str) -> dict[str, object]:
    """To look at before it is let go."""
    tied = ties_of(_npc(request.user, slug, with_retired=True))
    ties = [{"label": row.label, "count": row.count, "fate": row.fate} for row in tied]
    may = permissions.may_delete_npcs(request.user)
    return {"ties": ties, "undo_days": retirement.UNDO_DAYS, "may_be_deleted": may}


@router.post("/workshop/{slug:slug}/retire", response=DONE, summary="Let it retire")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def character_retire(request: HttpRequest, slug: str, data: ReasonIn) -> Status:
    """Silent for good, with all that it has; it can be brought back."""
    npc = _npc(request.user, slug, with_retired=True)
    retirement.retire(npc=npc, player=request.user, now=timezone.now(), reason=data.reason.strip())
    return Status(204, None)


@router.post("/workshop/{slug:slug}/return", response=DONE, summary="Bring it back")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def character_return(request: HttpRequest, slug: str) -> Status:
    """After retirement, or before what was deleted is gone; it works or rests as it did."""
    npc = _npc(request.user, slug, with_retired=True)
    if npc.purge_at is not None and not permissions.may_delete_npcs(request.user):
        raise PermissionDenied
    retirement.bring_back(npc=npc, player=request.user)
    return Status(204, None)


def _npc(player: Player, slug: str, *, with_retired: bool = False) -> Npc:
    npc = permissions.npc_to_edit(player, slug, with_retired=with_retired)
    if npc is None:
        raise Http404
    return npc


def _revision(row: NpcRevision) -> dict[str, object]:
    return {
        "number": row.number,
        "note": row.note,
        "restored_from": row.restored_from,
        "by": row.created_by.username if row.created_by else "",
        "created_at": row.created_at,
    }
