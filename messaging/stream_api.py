"""The protocol of the sockets for networks without sockets: the same frames, asked for and sent by HTTP.

`events` answers at once. That a page may wait for news costs no thread: see `messaging.waiting`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID, uuid5

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from messaging import frames
from messaging.actions.openings import Arrival, Opening, open_alone
from messaging.actions.personal_log import log_of
from messaging.connections import Connection
from messaging.consumers import handle
from messaging.queries.blocks import hidden_names
from messaging.queries.direct import is_in_conversation
from messaging.subscriptions import PAGE, Subscription, nudges_after
from messaging.waiting import WAITS_FOR
from padawanforge.kit import access
from players.api.auth import need_scope
from players.models import ApiToken, Player

router = Router(tags=["live"])

# What makes no sense without a connection that stays.
OF_SOCKETS = frozenset({"ack", "hello", "ping", "resume", "sub", "unsub"})


class FramesOut(Schema):
    """What a socket would be sent, in the same order."""

    frames: list[dict]


class RefusalOut(Schema):
    """Why a channel can't be listened to any more, as a socket would be told by `revoked`."""

    detail: str
    code: str = ""
    until: datetime | None = Field(None, description="When a ban from there ends.")


class FrameIn(Schema):
    """A frame of the protocol: its operation and what that one needs."""

    model_config = ConfigDict(extra="allow")

    op: str = Field(max_length=20, examples=["send"])
    id: str | int | None = None


Epoch = Annotated[UUID | None, Query(description="As the last answer told it; without it all begins anew.")]
Tab = Annotated[UUID | None, Query(description="The same for all calls of one page.")]


@dataclass
class Page:
    """Somebody who asks now and then, in the place of a connection."""

    uuid: UUID
    player_id: int
    player_uuid: UUID
    state: str
    hidden: frozenset[str]
    subscriptions: dict[UUID, Subscription] = field(default_factory=dict)


@router.get(
    "/channels/{uuid:room}/events",
    response={200: FramesOut, 409: RefusalOut},
    summary="What happened in a channel",
)
@access.scope("rooms:read")
@access.signed_in
def channel_events(
    request: HttpRequest,
    room: UUID,
    after: int = Query(0, ge=0, le=2**53, description="The last number that you know."),
    epoch: Epoch = None,
    tab: Tab = None,
    state: Literal["active", "idle", "hidden"] = "active",
    wait: bool = Query(True, description="Wait for up to 20 seconds until there is something new."),
) -> HttpResponse:
    """First `sub` (who is there, how far the log goes, with `reset` all that you need to begin), then events.

    The channel may be a room's or a conversation's, or your own: the log under your own uuid.
    """
    player: Player = request.user
    _need_scope(request, [room], conversations="messages:read", own="notifications:read")
    page = Page(uuid5(player.uuid, str(tab or "")), player.pk, player.uuid, state, hidden_names(player.pk))
    if room == player.uuid:
        log_of(player)
    opening = open_alone(Arrival(player.pk, page.uuid, state, room, epoch, after))
    events = _events(page, room, opening, after)
    sub = frames.encode("sub", room=str(room), mode=opening.mode, **opening.fields)
    response = HttpResponse(f'{{"frames":[{",".join([sub, *events])}]}}', content_type="application/json")
    if wait and opening.mode == "resumed" and not events:
        response[WAITS_FOR] = str(opening.channel.last_seq)
    return response


@router.post("/frames", response={200: FramesOut}, summary="Ask what a socket may ask")
@access.scope("rooms:write")
@access.signed_in
def frame_post(request: HttpRequest, data: FrameIn) -> HttpResponse:
    """One `ok` or `err` comes back. Sending twice under one `cid` (or `Idempotency-Key`) is harmless."""
    # What an operation needs is its own affair: the frame is decoded where those of sockets are.
    asked = {**json.loads(request.body), "id": "1" if data.id is None else data.id}
    if key := request.headers.get("Idempotency-Key"):
        asked.setdefault("cid", key)
    about = [_uuid(asked.get(name)) for name in ("room", "message")]
    _need_scope(request, about, conversations="messages:write")
    answer = async_to_sync(_answer)(request.user, asked)
    return HttpResponse(f'{{"frames":[{",".join(answer)}]}}', content_type="application/json")


def _need_scope(
    request: HttpRequest, about: Iterable[UUID | None], *, conversations: str, own: str = ""
) -> None:
    """What has a scope of its own needs it here too; who isn't in a conversation hears what a stranger hears."""
    if not isinstance(token := request.auth, ApiToken):
        return
    names = [uuid for uuid in about if uuid]
    if own and request.user.uuid in names:
        need_scope(token, own)
    if conversations not in token.scopes and is_in_conversation(request.user, names):
        need_scope(token, conversations)


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


async def _answer(player: Player, asked: dict) -> list[str]:
    connection = Connection(player_id=player.pk, player_uuid=player.uuid, session_key="")
    connection.is_greeted = True
    if asked["op"] in OF_SOCKETS:
        connection.say("err", id=asked["id"], code="invalid", message="This is for sockets only.")
    else:
        # Letters stay letters: escaped ones would count several times against the size of a frame.
        await handle(connection, json.dumps(asked, ensure_ascii=False))
    said = connection.outbox.take()
    return [message["text"] for message in said if "text" in message]


def _events(page: Page, room: UUID, opening: Opening, after: int) -> list[str]:
    """Everything after that number, as this player is told it."""
    if opening.mode != "resumed":
        return []
    told = Subscription(page, room)
    told.moderates, told.taken = opening.moderates, opening.taken
    bodies: list[str] = []
    while after < opening.channel.last_seq:
        lines = nudges_after(opening.channel, after, PAGE)
        if not lines:
            break
        bodies += [told.body_of(line) for line in lines]
        after = lines[-1]["seq"]
    return [f'{{"op":"ev",{body}' for body in bodies]
