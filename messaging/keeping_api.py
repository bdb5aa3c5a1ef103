"""Mentions, pins, drafts, saved and planned messages, for programs: the same verbs as on the pages.

What is changed here stands in rooms and talks; direct messages have scopes of their own.
"""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from messaging import permissions
from messaging.actions import saved, scheduled
from messaging.actions.drafts import keep_draft
from messaging.actions.pins import pin, unpin
from messaging.models import MESSAGE_MAX_LENGTH, Message, ScheduledMessage
from messaging.queries import message_data
from messaging.queries.keeping import drafts_in, pins, saved_of, scheduled_of, scheduled_one
from messaging.queries.mentions import mentions_of
from messaging.refusals import MessageGone, NotMember
from messaging.rules.direct import DIRECT
from padawanforge.kit import access

router = Router(tags=["what I keep"])
CURSOR = Query("", max_length=400, description="`after` of the page before.")


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class MentionsOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    mentions: list[dict]
    after: str


class SavedOut(Schema):
    message: dict
    note: str
    remind_at: datetime | None
    saved_at: datetime


class SavedPage(Schema):
    saved: list[SavedOut]
    after: str


class SaveIn(Strict):
    note: str = Field("", max_length=saved.NOTE_MAX_LENGTH)
    remind_at: datetime | None = None


class PlannedOut(Schema):
    uuid: UUID
    channel: UUID
    text: str
    due_at: datetime
    state: str = Field(description="`waiting`, `running` or `failed`.")
    last_error: str

    @staticmethod
    def resolve_channel(row: ScheduledMessage) -> UUID:
        return row.channel.uuid


class PlannedPage(Schema):
    planned: list[PlannedOut]
    after: str


class PlanIn(Strict):
    text: str = Field(min_length=1, max_length=MESSAGE_MAX_LENGTH)
    due_at: datetime


class DraftIn(Strict):
    text: str = Field(max_length=MESSAGE_MAX_LENGTH, description="Empty: throw it away.")
    parent: UUID | None = Field(None, description="The message that it answers.")


class PinsOut(Schema):
    pins: list[dict]


class DraftsOut(Schema):
    drafts: list[dict]


@router.get("/me/mentions", response=MentionsOut, summary="Where others call me")
@access.scope("history:read")
@access.signed_in
def mention_list(request: HttpRequest, cursor: str = CURSOR) -> dict[str, object]:
    page = mentions_of(request.user, after=cursor)
    return {"mentions": _told([row.message_id for row in page.rows]), "after": page.after}


@router.get("/me/saved", response=SavedPage, summary="Messages that I saved")
@access.scope("history:read")
@access.signed_in
def saved_list(request: HttpRequest, cursor: str = CURSOR) -> dict[str, object]:
    page = saved_of(request.user, after=cursor)
    told = _told([row.message_id for row in page.rows])
    rows = [
        {"message": message, "note": row.note, "remind_at": row.remind_at, "saved_at": row.saved_at}
        for row, message in zip(page.rows, told, strict=True)
    ]
    return {"saved": rows, "after": page.after}


@router.put("/messages/{uuid:uuid}/saved", response={204: None}, summary="Save a message, or change its note")
@access.scope("rooms:write")
@access.signed_in
def message_save(request: HttpRequest, uuid: UUID, data: SaveIn) -> Status:
    message = _found(request, uuid)
    saved.save(
        message=message, player=request.user, now=timezone.now(), note=data.note, remind_at=data.remind_at
    )
    return Status(204, None)


@router.delete("/messages/{uuid:uuid}/saved", response={204: None}, summary="Take it off my list")
@access.scope("rooms:write")
@access.signed_in
def message_forget(request: HttpRequest, uuid: UUID) -> Status:
    saved.forget(message=_found(request, uuid), player=request.user)
    return Status(204, None)


@router.get("/channels/{uuid:room}/pins", response=PinsOut, summary="What is pinned in a channel")
@access.scope("rooms:read")
@access.signed_in
def pin_list(request: HttpRequest, room: UUID) -> dict[str, object]:
    channel = _reading(request, room).channel
    return {"pins": [message_data(message) for message in pins(channel, request.user)]}


