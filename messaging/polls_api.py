"""Polls, for programs: the same verbs as on the pages. In rooms and talks; direct messages have other scopes."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from messaging import permissions
from messaging.actions import polls
from messaging.models import Message
from messaging.queries import message_data
from messaging.refusals import MessageGone, NotMember
from messaging.rules.direct import DIRECT
from messaging.rules.polls import EXPLANATION_LENGTH, MAX_OPTIONS, QUESTION_LENGTH, question_of
from padawanforge.kit import access

router = Router(tags=["polls"])


class PollIn(Schema):
    """With `answer` it is a statement that is true or false, and `options` are not needed."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(max_length=QUESTION_LENGTH)
    options: list[str] = Field([], max_length=MAX_OPTIONS)
    multiple: bool = False
    anonymous: bool = True
    minutes: int | None = Field(None, ge=1, le=43_200, description="After so many it ends by itself.")
    answer: bool | None = Field(None, description="Told when the poll ends.")
    explanation: str = Field("", max_length=EXPLANATION_LENGTH)
    cid: UUID | None = Field(None, description="Repeating it asks nothing twice.")


class VoteIn(Schema):
    model_config = ConfigDict(extra="forbid")

    options: list[int] = Field(max_length=MAX_OPTIONS, description="All that are chosen; none: no vote.")


class PollOut(Schema):
    message: dict


@router.post("/channels/{uuid:room}/polls", response={201: PollOut}, summary="Ask the channel")
@access.scope("rooms:write")
@access.signed_in
def poll_ask(request: HttpRequest, room: UUID, data: PollIn) -> Status:
    try:
        grant = permissions.posting(request.user.pk, room)
    except NotMember:
        raise Http404 from None
    if grant.channel.kind == DIRECT:
        raise Http404
    now = timezone.now()
    posted = polls.ask(
        channel=grant.channel,
        player=grant.player,
        question=question_of(data, now),
        client_id=data.cid,
        now=now,
    )
    return Status(201, {"message": message_data(posted.message)})


@router.put("/messages/{uuid:uuid}/vote", response=PollOut, summary="Vote, or take the vote back")
@access.scope("rooms:write")
@access.signed_in
def poll_vote(request: HttpRequest, uuid: UUID, data: VoteIn) -> dict[str, object]:
    message = _poll(request, uuid)
    message = polls.vote(message=message, player=request.user, options=data.options, now=timezone.now())
    return {"message": message_data(message)}


@router.post("/messages/{uuid:uuid}/end", response=PollOut, summary="End a poll")
@access.scope("rooms:write")
@access.signed_in
def poll_end(request: HttpRequest, uuid: UUID) -> dict[str, object]:
    """By who asked, or by somebody who moderates."""
    message = polls.close_poll(message=_poll(request, uuid), player=request.user, now=timezone.now())
    return {"message": message_data(message)}


def _poll(request: HttpRequest, uuid: UUID) -> Message:
    try:
        message = permissions.message_for(request.user, uuid)
    except MessageGone:
        raise Http404 from None
    if message.poll_told is None or message.channel.kind == DIRECT:
        raise Http404
    return message
