"""The answers of characters, for programs: followed while they are made, stopped, made again, chosen."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from messaging.permissions import may_read, message_for
from messaging.queries import message_data
from messaging.refusals import MessageGone
from padawanforge.kit import access
from rooms import permissions
from rooms.models import Reply
from rooms.operations import change_answer
from rooms.queries.following import answers_to, progress_of
from rooms.rules.limits import VARIANTS

router = Router(tags=["answers of characters"])
MAX_NUMBER = 2**31 - 1


class AnswerStateOut(Schema):
    """`text` is what was said behind the piece `after`, up to `position`.

    Ask again with this `attempt` and this `position` as `after`, until `state` is done or failed: then `message`
    holds the whole, unless nothing was said. Another attempt begins anew with `after` 0.
    """

    uuid: UUID
    character: str
    state: str = Field(description="waiting, running, done or failed")
    ending: str = Field(description="answered, stopped, interrupted or turned_away; empty before the end")
    asked: UUID = Field(description="The message that it answers.")
    attempt: int
    after: int
    position: int
    text: str
    variant: int = Field(description="Which of them is shown; 0 before there is one.")
    variants: int
    message: dict | None


class AnswersOut(Schema):
    answers: list[UUID]


class VariantOut(Schema):
    n: int
    text: str
    ending: str
    engine: str
    sources: list[dict[str, Any]]
    created_at: datetime


class VariantsOut(Schema):
    variants: list[VariantOut]


class VariantIn(Schema):
    model_config = ConfigDict(extra="forbid")

    n: int = Field(ge=1, le=VARIANTS)


class DidOut(Schema):
    """False when there was nothing to do."""

    did: bool


@router.get("/messages/{uuid:uuid}/answers", response={200: AnswersOut}, summary="Who answers a message")
@access.scope("rooms:read")
@access.signed_in
def message_answers(request: HttpRequest, uuid: UUID) -> dict[str, object]:
    """What characters answered to it or are about to: to follow at `/answers/{uuid}`."""
    try:
        message = message_for(request.user, uuid)
    except MessageGone:
        raise Http404 from None
    return {"answers": [reply.uuid for reply in answers_to(message)]}


@router.get("/answers/{uuid:uuid}", response={200: AnswerStateOut}, summary="How far an answer is")
@access.scope("rooms:read")
@access.signed_in
def answer_detail(
    request: HttpRequest,
    uuid: UUID,
    attempt: int = Query(0, ge=0, le=MAX_NUMBER, description="As the last answer told it."),
    after: int = Query(
        0, ge=0, le=MAX_NUMBER, description="`position` of the last answer: only what is new."
    ),
) -> dict[str, object]:
    """For everybody who can read where it stands."""
    return _answer(request, _reply(request, uuid), attempt=attempt, after=after)


@router.post("/answers/{uuid:uuid}/stop", response={200: DidOut}, summary="Stop an answer")
@access.scope("rooms:write")
@access.signed_in
def answer_stop(request: HttpRequest, uuid: UUID) -> dict[str, bool]:
    """By who asked, or who moderates. What was said stays; it ends within a second."""
    return {"did": change_answer(_to_direct(request, uuid), request.user, "stop")}


@router.post("/answers/{uuid:uuid}/again", response={202: AnswerStateOut}, summary="Have it made again")
@access.scope("rooms:write")
@access.signed_in
def answer_again(request: HttpRequest, uuid: UUID) -> Status:
    """Another variant, or one more try for what was interrupted. What there is stays until it is there."""
    change_answer(_to_direct(request, uuid), request.user, "again")
    return Status(202, _answer(request, _reply(request, uuid)))


@router.get("/answers/{uuid:uuid}/variants", response={200: VariantsOut}, summary="All that it said")
@access.scope("rooms:read")
@access.signed_in
def answer_variants(request: HttpRequest, uuid: UUID) -> dict[str, object]:
    """For who asked, and who moderates."""
    rows = _to_direct(request, uuid).variants.order_by("number")
    variants = [
        {
            "n": row.number,
            "text": row.text,
            "ending": row.ending,
            "engine": row.engine,
            "sources": row.sources,
            "created_at": row.created_at,
        }
        for row in rows
    ]
    return {"variants": variants}


@router.put("/answers/{uuid:uuid}/variant", response={200: AnswerStateOut}, summary="Choose a variant")
@access.scope("rooms:write")
@access.signed_in
def answer_choose(request: HttpRequest, uuid: UUID, data: VariantIn) -> dict[str, object]:
    change_answer(_to_direct(request, uuid), request.user, "choose", data.n)
    return _answer(request, _reply(request, uuid))


def _reply(request: HttpRequest, uuid: UUID) -> Reply:
    rows = Reply.objects.select_related("channel", "npc", "player", "answer", "message")
    reply = get_object_or_404(rows, uuid=uuid)
    if not may_read(request.user, reply.channel):
        raise Http404
    return reply


def _to_direct(request: HttpRequest, uuid: UUID) -> Reply:
    reply = _reply(request, uuid)
    if not permissions.may_direct_answer(request.user, reply):
        raise PermissionDenied("Only who asked, and who moderates, can do this.")
    return reply


def _answer(request: HttpRequest, reply: Reply, *, attempt: int = 0, after: int = 0) -> dict[str, object]:
    progress = progress_of(reply, attempt=attempt, after=after)
    # Read after its progress: what is done by then is not shown without its message.
    reply = _reply(request, reply.uuid)
    return {
        "uuid": reply.uuid,
        "character": reply.npc.slug,
        "state": progress.state,
        "ending": progress.ending,
        "asked": reply.message.uuid,
        "attempt": progress.attempt,
        "after": progress.after,
        "position": progress.position,
        "text": progress.text,
        "variant": reply.selected,
        "variants": reply.variants.count(),
        "message": _message(request, reply),
    }


def _message(request: HttpRequest, reply: Reply) -> dict | None:
    """None where nothing was said, or not for these eyes."""
    if reply.answer is None:
        return None
    try:
        return message_data(message_for(request.user, reply.answer.uuid))
    except MessageGone:
        return None
