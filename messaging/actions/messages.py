from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from messaging import checks, events
from messaging.models import MESSAGE_MAX_LENGTH, Channel, ChannelEvent, Message, MessageRevision
from messaging.rules.texts import fingerprint
from messaging.signals import message_held, message_posted, message_refused
from npcs.models import Npc
from padawanforge.kit import markdown
from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from players.actions.demo import spend_message
from players.models import Player


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
        )
    )


def post(message: Message) -> Posted:
    """Store what was made outside, unless its text is refused or it was stored before."""
    text = message.text = checked_text(message.text)
    player, client_id = message.player, message.client_id
    if known := _already_posted(player, client_id, text):
        return known
    try:
        _save(message)
    except checks.Refused as refusal:
        # After the rollback: what a refusal leaves is written by itself.
        about = {"channel_id": message.channel_id, "text": text, "refusal": refusal}
        announce(message_refused, sender=Message, player_id=message.player_id, **about)
        raise
    except IntegrityError:
        # Another tab sent the same client id at the same moment and was first.
        if known := _already_posted(player, client_id, text):
            return known
        raise
    return Posted(message, is_duplicate=False)


@transaction.atomic
def record_event(
    *,
    channel: Channel,
    type: str,
    payload: dict | None = None,
    actor: Player | None = None,
    message: Message | None = None,
) -> ChannelEvent:
    """Write the next line of the channel's log and nudge everybody after the commit."""
    event = ChannelEvent.objects.create(
        channel=channel,
        # The message took its number when it was stored; what becomes of it later takes one of its own.
        seq=message.seq if message and type == "message.created" else next_seq(channel),
        type=type,
        actor=actor,
        message=message,
        payload=payload or {},
    )
    events.recorded(channel, event)
    return event


def next_seq(channel: Channel) -> int:
    """Take the next number under the row's lock: numbers commit in order and a rollback leaves no hole."""
    Channel.objects.filter(pk=channel.pk).update(last_seq=F("last_seq") + 1)
    return Channel.objects.values_list("last_seq", flat=True).get(pk=channel.pk)


@transaction.atomic
def _save(message: Message) -> None:
    if message.player is not None:
        spend_message(message.player, where=str(message.channel.uuid))
    message.seq = next_seq(message.channel)
    held = _look_through(message)
    message.save(force_insert=True)
    record_event(channel=message.channel, type="message.created", actor=message.player, message=message)
    if held:
        announce(message_held, sender=Message, message_id=message.pk, rule=held)
    else:
        announce(message_posted, sender=Message, message_id=message.pk)


def _look_through(message: Message) -> str:
    """Let the checks refuse or change what a player says; by which rule it waits for a review, if it does."""
    if message.player is None:
        return ""
    now = timezone.now()
    passed = checks.run(player=message.player, channel=message.channel, text=message.text, now=now)
    if passed.text != message.text:
        # By it a repeated send is recognised.
        message.metadata = {**message.metadata, "sent": fingerprint(message.text)}
        message.text = passed.text
    message.hidden_at = now if passed.held else None
    return passed.held


def checked_text(text: str) -> str:
    text = markdown.clean_text(text)
    if not text:
        raise MessageEmpty("Write something first.")
    if len(text) > MESSAGE_MAX_LENGTH:
        raise MessageTooLong(f"A message has at most {MESSAGE_MAX_LENGTH} characters.")
    return text


def _already_posted(player: Player | None, client_id: UUID | None, text: str) -> Posted | None:
    if player is None or client_id is None:
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
