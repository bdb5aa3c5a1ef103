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

from messaging import events
from messaging.actions.again import say_again
from messaging.actions.messages import announce_stored, give_back, look_through, take_numbers, tell_refused
from messaging.actions.plain import line_of, made, told
from messaging.checks import Refused
from messaging.models import Channel, Message
from messaging.queries.ahead import Wish, read_ahead
from messaging.queries.posted import keep_posted
from messaging.queries.remembered import note_said
from padawanforge.kit.errors import DomainError
from padawanforge.kit.inserting import insert
from padawanforge.kit.memory import one_reading

# What everybody is told of a message.
Shown = dict[str, Any]
# What became of a wish: the answer for its sender, a refusal, or None: it has to be said alone.
Outcome = dict | DomainError | None
# So many are sooner said one by one, where that takes one statement each.
FEW = 3


def say_together(wishes: Sequence[Wish]) -> list[Outcome]:
    """Each of a player and a channel may come once. What became of them, in the order of the wishes.

    In the channels those that are known well enough come first, then the others, each in that order.
    """
    now = timezone.now()
    if len(wishes) > FEW:
        return _look_and_say(wishes, now)
    again = [say_again(wish, now) for wish in wishes]
    rest = [wish for wish, answer in zip(wishes, again, strict=True) if answer is None]
    anew = iter(_look_and_say(rest, now) if rest else ())
    return [next(anew) if answer is None else answer for answer in again]


def _look_and_say(wishes: Sequence[Wish], now: datetime) -> list[Outcome]:
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
    for wish, message in zip(wishes, said, strict=True):
        if not isinstance(message, Message):
            continue
        # Outside of the reading: strikes and mutes change what was read.
        if isinstance(refusal := stored[message.uuid], Refused):
            tell_refused(message, refusal)
        elif not isinstance(refusal, DomainError):
            note_said(wish.place, message)
    return outcomes


def _prepared(wish: Wish) -> Message | DomainError | None:
    try:
        return made(wish)
    except DomainError as refusal:
        return refusal


@transaction.atomic
def _store(messages: Collection[Message], now: datetime) -> dict[UUID, Shown | DomainError]:
    """Under the locks of their channels, taken in one order; who is refused leaves no hole in the numbers."""
    numbers = take_numbers(Counter(message.channel_id for message in messages))
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
    lines = [line_of(message) for message in passed]
    insert(lines)
    for message, line in zip(passed, lines, strict=True):
        keep_posted(message)
        stored[message.uuid] = events.recorded(message.channel, line).data["message"]
        announce_stored(message, held[message.uuid])
    return stored


def _outcome(message: Message | DomainError | None, stored: dict[UUID, Shown | DomainError]) -> Outcome:
    if not isinstance(message, Message):
        return message
    shown = stored[message.uuid]
    return shown if isinstance(shown, DomainError) else told(message, shown)
