"""The author changes what he said; what it was before is kept."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from messaging import checks
from messaging.actions.attachments import FILES
from messaging.actions.mention_news import tell_mentioned, withdraw_news
from messaging.actions.mentions import note_mentions
from messaging.actions.messages import checked_text, record_event
from messaging.models import Channel, Message, MessageRevision
from messaging.permissions import may_moderate, may_post
from messaging.refusals import MayNotPost, MessageGone, NotYours
from messaging.signals import message_held
from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from players.models import Player


class EditConflict(DomainError):
    """Another tab was faster; `told` goes along with the refusal: what the message says now."""

    code = "conflict"

    def __init__(self, sentence: str, *, message: Message) -> None:
        super().__init__(sentence)
        self.told = {"current": message.text, "rev": message.rev}


class TooLateToEdit(DomainError):
    code = "late"


class PollStays(DomainError):
    """People have answered what it says; another question is another poll."""

    code = "poll"


class ThrowStays(DomainError):
    code = "command"


@transaction.atomic
def edit_message(*, message: Message, player: Player, text: str, base_rev: int, now: datetime) -> Message:
    """Replace the text that the author saw as `base_rev`; the same text again changes nothing."""
    text = checked_text(text, may_be_empty=FILES in message.metadata)
    message = locked(message)
    _check_author(message, player, now)
    if message.text == text:
        return message
    if message.rev != base_rev:
        raise EditConflict("This message was changed meanwhile. Look at it again.", message=message)
    passed = checks.run(player=player, channel=message.channel, text=text, now=now, is_edit=True)
    replace_text(message, passed.text, now=now)
    message.edited_at = now
    if passed.held:
        message.hidden_at = now
        announce(message_held, sender=Message, message_id=message.pk, rule=passed.held)
    message.save(update_fields=["text", "rev", "edited_at", "hidden_at"])
    withdraw_news(message, note_mentions(message))
    tell_mentioned(message=message)
    record_event(channel=message.channel, type="message.edited", actor=player, message=message)
    return message


def locked(message: Message) -> Message:
    """The message as it is, while nobody else changes anything in its channel."""
    Channel.objects.select_for_update().get(pk=message.channel_id)
    found = Message.objects.with_authors().select_related("channel").filter(pk=message.pk).first()
    if found is None:
        raise MessageGone("This message is gone.")
    return found


def replace_text(message: Message, text: str, *, now: datetime) -> None:
    """Keep what it said as a revision; the caller saves the message."""
    MessageRevision.objects.create(message=message, rev=message.rev, text=message.text, replaced_at=now)
    message.text = text
    message.rev += 1


def _check_author(message: Message, player: Player, now: datetime) -> None:
    if message.player_id != player.pk:
        raise NotYours("Only the author can change a message.")
    if not may_post(player, message.channel):
        raise MayNotPost("You can read here, but not write.")
    if message.is_deleted:
        raise MessageGone("This message was deleted.")
    if "poll" in message.metadata:
        raise PollStays("A poll can't be changed. Close it, and ask anew.")
    if message.metadata.get("command") == "roll":
        raise ThrowStays("What the dice showed can't be changed. Throw again.")
    hours = settings.MESSAGE_EDIT_HOURS
    is_late = now - message.sent_at > timedelta(hours=hours)
    if is_late and not may_moderate(player, message.channel):
        raise TooLateToEdit(f"A message can be changed for {hours} hours. Write a new one instead.")
