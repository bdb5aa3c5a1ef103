"""What characters did, or want to do, for the player, for programs: seen, allowed or declined, taken back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from npcs.actions import tools
from npcs.models import ToolUse
from npcs.permissions import may_see_npcs
from npcs.queries.tools import is_open, may_be_undone, page_of_uses, use_for
from padawanforge.kit import access
from padawanforge.kit.paging import MAX_CURSOR_LENGTH

router = Router(tags=["tools of characters"])


class ToolUseOut(Schema):
    """`state`: asked, running, done, refused, declined, failed or undone."""

    uuid: UUID
    tool: str
    character: str
    summary: str = Field(description="In a line: what is asked, or what was done.")
    result: str
    state: str
    arguments: dict[str, Any]
    channel: UUID | None = Field(description="Where it was asked for.")
    may_decide: bool
    may_undo: bool
    created_at: datetime
    expires_at: datetime | None = Field(description="Until when a question can be answered.")
    ended_at: datetime | None


class ToolUsesOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    uses: list[ToolUseOut]
    after: str


class ToolDecisionIn(Schema):
    model_config = ConfigDict(extra="forbid")

    on: bool = Field(description="True allows it, false declines it.")


@router.get("/me/tool-uses", response={200: ToolUsesOut}, summary="What characters did for me")
@access.scope("rooms:read")
@access.requires(may_see_npcs)
def tool_use_list(
    request: HttpRequest,
    cursor: str = Query("", max_length=MAX_CURSOR_LENGTH, description="`after` of the page before."),
    limit: int = Query(20, ge=1, le=100),
) -> dict[str, object]:
    """And what they ask, the newest first."""
    page = page_of_uses(request.user, cursor=cursor, limit=limit)
    return {"uses": [_out(use) for use in page.rows], "after": page.after}


@router.get("/me/tool-uses/{uuid:uuid}", response={200: ToolUseOut}, summary="A deed")
@access.scope("rooms:read")
@access.requires(may_see_npcs)
def tool_use_detail(request: HttpRequest, uuid: UUID) -> dict[str, object]:
    return _out(_own(request, uuid))


@router.put("/me/tool-uses/{uuid:uuid}/decision", response={200: ToolUseOut}, summary="Allow it or not")
@access.scope("rooms:write")
@access.requires(may_see_npcs)
def tool_use_decide(request: HttpRequest, uuid: UUID, body: ToolDecisionIn) -> dict[str, object]:
    """Once, within 15 minutes. What is allowed is done in the background: look again until it is done."""
    tools.decide(use=_own(request, uuid), player=request.user, is_allowed=body.on)
    return _out(_own(request, uuid))


@router.post("/me/tool-uses/{uuid:uuid}/undo", response={200: ToolUseOut}, summary="Take a deed back")
@access.scope("rooms:write")
@access.requires(may_see_npcs)
def tool_use_undo(request: HttpRequest, uuid: UUID) -> dict[str, object]:
    """Once, where `may_undo` says so."""
    tools.undo(use=_own(request, uuid))
    return _out(_own(request, uuid))


def _own(request: HttpRequest, uuid: UUID) -> ToolUse:
    use = use_for(request.user, uuid)
    if use is None:
        raise Http404
    return use


def _out(use: ToolUse) -> dict[str, object]:
    return {
        "uuid": use.uuid,
        "tool": use.tool,
        "character": use.npc.slug,
        "summary": use.summary,
        "result": use.result,
        "state": use.state,
        "arguments": use.arguments,
        "channel": use.place,
        "may_decide": is_open(use),
        "may_undo": may_be_undone(use),
        "created_at": use.created_at,
        "expires_at": use.expires_at,
        "ended_at": use.ended_at,
    }
