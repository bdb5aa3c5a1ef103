"""Several plain messages stored in one transaction: what they need is read at once and written at once.

Each is looked through as if it came alone, and refused alone. What hangs more on a message than its line in
the log (commands, mentions, files, what guests may say) comes alone anyway.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from messaging import events, kinds, permissions
from messaging.actions.drafts import clear_draft
from messaging.actions.messages import (
    announce_stored,
    checked_text,
    give_back,
    look_through,
    take_numbers,
    tell_refused,
)
from messaging.checks import Refused
from messaging.models import Channel, ChannelEvent, Message
from messaging.queries.ahead import Wish, read_ahead
from messaging.queries.posted import keep_posted
from padawanforge.kit.errors import DomainError
from padawanforge.kit.inserting import insert
from padawanforge.kit.memory import one_reading

# What everybody is told of a message.
Shown = dict[str, Any]
# What became of a wish: the answer for its sender, a refusal, or None: it has to be said alone.
Outcome = dict | DomainError | None


def say_together(wishes: Sequence[Wish]) -> list[Outcome]:
    """Each of a player and a channel may come once. In the order of the wishes; order in the channels as well."""
    now = timezone.now()
    with one_reading():
        read_ahead(wishes, now)
        said = [_prepared(wish) for wish in wishes]
        messages = [message for message in said if isinstance(message, Message)]
        try:
            stored = _store(messages, now)
        except (IntegrityError, OperationalError, Channel.DoesNotExist):
            # What one of them alone met, such as an id that was sent before; the others shall not suffer for it.
            return [None if isinstance(message, Message) else message for message in said]
        outcomes = [_outcome(message, stored) for message in said]
    for message in messages:
        # Outside of the reading: strikes and mutes change what was read.
        if isinstance(refusal := stored.get(message.uuid), Refused):
            tell_refused(message, refusal)
    return outcomes


def _prepared(wish: Wish) -> Message | DomainError | None:
    try:
        grant = permissions.posting(wish.player_id, wish.room)
        text = checked_text(wish.text)
    except DomainError as refusal:
        return refusal
    player, channel = grant.player, grant.channel
    if player.is_guest or kinds.get(channel.kind).ahead is None:
        return None
    return Message(
        channel=channel, type=Message.Type.TEXT, player=player, client_id=wish.client_id, text=text
    )


@transaction.atomic
def _store(messages: Collection[Message], now: datetime) -> dict[UUID, Shown | DomainError]:
    """Under the locks of their channels, taken in one order; who is refused leaves no hole in the numbers."""
    wanted = Counter(message.channel_id for message in messages)
    numbers = {pk: take_numbers(pk, wanted[pk]) for pk in sorted(wanted)}
    stored: dict[UUID, Shown | DomainError] = {}
    held: dict[UUID, str] = {}
    for message in messages:
        try:
            held[message.uuid] = look_through(message, now)
        except DomainError as refusal:
            stored[message.uuid] = refusal
        else:
            message.seq = next(numbers[message.channel_id])
    for pk, left in numbers.items():
        give_back(pk, len(list(left)))
    passed = [message for message in messages if message.uuid in held]
    insert(passed)
    lines = [_line(message) for message in passed]
    insert(lines)
    for message, line in zip(passed, lines, strict=True):
        keep_posted(message)
        stored[message.uuid] = events.recorded(message.channel, line).data["message"]
        announce_stored(message, held[message.uuid])
    return stored


def _line(message: Message) -> ChannelEvent:
    return ChannelEvent(
        channel=message.channel,
        seq=message.seq,
        type="message.created",
        actor=message.player,
        message=message,
    )


def _outcome(message: Message | DomainError | None, stored: dict[UUID, Shown | DomainError]) -> Outcome:
    if not isinstance(message, Message):
        return message
    if isinstance(told := stored[message.uuid], DomainError):
        return told
    assert message.player is not None  # noqa: S101 - made so above
    clear_draft(player=message.player, channel=message.channel)
    return {"message": {**told, "cid": str(message.client_id)}, "seq": message.seq, "dup": False}
