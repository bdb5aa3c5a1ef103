"""Direct messages that disappear: their words go for everybody, and nothing is kept of them."""

from datetime import datetime

from django.db import transaction

from messaging.actions.deletion import take_away
from messaging.actions.edits import locked
from messaging.models import EXPIRED, Attachment, Message, MessageRevision

BATCH = 200


def erase_expired(*, now: datetime) -> int:
    """How many have disappeared; at most a batch. Readers don't see them from the moment itself."""
    over = Message.objects.filter(expires_at__lte=now).order_by("expires_at", "pk")
    return sum(_erase(message, now) for message in list(over.select_related("channel")[:BATCH]))


@transaction.atomic
def _erase(message: Message, now: datetime) -> bool:
    message = locked(message)
    # Another process may have been here first.
    if message.expires_at is None or message.expires_at > now:
        return False
    # Its time is spent: what is told from now on is the empty place.
    Message.objects.filter(pk=message.pk).update(expires_at=None)
    take_away(message=message, player=None, now=now, reason=EXPIRED)
    MessageRevision.objects.filter(message=message).delete()
    Attachment.objects.filter(message=message).delete()
    return True
