from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from messaging import checks, events
from messaging.actions.attachments import attach, checked_files
from messaging.actions.direct_letter import PLAIN, Letter, written
from messaging.actions.mentions import note_mentions
from messaging.actions.threads import note_answer
from messaging.models import MESSAGE_MAX_LENGTH, Channel, ChannelEvent, Message, MessageRevision
from messaging.queries.posted import is_known, keep_posted
from messaging.rules.texts import fingerprint
from messaging.signals import message_held, message_posted, message_refused
from npcs.models import Npc
from padawanforge.kit import markdown, plans
from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from padawanforge.kit.inserting import insert
from padawanforge.kit.memory import nothing_known
from players.actions.demo import spend_message
from players.models import Player

# What an update by the ORM can't do: take the lock, raise the number and say it, all at once.
TAKE_NUMBERS = "UPDATE messaging_channel SET last_seq = last_seq + %s WHERE id = %s RETURNING last_seq"
# Of several channels; whoever takes them in one order waits for others, but never for each other.
TAKE_ALL_NUMBERS = """
WITH wanted AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS each (id, count)),
locked AS (
    SELECT channel.id, count FROM messaging_channel channel JOIN wanted ON channel.id = wanted.id
    ORDER BY channel.id FOR NO KEY UPDATE OF channel
)
UPDATE messaging_channel channel SET last_seq = last_seq + count
FROM locked WHERE channel.id = locked.id RETURNING channel.id, last_seq
"""


class MessageEmpty(DomainError):
    code = "invalid"


class MessageTooLong(DomainError):
    code = "too_long"


class ClientIdConflict(DomainError):
    code = "cid_conflict"


@dataclass(frozen=True, slots=True)
class Posted:
    """The stored message, and whether it had been stored before."""

    message: Message
    is_duplicate: bool


def post_message(
    *,
    channel: Channel,
    text: str,
    player: Player | None = None,
    npc: Npc | None = None,
    client_id: UUID | None = None,
    metadata: dict | None = None,
    letter: Letter = PLAIN,
) -> Posted:
    """Say something in the channel: as the player, as the character, or as the system when neither is given.

    Who repeats a client id with the same text gets the stored message again. `metadata` of a character's
    answer: draft (the id under which it was streamed), engine, and sources (n, title, heading, url each).
    """
    return post(
        Message(
            channel=channel,
            type=_type_of(player, npc),
            player=player,
            npc=npc,
            client_id=client_id,
            text=text,
            metadata=metadata or {},
            **written(letter, channel, timezone.now()),
        )
    )


def send(
    *,
    channel: Channel,
    player: Player,
    text: str,
    client_id: UUID | None = None,
    attachments: Sequence[UUID] = (),
    letter: Letter = PLAIN,
) -> Posted:
    """What a player says; with `attachments`, uploads of his own that are ready, the text may be empty."""
    more = written(letter, channel, timezone.now())
    message = Message(channel=channel, player=player, client_id=client_id, text=text, **more)
    return post(message, attachments=attachments)


def post(
    message: Message,
    *,
    attachments: Sequence[UUID] = (),
    hang: Callable[[Message], None] | None = None,
    typed: str = "",
) -> Posted:
    """Store what was made outside, unless its text is refused or it was stored before.

    `hang` stores what hangs on the message, in its transaction and before anybody is told of it. `typed` is
    what the player wrote when it isn't the text, such as a command.
    """
    files = checked_files(attachments)
    text = message.text = checked_text(message.text, may_be_empty=bool(files))
    player, client_id, sent = message.player, message.client_id, typed or text
    if typed:
        message.metadata = {**message.metadata, "sent": fingerprint(typed)}
    if known := _already_posted(player, client_id, sent):
        return known
    try:
        _save(message, files, hang)
    except checks.Refused as refusal:
        tell_refused(message, refusal)
        raise
    except IntegrityError:
        # Another tab sent the same client id at the same moment and was first.
        if known := _already_posted(player, client_id, sent):
            return known
        raise
    return Posted(message, is_duplicate=False)


@transaction.atomic(savepoint=False)
def record_event(
    *,
    channel: Channel,
    type: str,
    payload: dict | None = None,
    actor: Player | None = None,
    message: Message | None = None,
) -> ChannelEvent:
    """Write the next line of the channel's log and nudge everybody after the commit."""
    event = ChannelEvent(
        channel=channel,
        # The message took its number when it was stored; what becomes of it later takes one of its own.
        seq=message.seq if message and type == "message.created" else next_seq(channel),
        type=type,
        actor=actor,
        message=message,
        payload=payload or {},
    )
    insert([event])
    events.recorded(channel, event)
    return event


