"""Direct messages, for programs: the same verbs as on the pages."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from messaging import permissions
from messaging.actions import direct, groups, sides
from messaging.actions.direct_letter import Letter
from messaging.actions.presence import note_read
from messaging.actions.receipts import note_delivered
from messaging.models import ChannelMember, DirectState, Message
from messaging.queries import messages_before
from messaging.queries.attachments import told_files
from messaging.queries.direct import owner_of, people_named, people_of, state_of
from messaging.queries.inbox import inbox
from messaging.queries.receipts import Receipt, delivery_of, receipts
from messaging.rules.attachments import MAX_PER_MESSAGE
from messaging.rules.direct import LONGEST_LIFE, MAX_GROUP, READ, SHORTEST_LIFE, SUBJECT_MAX_LENGTH
from padawanforge.kit import access
from players.models import Player
from players.queries.relationships import hidden_from

router = Router(tags=["direct messages"])
SEQ_MAX = 2**53


class Box(StrEnum):
    INBOX = "inbox"
    REQUESTS = "requests"
    ARCHIVE = "archive"


class Verb(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    MUTE = "mute"
    UNMUTE = "unmute"
    LEAVE = "leave"


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class LetterIn(Strict):
    text: str = Field(min_length=1, max_length=4000)
    subject: str = Field("", max_length=SUBJECT_MAX_LENGTH)
    priority: Message.Priority = Message.Priority.NORMAL
    lasts: int | None = Field(
        None, ge=SHORTEST_LIFE, le=LONGEST_LIFE, description="After how many seconds it disappears for all."
    )
    cid: UUID | None = Field(None, description="Your own id of it: sent again, it is not said twice.")

    def letter(self) -> Letter:
        return Letter(self.subject, self.priority, self.lasts)


class DirectSayIn(LetterIn):
    attachments: list[UUID] = Field([], max_length=MAX_PER_MESSAGE, description="Uploads for its channel.")


class BeginIn(LetterIn):
    to: list[str] = Field(min_length=1, max_length=MAX_GROUP, description="Usernames; several are a group.")
    title: str = Field("", max_length=80, description="What a group is called.")


class PeopleIn(Strict):
    usernames: list[str] = Field(min_length=1, max_length=MAX_GROUP)


class TitleIn(Strict):
    title: str = Field(max_length=80)


class ReadIn(Strict):
    seq: int = Field(ge=0, le=SEQ_MAX)


class ConversationVerbIn(Strict):
    verb: Verb


class LineOut(Schema):
    uuid: UUID
    name: str
    text: str = Field(description="How the last message begins.")
    is_own: bool
    at: datetime
    unread: int
    is_group: bool
    is_muted: bool


class InboxOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    conversations: list[LineOut]
    after: str


class ConversationPersonOut(Schema):
    username: str
    name: str
    is_owner: bool
    is_waiting: bool = Field(description="Has not answered the request yet.")


class ConversationOut(Schema):
    uuid: UUID
    channel: UUID
    title: str
    is_group: bool
    standing: str
    is_archived: bool
    is_muted: bool
    may_write: bool
    people: list[ConversationPersonOut]


class DirectMessageOut(Schema):
    uuid: UUID
    seq: int
    conversation: UUID
    author: str = Field(description="The username; empty for somebody who is gone.")
    is_own: bool
    text: str
    subject: str
    priority: str
    sent_at: datetime
    edited_at: datetime | None
    expires_at: datetime | None
    is_deleted: bool
    parent: UUID | None
    attachments: list[dict]
    is_read: bool = Field(
        description="Of others' messages: by you. Of yours: by all, if they let it be seen."
    )
    read_at: datetime | None
    delivery_status: str = Field(description="Of yours: sent, delivered or read.")


class MessagesOut(Schema):
    """Oldest first; pass `before` to get the page before."""

    messages: list[DirectMessageOut]
    before: int | None


@router.get("/me/conversations", response=InboxOut, summary="My conversations")
@access.scope("messages:read")
@access.requires(permissions.may_use_messages)
def conversation_list(
    request: HttpRequest,
    box: Box = Box.INBOX,
    name: str = Query("", max_length=100),
    cursor: str = Query("", max_length=400, description="`after` of the page before."),
    limit: int = Query(30, ge=1, le=100),
) -> dict[str, object]:
    """What was said last comes first."""
    page = inbox(request.user, box=box, name=name, after=cursor, limit=limit)
    return {"conversations": page.rows, "after": page.after}


@router.post(
    "/me/conversations", response={201: DirectMessageOut}, summary="Write to somebody, or to several"
)
@access.scope("messages:write")
@access.requires(permissions.may_use_messages)
def conversation_begin(request: HttpRequest, data: BeginIn) -> Status:
    """To one person the conversation of the two goes on; two or more begin a group."""
    names = {name.lower() for name in data.to} - {request.user.username}
    others = people_named(names)
    if len(others) < len(names) or not others:
        raise direct.MayNotWrite("You can't write to all of these players.")
    said = {"text": data.text, "client_id": data.cid, "letter": data.letter(), "now": timezone.now()}
    if len(others) == 1:
        groups.check_reach(request.user, others)
        posted = direct.write_to(player=request.user, other=others[0], **said)
    else:
        posted = groups.write_to_group(player=request.user, others=others, title=data.title, **said)
    return Status(201, _said(request.user, posted.message))


@router.get("/me/conversations/{uuid:uuid}", response=ConversationOut, summary="A conversation")
@access.scope("messages:read")
@access.requires(permissions.may_use_messages)
def conversation_detail(request: HttpRequest, uuid: UUID) -> dict[str, object]:
    return _conversation(_side(request, uuid))


@router.patch("/me/conversations/{uuid:uuid}", response=ConversationOut, summary="Rename a group")
@access.scope("messages:write")
@access.requires(permissions.may_use_messages)
def conversation_rename(request: HttpRequest, uuid: UUID, data: TitleIn) -> dict[str, object]:
    groups.rename(state=_side(request, uuid), title=data.title)
    return _conversation(_side(request, uuid))


@router.delete("/me/conversations/{uuid:uuid}", response={204: None}, summary="Delete it for me alone")
@access.scope("messages:write")
@access.requires(permissions.may_use_messages)
def conversation_forget(request: HttpRequest, uuid: UUID) -> Status:
    """All that was said so far is gone for you; the others keep it."""
    sides.delete_conversation(state=_side(request, uuid), now=timezone.now())
    return Status(204, None)


@router.post(
    "/me/conversations/{uuid:uuid}/do", response={204: None}, summary="Accept, archive, mute, leave …"
)
@access.scope("messages:write")
@access.requires(permissions.may_use_messages)
def conversation_do(request: HttpRequest, uuid: UUID, data: ConversationVerbIn) -> Status:
    """Doing twice what is done already changes nothing."""
    DOINGS[data.verb](_side(request, uuid))
    return Status(204, None)


@router.post(
    "/me/conversations/{uuid:uuid}/people", response=ConversationOut, summary="Add people to a group"
)
@access.scope("messages:write")
@access.requires(permissions.may_use_messages)
def conversation_people_add(request: HttpRequest, uuid: UUID, data: PeopleIn) -> dict[str, object]:
    """The answer shows who is there; it doesn't say why somebody isn't."""
    state = _side(request, uuid)
    groups.add_people(state=state, others=people_named(data.usernames), now=timezone.now())
    return _conversation(state)


@router.delete(
    "/me/conversations/{uuid:uuid}/people/{slug:username}",
    response=ConversationOut,
    summary="Take somebody out of a group of mine",
)
@access.scope("messages:write")
@access.requires(permissions.may_use_messages)
def conversation_person_remove(request: HttpRequest, uuid: UUID, username: str) -> dict[str, object]:
    state = _side(request, uuid)
    there = {side.player.username: side.player for side in people_of(state.conversation)}
    if username not in there:
        raise Http404
    groups.remove_person(state=state, other=there[username], now=timezone.now())
    return _conversation(state)


@router.get("/me/conversations/{uuid:uuid}/messages", response=MessagesOut, summary="What was said")
@access.scope("messages:read")
@access.requires(permissions.may_use_messages)
def conversation_messages(
    request: HttpRequest,
    uuid: UUID,
    before: int | None = Query(None, ge=1, le=SEQ_MAX),
    limit: int = Query(50, ge=1, le=100),
) -> dict[str, object]:
    """Getting them counts as delivered, not as read."""
    channel, hidden = _side(request, uuid).conversation.channel, hidden_from(request.user)
    before = before or channel.last_seq + 1
    found = messages_before(channel, before, limit + 1, hidden=hidden, viewer=request.user)
    shown = found[-limit:]
    if shown:
        note_delivered(channel=channel, player=request.user, seq=shown[-1].seq)
    known, reading = receipts(channel, request.user), _reading(request.user, channel.pk)
    rows = [_message(request.user, message, uuid, known, reading) for message in shown]
    return {"messages": rows, "before": shown[0].seq if len(found) > limit else None}


@router.post(
    "/me/conversations/{uuid:uuid}/messages", response={201: DirectMessageOut}, summary="Say something"
)
@access.scope("messages:write")
@access.requires(permissions.may_use_messages)
def conversation_say(request: HttpRequest, uuid: UUID, data: DirectSayIn) -> Status:
    posted = direct.write(
        conversation=_side(request, uuid).conversation,
        player=request.user,
        text=data.text,
        client_id=data.cid,
        letter=data.letter(),
        attachments=data.attachments,
    )
    return Status(201, _said(request.user, posted.message))


@router.post("/me/conversations/{uuid:uuid}/read", response={204: None}, summary="I have read up to there")
@access.scope("messages:write")
@access.requires(permissions.may_use_messages)
def conversation_read(request: HttpRequest, uuid: UUID, data: ReadIn) -> Status:
    note_read(channel=_side(request, uuid).conversation.channel, player=request.user, seq=data.seq)
    return Status(204, None)


@router.post(
    "/me/direct-messages/{uuid:uuid}/hide", response={204: None}, summary="Take one away for me alone"
)
@access.scope("messages:write")
@access.requires(permissions.may_use_messages)
def direct_message_hide(request: HttpRequest, uuid: UUID) -> Status:
    message = permissions.message_for(request.user, uuid)
    sides.hide_message(message=message, player=request.user)
    return Status(204, None)


DOINGS: dict[Verb, Callable[[DirectState], object]] = {
    Verb.ACCEPT: lambda state: sides.accept(state=state, now=timezone.now()),
    Verb.DECLINE: lambda state: sides.decline(state=state, now=timezone.now()),
    Verb.ARCHIVE: lambda state: sides.archive(state=state, now=timezone.now()),
    Verb.UNARCHIVE: lambda state: sides.unarchive(state=state),
    Verb.MUTE: lambda state: sides.mute(state=state, now=timezone.now()),
    Verb.UNMUTE: lambda state: sides.unmute(state=state),
    Verb.LEAVE: lambda state: groups.leave(state=state, now=timezone.now()),
}


def _side(request: HttpRequest, uuid: UUID) -> DirectState:
    state = state_of(request.user, uuid)
    if state is None:
        raise Http404
    return state


def _conversation(state: DirectState) -> dict[str, object]:
    conversation = state.conversation
    conversation.refresh_from_db(fields=["title"])
    hidden, owner = hidden_from(state.player), owner_of(conversation)
    people = [
        {
            "username": side.player.username,
            "name": side.player.name,
            "is_owner": side.player_id == owner,
            "is_waiting": side.standing == DirectState.Standing.REQUEST,
        }
        for side in people_of(conversation)
        if side.player_id not in hidden
    ]
    return {
        "uuid": conversation.uuid,
        "channel": conversation.channel.uuid,
        "title": conversation.title,
        "is_group": not conversation.pair,
        "standing": state.standing,
        "is_archived": state.archived_at is not None,
        "is_muted": state.muted_at is not None,
        "may_write": permissions.may_post(state.player, conversation.channel),
        "people": people,
    }


def _said(player: Player, message: Message) -> dict[str, object]:
    channel = message.channel
    known = receipts(channel, player)
    return _message(player, message, channel.conversation.uuid, known, _reading(player, channel.pk))


def _reading(player: Player, channel: int) -> tuple[int, datetime | None]:
    """How far the player has read, and when."""
    return ChannelMember.objects.values_list("read_seq", "read_at").get(channel=channel, player=player)


def _message(
    player: Player,
    message: Message,
    conversation: UUID,
    known: Sequence[Receipt],
    reading: tuple[int, datetime | None],
) -> dict[str, object]:
    is_own = message.player_id == player.pk
    delivery = delivery_of(message.seq, known) if is_own else ""
    is_read = delivery == READ if is_own else reading[0] >= message.seq
    # When all have read it: the last of them; each moment is that of the reader's last step.
    moments = [one.read_at for one in known if one.read_at] if is_own else [reading[1]]
    return {
        "uuid": message.uuid,
        "seq": message.seq,
        "conversation": conversation,
        "author": message.player.username if message.player and message.player.is_active else "",
        "is_own": is_own,
        "text": message.shown_text,
        "subject": message.subject,
        "priority": message.priority,
        "sent_at": message.sent_at,
        "edited_at": message.edited_at,
        "expires_at": message.expires_at,
        "is_deleted": message.is_deleted,
        "parent": message.parent.uuid if message.parent and message.shows_parent else None,
        "attachments": told_files(message),
        "is_read": is_read,
        "read_at": max((moment for moment in moments if moment), default=None) if is_read else None,
        "delivery_status": delivery,
    }
