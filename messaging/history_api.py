"""Reading back for programs: the search, the history of a channel, threads."""

from datetime import date, datetime, time
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from messaging import permissions
from messaging.actions.threads import follow
from messaging.models import Message
from messaging.permissions import may_moderate
from messaging.queries import history, message_data, message_seen_by
from messaging.queries.history import Reader, Window
from messaging.queries.search import MAX_LENGTH, SearchUnclear, find
from messaging.queries.threads import answers_of, follow_of, followed_threads
from messaging.refusals import MessageGone, NotMember
from padawanforge.kit import access
from players.queries.relationships import hidden_from

router = Router(tags=["history"])

MAX_SEQ = 2**62


class HitOut(Schema):
    message: dict
    place: str = Field(description="What people call the room, the talk or the conversation.")
    excerpt: str
    url: str


class HitsOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    hits: list[HitOut]
    after: str


class WindowOut(Schema):
    """Messages that follow each other, oldest first."""

    messages: list[dict]
    has_older: bool
    has_newer: bool


class ThreadOut(Schema):
    root: dict
    answers: list[dict] = Field(description="The last fifty of them, or those before `before`, oldest first.")
    follows: bool
    has_older: bool


class FollowIn(Schema):
    on: bool


class FollowedOut(Schema):
    root: dict
    last: dict
    place: str
    unread: int


class FollowedListOut(Schema):
    """`older` is the key of the next page; 0 on the last one."""

    threads: list[FollowedOut]
    older: int


Place = Query(None, ge=0, lt=MAX_SEQ)


@router.get("/search", response=HitsOut, summary="Search in everything that I can read")
@access.scope("history:read")
@access.signed_in
def search(
    request: HttpRequest,
    q: str = Query(max_length=MAX_LENGTH, description="Words, and `from: in: has: is: before: after: on:`."),
    cursor: str = Query("", max_length=400, description="`after` of the page before."),
    limit: int = Query(25, ge=1, le=100),
) -> dict[str, object]:
    """The newest first. What an operator doesn't know is refused with how to put it."""
    try:
        page = find(request.user, q, cursor=cursor, limit=limit)
    except SearchUnclear as refusal:
        raise ValidationError({"q": list(refusal.problems)}) from None
    hits = [
        {
            "message": message_data(hit.message),
            "place": hit.place.title,
            "excerpt": "".join(text for text, _ in hit.pieces),
            "url": f"/m/{hit.message.uuid}/",
        }
        for hit in page.rows
    ]
    return {"hits": hits, "after": page.after}


@router.get("/channels/{uuid:room}/messages", response=WindowOut, summary="A part of a channel's history")
@access.scope("history:read")
@access.signed_in
def channel_messages(
    request: HttpRequest,
    room: UUID,
    before: int | None = Place,
    after: int | None = Place,
    around: int | None = Place,
    on: date | None = None,
) -> dict[str, object]:
    """One of `before`, `after`, `around` (numbers) and `on` (a day); without any, the present."""
    try:
        grant = permissions.reading(request.user.pk, room)
    except NotMember:
        raise Http404 from None
    channel, player = grant.channel, grant.player
    reader = Reader(player, hidden_from(player), may_moderate(player, channel))
    if on is not None:
        around = _first_of(on, reader, grant)
    if before is not None:
        window = history.before(channel, reader, before)
    elif after is not None:
        window = history.after(channel, reader, after)
    elif around is not None:
        window = history.around(channel, reader, around)
    else:
        window = history.latest(channel, reader)
    return _told(window, reader)


@router.get("/messages/{uuid:uuid}/thread", response=ThreadOut, summary="A thread")
@access.scope("history:read")
@access.signed_in
def thread(request: HttpRequest, uuid: UUID, before: int | None = Place) -> dict[str, object]:
    """Of the thread in which this message is. Reading it here marks nothing as read."""
    root, player = _root(request, uuid), request.user
    hidden = hidden_from(player)
    answers = answers_of(root, player, hidden=hidden).filter(seq__lt=MAX_SEQ if before is None else before)
    found = list(answers.order_by("-seq")[: history.PAGE + 1])
    shown = found[: history.PAGE][::-1]
    known = follow_of(root, player)
    return {
        "root": message_seen_by(root, player),
        "answers": [message_seen_by(message, player) for message in shown],
        "follows": known is not None and known.is_on,
        "has_older": len(found) > history.PAGE,
    }


@router.post("/messages/{uuid:uuid}/thread/follow", response={204: None}, summary="Follow a thread, or not")
@access.scope("rooms:write")
@access.signed_in
def thread_follow(request: HttpRequest, uuid: UUID, data: FollowIn) -> Status:
    root = _root(request, uuid)
    follow(root=root, player=request.user, on=data.on, seq=root.channel.last_seq)
    return Status(204, None)


@router.get("/me/threads", response=FollowedListOut, summary="Threads that I follow")
@access.scope("history:read")
@access.signed_in
def thread_list(request: HttpRequest, before: int = Query(0, ge=0, lt=MAX_SEQ)) -> dict[str, object]:
    """The last answer first."""
    lines = followed_threads(request.user, before=before)
    threads = [
        {
            "root": message_data(line.root),
            "last": message_data(line.last),
            "place": line.place.title,
            "unread": line.unread,
        }
        for line in lines.rows
    ]
    return {"threads": threads, "older": lines.older}


def _first_of(day: date, reader: Reader, grant: permissions.Grant) -> int | None:
    try:
        moment = timezone.make_aware(datetime.combine(day, time.min))
        found = history.first_since(grant.channel, reader, moment)
    except (ValueError, OverflowError):
        raise Http404 from None
    return found.seq if found else None


def _told(window: Window, reader: Reader) -> dict[str, object]:
    return {
        "messages": [message_seen_by(message, reader.player) for message in window.messages],
        "has_older": window.has_older,
        "has_newer": window.has_newer,
    }


def _root(request: HttpRequest, uuid: UUID) -> Message:
    try:
        message = permissions.message_for(request.user, uuid)
        return permissions.message_for(request.user, message.root.uuid) if message.root else message
    except MessageGone:
        raise Http404 from None
