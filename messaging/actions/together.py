"""Several plain messages stored in one transaction: what they need is read at once and written at once.

Each is looked through as if it came alone, and refused alone. What hangs more on a message than its line in
the log (commands, mentions, files, what guests may say) comes alone anyway.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Case, Value, When
from django.utils import timezone

from messaging import events, kinds, permissions
from messaging.actions.drafts import clear_draft
from messaging.actions.messages import announce_stored, checked_text, look_through, tell_refused
from messaging.checks import Refused
from messaging.models import Channel, ChannelEvent, Message
from messaging.queries import message_seen_by
from messaging.queries.ahead import Wish, read_ahead
from messaging.queries.posted import keep_posted
from padawanforge.kit.errors import DomainError
from padawanforge.kit.memory import one_reading

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
            refused = _store(messages, now)
        except (IntegrityError, OperationalError):
            # What one of them alone met, such as an id that was sent before; the others shall not suffer for it.
            return [None if isinstance(message, Message) else message for message in said]
        outcomes = [_outcome(message, refused) for message in said]
    for message in messages:
        # Outside of the reading: strikes and mutes change what was read.
        if isinstance(refusal := refused.get(message.uuid), Refused):
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
def _store(messages: Collection[Message], now: datetime) -> dict[object, DomainError]:
    """Under the locks of their channels, taken in one order; who is refused leaves no hole in the numbers."""
    last = _locked({message.channel_id for message in messages})
    refused: dict[object, DomainError] = {}
    held: dict[object, str] = {}
    for message in messages:
        try:
            held[message.uuid] = look_through(message, now)
        except DomainError as refusal:
            refused[message.uuid] = refusal
        else:
            message.seq = last[message.channel_id] = last[message.channel_id] + 1
    passed = [message for message in messages if message.uuid in held]
    Message.objects.bulk_create(passed)
    lines = ChannelEvent.objects.bulk_create([_line(message) for message in passed])
    _raise_numbers({message.channel_id: last[message.channel_id] for message in passed})
    for message, line in zip(passed, lines, strict=True):
        keep_posted(message)
        events.recorded(message.channel, line)
        announce_stored(message, held[message.uuid])
    return refused


def _locked(channel_ids: Collection[int]) -> dict[int, int]:
    rows = Channel.objects.select_for_update().filter(pk__in=channel_ids).order_by("pk")
    return dict(rows.values_list("pk", "last_seq"))


def _line(message: Message) -> ChannelEvent:
    return ChannelEvent(
        channel=message.channel,
        seq=message.seq,
        type="message.created",
        actor=message.player,
        message=message,
    )


def _raise_numbers(last: dict[int, int]) -> None:
    if last:
        numbers = [When(pk=pk, then=Value(seq)) for pk, seq in last.items()]
        Channel.objects.filter(pk__in=last).update(last_seq=Case(*numbers))


def _outcome(message: Message | DomainError | None, refused: dict[object, DomainError]) -> Outcome:
    if not isinstance(message, Message):
        return message
    if message.uuid in refused:
        return refused[message.uuid]
    assert message.player is not None  # noqa: S101 - made so above
    clear_draft(player=message.player, channel=message.channel)
    return {"message": message_seen_by(message, message.player), "seq": message.seq, "dup": False}
