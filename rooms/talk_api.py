"""Private talks with characters, for programs: the same verbs as on the pages."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from messaging.commands import Told
from messaging.models import MESSAGE_MAX_LENGTH, Message
from messaging.permissions import may_moderate
from messaging.queries import history, message_seen_by
from messaging.queries.history import Reader
from messaging.rules.attachments import MAX_PER_MESSAGE
from npcs.models import Npc
from padawanforge.kit import access
from padawanforge.kit.paging import MAX_CURSOR_LENGTH
from players.models import Player
from players.queries.relationships import hidden_from
from rooms import permissions
from rooms.actions.branches import branch
from rooms.actions.talk import say_in_private, say_in_talk
from rooms.actions.talks import begin_talk, delete_talk, put_aside, rename_talk
from rooms.models import Talk
from rooms.models.talk import TITLE_MAX_LENGTH
from rooms.queries.following import answers_to
from rooms.queries.replies import speaking
from rooms.queries.talks import family_of, page_of_talks, talks_of, with_counts, with_places
from rooms.queries.transcripts import FORMATS, file_name_of
from rooms.schemas import MessagePage

router = Router(tags=["talks with characters"])
CURSOR = Query("", max_length=MAX_CURSOR_LENGTH, description="`after` of the page before.")
MAX_SEQ = 2**62


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class TalkBeginIn(Strict):
    character: str = Field(pattern=r"^[-a-zA-Z0-9_]{1,50}$", description="Its slug.")


class TalkChangeIn(Strict):
    """What isn't sent stays as it is."""

    title: str | None = Field(None, max_length=TITLE_MAX_LENGTH)
    archived: bool | None = None


class TalkSayIn(Strict):
    text: str = Field(max_length=MESSAGE_MAX_LENGTH)
    cid: UUID | None = Field(None, description="Your own id of it: sent again, it is not said twice.")
    attachments: list[UUID] = Field(
        [], max_length=MAX_PER_MESSAGE, description="Uploads of mine for this channel."
    )


class TalkDeletedOut(Schema):
    """`memories`: how many of the character's memories of it went, too."""

    memories: int


class TalkBranchIn(Strict):
    message: UUID = Field(description="A message of mine in this talk.")
    text: str = Field(min_length=1, max_length=MESSAGE_MAX_LENGTH, description="What it says there instead.")


class TalkOut(Schema):
    uuid: UUID
    character: str
    name: str = Field(description="What the character is called.")
    title: str
    channel: UUID
    parent: UUID | None = Field(description="The talk that it branched off from.")
    branched_seq: int | None = Field(description="The number of the message that was said differently.")
    messages: int
    total_tokens: int
    is_archived: bool
    may_write: bool = Field(description="Not while the character rests.")
    last_message_at: datetime
    created_at: datetime


