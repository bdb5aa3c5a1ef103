"""Taking a message away: its place stays, its words leave every reader at once."""

from datetime import datetime, timedelta

from django.db import transaction

from messaging.actions.attachments import forget_files_of_deleted
from messaging.actions.edits import locked, replace_text
from messaging.actions.mention_news import withdraw_news
from messaging.actions.mentions import note_mentions
from messaging.actions.messages import record_event
from messaging.models import Message, MessageRevision, Poll
from messaging.permissions import may_moderate
from messaging.refusals import NotYours
from messaging.signals import message_deleted
from padawanforge.kit.events import announce
from players.actions.audit import record
from players.models import Player

# Moderators can look at what was deleted for so long.
KEPT_FOR = timedelta(days=90)


def delete_message(*, message: Message, player: Player, now: datetime, reason: str = "") -> Message:
    """By its author, or by somebody who moderates the channel; deleting again changes nothing."""
    if message.player_id != player.pk and not may_moderate(player, message.channel):
        raise NotYours("Only the author and moderators can delete a message.")
    return take_away(message=message, player=player, now=now, reason=reason)


@transaction.atomic
def take_away(*, message: Message, player: Player | None, now: datetime, reason: str = "") -> Message:
    """The same without a look at the channel's roles: for staff, whose right the caller has checked.

    By nobody when its time has expired.
    """
    message = locked(message)
    if message.is_deleted:
        return message
    replace_text(message, "", now=now)
    # Only that by which a repeated send is recognised.
    message.metadata = {key: value for key, value in message.metadata.items() if key == "sent"}
    message.deleted_at, message.deleted_by, message.deletion_reason = now, player, reason.strip()[:300]
    message.reactions.all().delete()
    Poll.objects.filter(message=message).delete()
    message.reaction_counts = []
    message.subject = ""
    message.pinned_at = message.pinned_by = None
    message.save()
    withdraw_news(message, note_mentions(message))
    record_event(channel=message.channel, type="message.deleted", actor=player, message=message)
    announce(message_deleted, sender=Message, message_id=message.pk)
    if player is not None and message.player_id != player.pk:
        record(actor=player, verb="message.deleted", subject=message, reason=message.deletion_reason)
    return message


def forget_deleted_texts(*, now: datetime) -> int:
    """Delete what deleted messages said and showed, once moderators need it no longer; how many texts."""
    forget_files_of_deleted(before=now - KEPT_FOR)
    rows = MessageRevision.objects.filter(message__deleted_at__lt=now - KEPT_FOR)
    return rows.delete()[0]
