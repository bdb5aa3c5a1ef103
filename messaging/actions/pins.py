"""What stays in sight in a channel: messages that a moderator has pinned."""

from datetime import datetime

from django.db import transaction

from messaging.actions.edits import locked
from messaging.actions.messages import record_event
from messaging.models import Message
from messaging.permissions import may_moderate
from messaging.refusals import MessageGone, NotYours
from padawanforge.kit.errors import DomainError
from players.models import Player

MOST = 25


class TooManyPins(DomainError):
    code = "too_many"


class NotForTheBoard(DomainError):
    code = "invalid"


@transaction.atomic
def pin(*, message: Message, player: Player, now: datetime) -> Message:
    """Pinning again changes nothing."""
    message = _locked_for(message, player)
    if message.pinned_at is not None:
        return message
    if message.is_deleted:
        raise MessageGone("This message was deleted.")
    if message.whisper_to_id is not None or message.hidden_at is not None:
        raise NotForTheBoard("Only what everybody reads can be pinned.")
    if Message.objects.filter(channel=message.channel_id, pinned_at__isnull=False).count() >= MOST:
        raise TooManyPins(f"{MOST} messages are pinned here. Take one down first.")
    message.pinned_at, message.pinned_by = now, player
    return _saved(message, player, "message.pinned")


@transaction.atomic
def unpin(*, message: Message, player: Player) -> Message:
    """Taking down again changes nothing."""
    message = _locked_for(message, player)
    if message.pinned_at is None:
        return message
    message.pinned_at = message.pinned_by = None
    return _saved(message, player, "message.unpinned")


def _locked_for(message: Message, player: Player) -> Message:
    if not may_moderate(player, message.channel):
        raise NotYours("Only those who moderate can pin messages.")
    return locked(message)


def _saved(message: Message, player: Player, event: str) -> Message:
    message.save(update_fields=["pinned_at", "pinned_by"])
    record_event(channel=message.channel, type=event, actor=player, message=message)
    return message