@router.put("/messages/{uuid:uuid}/pin", response={204: None}, summary="Pin a message")
@access.scope("rooms:write")
@access.signed_in
def message_pin(request: HttpRequest, uuid: UUID) -> Status:
    """For those who moderate the channel; at most 25 are pinned."""
    pin(message=_found(request, uuid), player=request.user, now=timezone.now())
    return Status(204, None)


@router.delete("/messages/{uuid:uuid}/pin", response={204: None}, summary="Take a pinned message down")
@access.scope("rooms:write")
@access.signed_in
def message_unpin(request: HttpRequest, uuid: UUID) -> Status:
    unpin(message=_found(request, uuid), player=request.user)
    return Status(204, None)


@router.get("/channels/{uuid:room}/drafts", response=DraftsOut, summary="What I have begun to write")
@access.scope("rooms:read")
@access.signed_in
def draft_list(request: HttpRequest, room: UUID) -> dict[str, object]:
    return {"drafts": drafts_in(_reading(request, room).channel, request.user)}


@router.put("/channels/{uuid:room}/draft", response={204: None}, summary="Keep a draft")
@access.scope("rooms:write")
@access.signed_in
def draft_keep(request: HttpRequest, room: UUID, data: DraftIn) -> Status:
    grant = _reading(request, room)
    parent = _found(request, data.parent) if data.parent else None
    if parent is not None and parent.channel_id != grant.channel.pk:
        raise Http404
    keep_draft(player=grant.player, channel=grant.channel, text=data.text, parent=parent)
    return Status(204, None)


@router.get("/me/planned", response=PlannedPage, summary="Messages that I planned")
@access.scope("history:read")
@access.signed_in
def planned_list(request: HttpRequest, cursor: str = CURSOR) -> dict[str, object]:
    page = scheduled_of(request.user, after=cursor)
    return {"planned": page.rows, "after": page.after}


@router.post("/channels/{uuid:room}/planned", response={201: PlannedOut}, summary="Say something later")
@access.scope("rooms:write")
@access.signed_in
def plan(request: HttpRequest, room: UUID, data: PlanIn) -> Status:
    """At most 20 wait at a time. What is refused when the moment comes stays on the list, with the reason."""
    grant = _reading(request, room)
    planned = scheduled.plan(
        channel=grant.channel, player=grant.player, text=data.text, due_at=data.due_at, now=timezone.now()
    )
    return Status(201, planned)


@router.put("/me/planned/{uuid:uuid}", response=PlannedOut, summary="Change a planned message")
@access.scope("rooms:write")
@access.signed_in
def planned_change(request: HttpRequest, uuid: UUID, data: PlanIn) -> ScheduledMessage:
    scheduled.change(planned=_planned(request, uuid), text=data.text, due_at=data.due_at, now=timezone.now())
    return _planned(request, uuid)


@router.delete("/me/planned/{uuid:uuid}", response={204: None}, summary="Call a planned message off")
@access.scope("rooms:write")
@access.signed_in
def planned_call_off(request: HttpRequest, uuid: UUID) -> Status:
    scheduled.call_off(planned=_planned(request, uuid))
    return Status(204, None)


def _told(ids: list[int]) -> list[dict]:
    """The messages with these ids, in their order."""
    rows = Message.objects.with_authors().with_mentions().in_bulk(ids)
    return [message_data(rows[pk]) for pk in ids]


def _reading(request: HttpRequest, room: UUID) -> permissions.Grant:
    try:
        grant = permissions.reading(request.user.pk, room)
    except NotMember:
        raise Http404 from None
    if grant.channel.kind == DIRECT:
        raise Http404
    return grant


def _found(request: HttpRequest, uuid: UUID) -> Message:
    try:
        message = permissions.message_for(request.user, uuid)
    except MessageGone:
        raise Http404 from None
    if message.channel.kind == DIRECT:
        raise Http404
    return message


def _planned(request: HttpRequest, uuid: UUID) -> ScheduledMessage:
    planned = scheduled_one(request.user, uuid)
    if planned is None:
        raise Http404
    return planned
