"""What a client may ask. Each operation declares its frame and who may use it; a test walks the registry.

A handler checks the database, calls one action and returns what `ok` shall say. It never waits for anything
slow: language models, files and mail are background work.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from msgspec import Struct

from messaging import events, frames, permissions, rules
from messaging.actions.deletion import delete_message
from messaging.actions.edits import edit_message
from messaging.actions.messages import post_message
from messaging.actions.presence import end_presence, note_presence, note_read
from messaging.actions.reactions import of_player, react
from messaging.actions.replies import reply
from messaging.connections import Connection
from messaging.models import MESSAGE_MAX_LENGTH, Channel, Message
from messaging.queries import message_seen_by, person_data
from messaging.refusals import MessageGone, NotMember, TooManyRooms
from messaging.subscriptions import drop, in_database, subscribe
from padawanforge.kit.errors import DomainError
from players.models import Player

HEARTBEAT_SECONDS = 25

Handler = Callable[..., Awaitable[dict | None]]

_operations: dict[str, "Operation"] = {}


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    frame: type[Struct]
    access: str
    run: Handler
    # How much of the connection's allowance a frame uses up.
    cost: float = 1.0


def operation(
    name: str, *, frame: type[Struct], access: str, cost: float = 1.0
) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        if name in _operations:
            raise ValueError(f"The operation {name!r} is already registered.")
        _operations[name] = Operation(name, frame, access, handler, cost)
        return handler

    return register


def registry() -> dict[str, Operation]:
    return dict(_operations)


@operation("hello", frame=frames.Hello, access="signed in")
async def hello(connection: Connection, frame: frames.Hello) -> None:
    if connection.is_greeted:
        raise frames.BadFrame("Hello is said once.")
    connection.state = frame.state
    me = await in_database(_me)(connection.player_id)
    await connection.load_hidden()
    connection.is_greeted = True
    connection.say(
        "ready",
        v=frames.VERSION,
        me=me,
        hb=HEARTBEAT_SECONDS,
        window=rules.WINDOW_FRAMES,
        limits={"text": MESSAGE_MAX_LENGTH, "frame": frames.MAX_BYTES, "rooms": frames.MAX_ROOMS},
        server_time=timezone.now(),
    )
    for known in frame.since:
        try:
            await subscribe(connection, known.room, epoch=known.epoch, seq=known.seq)
        except DomainError as refusal:
            connection.say("revoked", room=str(known.room), reason=refusal.code)


@operation("sub", frame=frames.Sub, access="reader of the channel")
async def sub(connection: Connection, frame: frames.Sub) -> None:
    if frame.room not in connection.subscriptions and len(connection.subscriptions) >= frames.MAX_ROOMS:
        raise TooManyRooms("This page listens to too many rooms.")
    await subscribe(connection, frame.room, epoch=frame.epoch, seq=frame.seq)


@operation("resume", frame=frames.Resume, access="reader of the channel")
async def resume(connection: Connection, frame: frames.Resume) -> None:
    if frame.room not in connection.subscriptions:
        raise NotMember("Subscribe to the room first.")
    await subscribe(connection, frame.room, epoch=frame.epoch, seq=frame.seq)


@operation("unsub", frame=frames.Unsub, access="signed in")
async def unsub(connection: Connection, frame: frames.Unsub) -> None:
    subscription = connection.subscriptions.get(frame.room)
    await drop(connection, frame.room)
    if subscription is not None and subscription.channel is not None:
        await in_database(_leave)(connection, subscription.channel)


@operation("send", frame=frames.Send, access="member who may write in the channel")
async def send(connection: Connection, frame: frames.Send) -> dict:
    return await in_database(_send)(connection.player_id, frame)


@operation("edit", frame=frames.Edit, access="member who may write in the channel")
async def edit(connection: Connection, frame: frames.Edit) -> dict:
    return await in_database(_edit)(connection.player_id, frame)


@operation("delete", frame=frames.Delete, access="reader of the channel")
async def delete(connection: Connection, frame: frames.Delete) -> dict:
    return await in_database(_delete)(connection.player_id, frame)


@operation("react", frame=frames.React, access="member who may write in the channel")
async def set_reaction(connection: Connection, frame: frames.React) -> dict:
    return await in_database(_react)(connection.player_id, frame)


@operation("ack", frame=frames.Ack, access="signed in", cost=0.1)
async def ack(connection: Connection, frame: frames.Ack) -> None:
    connection.acknowledge(frame.n)


@operation("ping", frame=frames.Ping, access="signed in", cost=0.5)
async def ping(connection: Connection, frame: frames.Ping) -> None:
    """The heartbeat: renews the presence, looks at the rights again and compares how far everybody is."""
    connection.state = frame.state
    await connection.recheck()
    # A block is told at once; but what is told may get lost.
    await connection.load_hidden()
    if connection.is_closing:
        return
    channels = [s.channel for s in connection.subscriptions.values() if s.channel is not None]
    heads = await in_database(_beat)(connection, channels)
    for subscription in connection.subscriptions.values():
        subscription.head = max(subscription.head, heads.get(subscription.room, 0))
        subscription.pull()
    connection.say("pong", heads=heads, t=timezone.now())


@operation("typing", frame=frames.Typing, access="member who may write in the channel")
async def typing(connection: Connection, frame: frames.Typing) -> None:
    await in_database(_typing)(connection.player_id, frame)


@operation("read", frame=frames.Read, access="reader of the channel")
async def read(connection: Connection, frame: frames.Read) -> None:
    await in_database(_read)(connection.player_id, frame)


def _me(player_id: int) -> dict:
    return person_data(Player.objects.select_related("profile").get(pk=player_id))


def _send(player_id: int, frame: frames.Send) -> dict:
    grant = permissions.posting(player_id, frame.room)
    said = {"text": frame.body, "player": grant.player, "client_id": frame.cid}
    if frame.parent is None:
        posted = post_message(channel=grant.channel, **said)
    else:
        posted = reply(parent=_answered(grant, frame.parent), **said)
    message = message_seen_by(posted.message, grant.player)
    return {"message": message, "seq": posted.message.seq, "dup": posted.is_duplicate}


def _edit(player_id: int, frame: frames.Edit) -> dict:
    player, message = permissions.knowing(player_id, frame.message)
    message = edit_message(
        message=message, player=player, text=frame.body, base_rev=frame.base_rev, now=timezone.now()
    )
    return {"message": message_seen_by(message, player)}


def _delete(player_id: int, frame: frames.Delete) -> dict:
    player, message = permissions.knowing(player_id, frame.message)
    message = delete_message(message=message, player=player, reason=frame.reason, now=timezone.now())
    return {"message": message_seen_by(message, player)}


def _answered(grant: permissions.Grant, uuid: UUID) -> Message:
    parent = permissions.message_for(grant.player, uuid)
    if parent.channel_id != grant.channel.pk:
        raise MessageGone("There is no such message.")
    return parent


def _react(player_id: int, frame: frames.React) -> dict:
    player, message = permissions.knowing(player_id, frame.message)
    message = react(message=message, player=player, emoji=frame.emoji, on=frame.on)
    own = of_player(message, player).values_list("emoji", flat=True)
    return {"message": message_seen_by(message, player), "own": list(own)}


def _leave(connection: Connection, channel: Channel) -> None:
    player = Player.objects.get(pk=connection.player_id)
    end_presence(channel=channel, player=player, connection=connection.uuid, now=timezone.now())


def _beat(connection: Connection, channels: list[Channel]) -> dict[str, int]:
    player = Player.objects.select_related("profile").get(pk=connection.player_id)
    note_presence(
        channels=channels, player=player, connection=connection.uuid, state=connection.state,
        now=timezone.now(),
    )  # fmt: skip
    rows = Channel.objects.filter(pk__in=[channel.pk for channel in channels])
    return {str(uuid): seq for uuid, seq in rows.values_list("uuid", "last_seq")}


def _typing(player_id: int, frame: frames.Typing) -> None:
    grant = permissions.posting(player_id, frame.room)
    player = grant.player
    events.signal(
        grant.channel, "typing", about=player, player=str(player.uuid), name=player.name, on=frame.on
    )


def _read(player_id: int, frame: frames.Read) -> None:
    grant = permissions.reading(player_id, frame.room)
    note_read(channel=grant.channel, player=grant.player, seq=frame.seq)
