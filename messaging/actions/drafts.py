"""What a player has begun to write is kept, for all his pages and for tomorrow."""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from messaging import events
from messaging.models import MESSAGE_MAX_LENGTH, Channel, Draft, Message
from padawanforge.kit import markdown
from padawanforge.kit.memory import recalled
from players.models import Player


def keep_draft(*, player: Player, channel: Channel, text: str, parent: Message | None = None) -> bool:
    """Keep it instead of what was kept before; an empty text forgets. False when nothing changed."""
    text = markdown.clean_text(text)[:MESSAGE_MAX_LENGTH]
    if not text:
        return clear_draft(player=player, channel=channel, parent=parent)
    rows = _rows(player, channel, parent)
    if rows.filter(text=text).exists():
        return False
    if not rows.update(text=text, updated_at=timezone.now()):
        _begin(player, channel, parent, text)
    _tell(player, channel, parent, text)
    return True


def clear_draft(*, player: Player, channel: Channel, parent: Message | None = None) -> bool:
    """False when there was none."""
    if parent is None and not recalled(
        (Draft, player.pk, channel.pk), lambda: _rows(player, channel, parent).exists()
    ):
        return False
    gone, _ = _rows(player, channel, parent).delete()
    if gone:
        _tell(player, channel, parent, "")
    return bool(gone)


def _begin(player: Player, channel: Channel, parent: Message | None, text: str) -> None:
    try:
        with transaction.atomic():
            Draft.objects.create(player=player, channel=channel, parent=parent, text=text)
    except IntegrityError:
        # Another tab began at the same moment; the last one to write has it.
        _rows(player, channel, parent).update(text=text, updated_at=timezone.now())


def _rows(player: Player, channel: Channel, parent: Message | None) -> QuerySet[Draft]:
    return Draft.objects.filter(player=player, channel=channel, parent=parent)


def _tell(player: Player, channel: Channel, parent: Message | None, text: str) -> None:
    events.personal_signal(
        player, "draft", channel=str(channel.uuid), parent=str(parent.uuid) if parent else None, text=text
    )
