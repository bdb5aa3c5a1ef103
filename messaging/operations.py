"""What a client may ask. Each operation declares its frame and who may use it; a test walks the registry.

A handler checks the database, calls one action and returns what `ok` shall say. It never waits for anything
slow: language models, files and mail are background work.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from msgspec import Struct

from messaging import events, frames, permissions, rules
from messaging.actions import polls, saved
from messaging.actions.deletion import delete_message
from messaging.actions.direct_letter import Letter
from messaging.actions.drafts import keep_draft
from messaging.actions.edits import edit_message
from messaging.actions.pins import pin, unpin
from messaging.actions.presence import end_presence, note_read
from messaging.actions.reactions import of_player, react
from messaging.actions.receipts import note_delivered
from messaging.actions.sides import hide_message
from messaging.actions.speaking import speak
from messaging.actions.whispers import WhisperRefused
from messaging.actions.writing import note_writing
from messaging.commands import Told
from messaging.connections import CLOSE_VERSION, Connection, greet
from messaging.database import in_database
from messaging.desk import desk
from messaging.heartbeats import beat_soon
from messaging.models import MESSAGE_MAX_LENGTH, Channel, Message, SavedMessage
from messaging.queries import message_seen_by
from messaging.queries.ahead import Wish, know_members
from messaging.queries.presence import is_typing_shown, is_unseen
from messaging.refusals import MessageGone, NotMember, TooManyRooms
from messaging.rules.polls import question_of
from messaging.subscriptions import drop, subscribe
from npcs.actions.tools import decide
from npcs.queries.tools import use_for
from padawanforge.kit.errors import DomainError
from padawanforge.kit.memory import one_reading
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
    if frame.page < frames.OLDEST_PAGE:
        connection.close(CLOSE_VERSION)
        return
    connection.state = frame.state
    me = await greet(connection, keeps_log=frame.player is not None)
    if me is None:
        return
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
    known = [(known.room, known.epoch, known.seq) for known in frame.since]
    if frame.player is not None:
        known.insert(0, (connection.player_uuid, frame.player.epoch, frame.player.seq))
    await asyncio.gather(*(_listen(connection, *place) for place in known))


async def _listen(connection: Connection, room: UUID, epoch: UUID | None, seq: int) -> None:
    try:
        await subscribe(connection, room, epoch=epoch, seq=seq)
    except DomainError as refusal:
        connection.say("revoked", room=str(room), reason=refusal.code, **getattr(refusal, "told", {}))


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
    if is_plain(frame):
        wish = Wish(connection.player_id, frame.room, frame.cid, frame.body)
        if (answer := await desk.say(wish)) is not None:
            return answer
    return await in_database(say_alone)(connection.player_id, frame)


def is_plain(frame: frames.Send) -> bool:
    """Whether nothing but words is sent, and nobody called by them."""
    return is_words(frame) and "@" not in frame.body


def is_words(frame: frames.Send) -> bool:
    """Whether only words are sent, perhaps with somebody called by them: nothing that changes who may do what."""
    along = frame.parent or frame.to or frame.attachments or frame.subject or frame.lasts
    is_letter = along or frame.priority != "normal"
    return not is_letter and not frame.body.lstrip().startswith("/")


@operation("poll", frame=frames.Poll, access="member who may write in the channel")
async def ask_poll(connection: Connection, frame: frames.Poll) -> dict:
    return await in_database(_ask)(connection.player_id, frame)


@operation("vote", frame=frames.Vote, access="member who may write in the channel")
async def cast_vote(connection: Connection, frame: frames.Vote) -> dict:
    return await in_database(_vote)(connection.player_id, frame)


@operation("poll_close", frame=frames.ClosePoll, access="member who may write in the channel")
async def end_poll(connection: Connection, frame: frames.ClosePoll) -> dict:
    return await in_database(_close_poll)(connection.player_id, frame)


@operation("edit", frame=frames.Edit, access="member who may write in the channel")
async def edit(connection: Connection, frame: frames.Edit) -> dict:
    return await in_database(_edit)(connection.player_id, frame)


@operation("delete", frame=frames.Delete, access="reader of the channel")
async def delete(connection: Connection, frame: frames.Delete) -> dict:
    return await in_database(_delete)(connection.player_id, frame)


@operation("react", frame=frames.React, access="member who may write in the channel")
async def set_reaction(connection: Connection, frame: frames.React) -> dict:
    return await in_database(_react)(connection.player_id, frame)


@operation("allow", frame=frames.Allow, access="who was asked")
async def allow(connection: Connection, frame: frames.Allow) -> dict:
    return await in_database(_allow)(connection.player_id, frame)


@operation("pin", frame=frames.Pin, access="reader of the channel")
async def set_pin(connection: Connection, frame: frames.Pin) -> dict:
    return await in_database(_pin)(connection.player_id, frame)


@operation("save", frame=frames.Save, access="reader of the channel")
async def set_saved(connection: Connection, frame: frames.Save) -> None:
    await in_database(_save)(connection.player_id, frame)


@operation("draft", frame=frames.Draft, access="member who may write in the channel", cost=0.5)
async def draft(connection: Connection, frame: frames.Draft) -> None:
    await in_database(_draft)(connection.player_id, frame)


@operation("ack", frame=frames.Ack, access="signed in", cost=0.1)
async def ack(connection: Connection, frame: frames.Ack) -> None:
    connection.acknowledge(frame.n)


@operation("ping", frame=frames.Ping, access="signed in", cost=0.5)
async def ping(connection: Connection, frame: frames.Ping) -> None:
    """The heartbeat: renews the presence, looks at the rights again and compares how far everybody is."""
    beat_soon(connection, frame.state)


@operation("typing", frame=frames.Typing, access="member who may write in the channel")
async def typing(connection: Connection, frame: frames.Typing) -> None:
    if connection.typing.lets(frame.room, is_on=frame.on, now=connection.clock()):
        await in_database(_typing)(connection.player_id, frame)


@operation("read", frame=frames.Read, access="reader of the channel")
async def read(connection: Connection, frame: frames.Read) -> None:
    await in_database(_read)(connection.player_id, frame)


@operation("delivered", frame=frames.Delivered, access="reader of the channel", cost=0.5)
async def delivered(connection: Connection, frame: frames.Delivered) -> None:
    await in_database(_delivered)(connection.player_id, frame)


@operation("hide", frame=frames.Hide, access="reader of the channel")
async def hide(connection: Connection, frame: frames.Hide) -> None:
    await in_database(_hide)(connection.player_id, frame)


def _delivered(player_id: int, frame: frames.Delivered) -> None:
    grant = permissions.reading(player_id, frame.room)
    note_delivered(channel=grant.channel, player=grant.player, seq=frame.seq)


def _hide(player_id: int, frame: frames.Hide) -> None:
    player, message = permissions.knowing(player_id, frame.message)
    hide_message(message=message, player=player)


def say_alone(player_id: int, frame: frames.Send) -> dict:
    """By itself; what mere words need to know of who says them, and where, is read once."""
    if not is_words(frame):
        return _sent(player_id, frame)
    with one_reading():
        know_members({player_id}, {frame.room}, timezone.now())
        return _sent(player_id, frame)


def _sent(player_id: int, frame: frames.Send) -> dict:
    grant = permissions.posting(player_id, frame.room)
    posted = speak(
        channel=grant.channel,
        player=grant.player,
        text=frame.body,
        client_id=frame.cid,
        parent=_answered(grant, frame.parent) if frame.parent else None,
        to=_whispered_to(frame.to) if frame.to else None,
        attachments=frame.attachments,
        letter=Letter(subject=frame.subject, priority=frame.priority, lasts=frame.lasts),
    )
    if isinstance(posted, Told):
        return {"told": posted.text}
    message = message_seen_by(posted.message, grant.player)
    return {"message": message, "seq": posted.message.seq, "dup": posted.is_duplicate}


def _ask(player_id: int, frame: frames.Poll) -> dict:
    grant = permissions.posting(player_id, frame.room)
    now = timezone.now()
    question = question_of(frame, now)
    posted = polls.ask(
        channel=grant.channel, player=grant.player, question=question, client_id=frame.cid, now=now
    )
    message = message_seen_by(posted.message, grant.player)
    return {"message": message, "seq": posted.message.seq, "dup": posted.is_duplicate}


def _vote(player_id: int, frame: frames.Vote) -> dict:
    player, message = permissions.knowing(player_id, frame.message)
    message = polls.vote(message=message, player=player, options=frame.options, now=timezone.now())
    return {"message": message_seen_by(message, player), "own": sorted(set(frame.options))}


def _close_poll(player_id: int, frame: frames.ClosePoll) -> dict:
    player, message = permissions.knowing(player_id, frame.message)
    message = polls.close_poll(message=message, player=player, now=timezone.now())
    return {"message": message_seen_by(message, player)}


def _whispered_to(uuid: UUID) -> Player:
    found = Player.objects.filter(uuid=uuid).first()
    if found is None:
        raise WhisperRefused("You can't whisper to this player here.")
    return found


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


def _pin(player_id: int, frame: frames.Pin) -> dict:
    player, message = permissions.knowing(player_id, frame.message)
    if frame.on:
        message = pin(message=message, player=player, now=timezone.now())
    else:
        message = unpin(message=message, player=player)
    return {"message": message_seen_by(message, player)}


def _save(player_id: int, frame: frames.Save) -> None:
    player, message = permissions.knowing(player_id, frame.message)
    if not frame.on:
        saved.forget(message=message, player=player)
    elif not SavedMessage.objects.filter(player=player, message=message).exists():
        saved.save(message=message, player=player, now=timezone.now())


def _draft(player_id: int, frame: frames.Draft) -> None:
    grant = permissions.posting(player_id, frame.room)
    parent = _answered(grant, frame.parent) if frame.parent else None
    keep_draft(player=grant.player, channel=grant.channel, text=frame.text, parent=parent)


def _leave(connection: Connection, channel: Channel) -> None:
    player = Player.objects.get(pk=connection.player_id)
    end_presence(channel=channel, player=player, connection=connection.uuid, now=timezone.now())


def _allow(player_id: int, frame: frames.Allow) -> dict[str, str]:
    player = Player.objects.get(pk=player_id)
    use = use_for(player, frame.ask)
    if use is None:
        raise MessageGone("Nobody asks you this.")
    return {"state": decide(use=use, player=player, is_allowed=frame.on).state}


def _typing(player_id: int, frame: frames.Typing) -> None:
    grant = permissions.posting(player_id, frame.room)
    player = grant.player
    if not is_typing_shown(grant.channel) or is_unseen(player_id):
        return
    note_writing(channel=grant.channel, player=player, is_on=frame.on, now=timezone.now())
    events.signal(
        grant.channel, "typing", about=player, player=str(player.uuid), name=player.name, on=frame.on
    )


def _read(player_id: int, frame: frames.Read) -> None:
    grant = permissions.reading(player_id, frame.room)
    note_read(channel=grant.channel, player=grant.player, seq=frame.seq)