def next_seq(channel: Channel) -> int:
    """Take the next number under the row's lock: numbers commit in order and a rollback leaves no hole."""
    return next(take_numbers({channel.pk: 1})[channel.pk])


def take_numbers(wanted: Mapping[int, int]) -> dict[int, Iterator[int]]:
    """By channel the next so many; DoesNotExist. What is not used of them is given back before the commit."""
    with plans.cursor_of(connection) as cursor:
        if len(wanted) > 1 and plans.is_kept_by(connection):
            cursor.execute(TAKE_ALL_NUMBERS, [plans.typed([*wanted]), plans.typed([*wanted.values()])])
            last = dict(cursor.fetchall())
        else:
            last = {pk: _taken(cursor, pk, wanted[pk]) for pk in sorted(wanted)}
    if len(last) < len(wanted):
        raise Channel.DoesNotExist
    return {pk: iter(range(last[pk] - count + 1, last[pk] + 1)) for pk, count in wanted.items()}


def _taken(cursor: Any, channel_id: int, count: int) -> int:
    cursor.execute(TAKE_NUMBERS, [plans.typed(count), plans.typed(channel_id)])
    found = cursor.fetchone()
    if found is None:
        raise Channel.DoesNotExist
    return found[0]


def give_back(channel_id: int, count: int) -> None:
    """The last so many numbers that this transaction took."""
    if count:
        Channel.objects.filter(pk=channel_id).update(last_seq=F("last_seq") - count)


@transaction.atomic
def _save(message: Message, files: Sequence[UUID], hang: Callable[[Message], None] | None) -> None:
    if message.player is not None:
        spend_message(message.player, where=str(message.channel.uuid))
    message.seq = next_seq(message.channel)
    held = look_through(message, timezone.now())
    insert([message])
    attach(message, files)
    if "@" in message.text:
        note_mentions(message, is_new=True)
    if hang is not None:
        hang(message)
    keep_posted(message)
    record_event(channel=message.channel, type="message.created", actor=message.player, message=message)
    note_answer(message)
    announce_stored(message, held)


def announce_stored(message: Message, held: str) -> None:
    if held:
        announce(message_held, sender=Message, message_id=message.pk, rule=held)
    else:
        announce(message_posted, sender=Message, message_id=message.pk)


def tell_refused(message: Message, refusal: checks.Refused) -> None:
    """After the rollback: what a refusal leaves is written by itself. Strikes and mutes change what was read."""
    about = {"channel_id": message.channel_id, "text": refusal.text or message.text, "refusal": refusal}
    with nothing_known():
        announce(message_refused, sender=Message, player_id=message.player_id, **about)


def look_through(message: Message, now: datetime) -> str:
    """Let the checks refuse or change what a player says; by which rule it waits for a review, if it does.

    Call it under the channel's lock.
    """
    if message.player is None:
        return ""
    passed = checks.run(player=message.player, channel=message.channel, text=message.text, now=now)
    if passed.text != message.text:
        # By it a repeated send is recognised.
        message.metadata = {"sent": fingerprint(message.text), **message.metadata}
        message.text = passed.text
    message.hidden_at = now if passed.held else None
    return passed.held


def checked_text(text: str, *, may_be_empty: bool = False) -> str:
    text = markdown.clean_text(text)
    if not text and not may_be_empty:
        raise MessageEmpty("Write something first.")
    if len(text) > MESSAGE_MAX_LENGTH:
        raise MessageTooLong(f"A message has at most {MESSAGE_MAX_LENGTH} characters.")
    return text


def _already_posted(player: Player | None, client_id: UUID | None, text: str) -> Posted | None:
    if player is None or client_id is None or not is_known(player, client_id):
        return None
    message = Message.objects.with_authors().filter(player=player, client_id=client_id).first()
    if message is None:
        return None
    if not _was_sent(message, text):
        raise ClientIdConflict("Another message was sent under this id.")
    return Posted(message, is_duplicate=True)


def _was_sent(message: Message, text: str) -> bool:
    """Compares with what was sent, whatever became of it since; what nobody knows any more counts as the same."""
    if sent := message.metadata.get("sent"):
        return sent == fingerprint(text)
    if not message.rev:
        return message.text == text
    first = MessageRevision.objects.filter(message=message, rev=0).first()
    return first is None or first.text == text


def _type_of(player: Player | None, npc: Npc | None) -> str:
    if player is not None:
        return Message.Type.TEXT
    return Message.Type.SYSTEM if npc is None else Message.Type.NPC