class TalkPage(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    talks: list[TalkOut]
    after: str


class TalkDetailOut(TalkOut):
    """`family`: the talks that share a beginning, oldest first. `speaking`: answers that are being made."""

    family: list[UUID]
    speaking: list[dict]


class TalkSaidOut(Schema):
    """`answers` are what to follow at `/answers/{uuid}`. A command stores none and says what it did: `told`."""

    talk: UUID | None
    uuid: UUID | None = None
    seq: int | None = None
    dup: bool = False
    told: str = ""
    answers: list[UUID] = []


@router.get("/me/talks", response={200: TalkPage, 404: dict}, summary="My talks with characters")
@access.scope("rooms:read")
@access.requires(permissions.may_talk_with_npcs)
def talk_list(
    request: HttpRequest,
    character: str = Query("", pattern=r"^[-a-zA-Z0-9_]{0,50}$", description="Its slug; empty for all."),
    archived: bool = False,
    cursor: str = CURSOR,
    limit: int = Query(20, ge=1, le=100),
) -> dict[str, object]:
    """What was used last comes first. A character that rests keeps its talks."""
    npc = get_object_or_404(Npc, slug=character) if character else None
    page = page_of_talks(request.user, npc, is_archived=archived, cursor=cursor, limit=limit)
    return {"talks": [_talk(talk) for talk in with_places(page.rows)], "after": page.after}


@router.post("/me/talks", response={201: TalkOut, 404: dict}, summary="Begin a talk")
@access.scope("rooms:write")
@access.requires(permissions.may_talk_with_npcs)
def talk_begin(request: HttpRequest, data: TalkBeginIn) -> Status:
    """It knows nothing of the others. The character greets, if that is its way."""
    talk = begin_talk(player=request.user, npc=_to_talk_with(data.character))
    return Status(201, _talk(_own(request.user, talk.uuid)))


@router.post(
    "/characters/{slug:slug}/messages",
    response={200: TalkSaidOut, 201: TalkSaidOut},
    summary="Ask it",
)
@access.scope("rooms:write")
@access.requires(permissions.may_talk_with_npcs)
def character_ask(request: HttpRequest, slug: str, data: TalkSayIn) -> Status:
    """In the talk that was used last, or in a first one. The answer is made in the background."""
    posted = say_in_private(
        npc=_to_talk_with(slug),
        player=request.user,
        text=data.text,
        client_id=data.cid,
        attachments=data.attachments,
    )
    return _said(posted)


@router.get("/me/talks/{uuid:uuid}", response={200: TalkDetailOut}, summary="A talk")
@access.scope("rooms:read")
@access.requires(permissions.may_talk_with_npcs)
def talk_detail(request: HttpRequest, uuid: UUID) -> dict[str, object]:
    talk = _own(request.user, uuid)
    family = [one.uuid for one in family_of(talk)]
    return {**_talk(talk), "family": family, "speaking": speaking(talk.channel)}


@router.patch("/me/talks/{uuid:uuid}", response={200: TalkOut}, summary="Rename a talk, put it aside")
@access.scope("rooms:write")
@access.requires(permissions.may_talk_with_npcs)
def talk_change(request: HttpRequest, uuid: UUID, data: TalkChangeIn) -> dict[str, object]:
    """Put aside it is out of the list; nothing of it is lost."""
    talk = _own(request.user, uuid)
    if data.title is not None:
        rename_talk(talk=talk, title=data.title)
    if data.archived is not None:
        put_aside(talk=talk, is_archived=data.archived)
    return _talk(talk)


@router.delete("/me/talks/{uuid:uuid}", response={200: TalkDeletedOut}, summary="Delete a talk")
@access.scope("rooms:write")
@access.requires(permissions.may_talk_with_npcs)
def talk_remove(
    request: HttpRequest,
    uuid: UUID,
    memories: bool = Query(False, description="Also what the character remembers of it."),
) -> dict[str, int]:
    """For good, with every word of it. What branched off it stays as it is."""
    return {"memories": delete_talk(talk=_own(request.user, uuid), with_memories=memories)}


@router.get("/me/talks/{uuid:uuid}/messages", response={200: MessagePage}, summary="What was said")
@access.scope("rooms:read")
@access.requires(permissions.may_talk_with_npcs)
def talk_messages(
    request: HttpRequest, uuid: UUID, before: int | None = Query(None, ge=1, lt=MAX_SEQ)
) -> dict[str, object]:
    """Fifty messages, oldest first; pass `before` of the answer to get the page before."""
    player, channel = request.user, _own(request.user, uuid).channel
    reader = Reader(player, hidden_from(player), may_moderate(player, channel))
    is_last = before is None
    window = history.latest(channel, reader) if is_last else history.before(channel, reader, before)
    rows = [message_seen_by(message, player) for message in window.messages]
    return {"messages": rows, "before": rows[0]["seq"] if rows and window.has_older else None}


@router.post(
    "/me/talks/{uuid:uuid}/messages",
    response={200: TalkSaidOut, 201: TalkSaidOut},
    summary="Say something",
)
@access.scope("rooms:write")
@access.requires(permissions.may_talk_with_npcs)
def talk_say(request: HttpRequest, uuid: UUID, data: TalkSayIn) -> Status:
    """The answer is made in the background: follow it at `/answers/{uuid}`."""
    talk = _own(request.user, uuid)
    posted = say_in_talk(talk=talk, text=data.text, client_id=data.cid, attachments=data.attachments)
    return _said(posted, talk)


@router.post(
    "/me/talks/{uuid:uuid}/branches",
    response={201: TalkSaidOut},
    summary="Say something differently",
)
@access.scope("rooms:write")
@access.requires(permissions.may_talk_with_npcs)
def talk_branch(request: HttpRequest, uuid: UUID, data: TalkBranchIn) -> Status:
    """A new talk branches off there, with all that came before; the old one stays as it was."""
    talk = _own(request.user, uuid)
    message = get_object_or_404(Message.objects.filter(channel=talk.channel_id), uuid=data.message)
    made = branch(talk=talk, message=message, text=data.text)
    said = Message.objects.filter(channel=made.channel_id, player=request.user).latest("seq")
    return Status(201, {"talk": made.uuid, **_stored(said)})


@router.get("/me/talks/{uuid:uuid}/transcript", response={200: bytes}, summary="Take a talk along")
@access.scope("rooms:read")
@access.requires(permissions.may_talk_with_npcs)
def talk_transcript(
    request: HttpRequest,
    uuid: UUID,
    kind: Literal[tuple(FORMATS)] = "md",  # type: ignore[valid-type]
) -> HttpResponse:
    """As text, or as lines of JSON with the variants of each answer."""
    talk = _own(request.user, uuid)
    write, content_type = FORMATS[kind]
    answer = StreamingHttpResponse(write(talk), content_type=f"{content_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name_of(talk, kind)}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _own(player: Player, uuid: UUID) -> Talk:
    return get_object_or_404(with_counts(talks_of(player)), uuid=uuid)


def _to_talk_with(slug: str) -> Npc:
    return get_object_or_404(Npc.objects.active(), slug=slug)


def _said(posted: object, talk: Talk | None = None) -> Status:
    if isinstance(posted, Told):
        return Status(200, {"talk": talk.uuid if talk else None, "told": posted.text})
    message = posted.message  # type: ignore[attr-defined]  # what isn't told is posted
    where = talk or Talk.objects.get(channel=message.channel_id)
    is_again = posted.is_duplicate  # type: ignore[attr-defined]
    return Status(200 if is_again else 201, {"talk": where.uuid, "dup": is_again, **_stored(message)})


def _stored(message: Message) -> dict[str, object]:
    answers = [reply.uuid for reply in answers_to(message)]
    return {"uuid": message.uuid, "seq": message.seq, "answers": answers}


def _talk(talk: Talk) -> dict[str, object]:
    return {
        "uuid": talk.uuid,
        "character": talk.npc.slug,
        "name": talk.npc.shown_name,
        "title": talk.title,
        "channel": talk.channel.uuid,
        "parent": talk.parent.uuid if talk.parent else None,
        "branched_seq": talk.branched_seq,
        "messages": talk.message_count,  # type: ignore[attr-defined]  # counted by the query
        "total_tokens": talk.total_tokens,
        "is_archived": talk.is_archived,
        "may_write": talk.npc.is_active,
        "last_message_at": talk.last_message_at,
        "created_at": talk.created_at,
    }
