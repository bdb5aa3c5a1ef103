"""What a player wants to find again, and when he wants to be reminded."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from messaging import kinds
from messaging.actions.notifications import News, notify
from messaging.models import Message, SavedMessage
from messaging.permissions import message_for
from messaging.refusals import MessageGone
from padawanforge.kit.errors import DomainError
from players.choices import NotificationKind
from players.models import Player

MOST = 1000
NOTE_MAX_LENGTH = 200
BATCH = 200


class TooManySaved(DomainError):
    code = "too_many"


class ReminderInThePast(DomainError):
    code = "invalid"


class NoteTooLong(DomainError):
    code = "too_long"


def save(
    *,
    message: Message,
    player: Player,
    now: datetime,
    note: str = "",
    remind_at: datetime | None = None,
) -> SavedMessage:
    """Keep it on the player's list, or change what he noted about it."""
    note = note.strip()
    if len(note) > NOTE_MAX_LENGTH:
        raise NoteTooLong(f"A note has at most {NOTE_MAX_LENGTH} characters.")
    if message.is_deleted:
        raise MessageGone("This message was deleted.")
    if remind_at is not None and remind_at <= now:
        raise ReminderInThePast("Choose a moment that is still to come.")
    if SavedMessage.objects.filter(player=player).exclude(message=message).count() >= MOST:
        raise TooManySaved(f"You have saved {MOST} messages. Take one off the list first.")
    row, _ = SavedMessage.objects.update_or_create(
        player=player, message=message, defaults={"note": note, "remind_at": remind_at}
    )
    return row


def forget(*, message: Message, player: Player) -> bool:
    """Take it off the list; False when it wasn't there."""
    gone, _ = SavedMessage.objects.filter(message=message, player=player).delete()
    return bool(gone)


def remind(*, now: datetime) -> int:
    """Remind everybody whose moment has come, each once; how many."""
    due = SavedMessage.objects.filter(remind_at__lte=now).order_by("remind_at", "pk")
    rows = due.select_related("player", "message__channel")[:BATCH]
    return sum(_remind(row, now) for row in rows)


@transaction.atomic
def _remind(row: SavedMessage, now: datetime) -> bool:
    # Whoever clears the moment is the one who reminds: several processes look at once.
    rows = SavedMessage.objects.filter(pk=row.pk, remind_at=row.remind_at)
    if not rows.update(remind_at=None):
        return False
    try:
        message = message_for(row.player, row.message.uuid)
    except MessageGone:
        return False
    where = kinds.get(message.channel.kind).titles([message.channel_id]).get(message.channel_id, "")
    news = News(
        NotificationKind.MESSAGE,
        "You wanted to be reminded of a message" + (f" in {where}" if where else ""),
        row.note or message.plain[:NOTE_MAX_LENGTH],
        url=reverse("messaging:permalink", args=[message.uuid]),
        label="Read it",
        key=f"reminder.{message.uuid}",
        about=message.player if message.player != row.player else None,
        more={"subcategory": "reminder", "source": "messaging"},
    )
    notify(recipient=row.player, news=news, now=now)
    return True
