"""What became of one message."""

from messaging.models import Message, MessageRevision


def revisions(message: Message) -> list[MessageRevision]:
    """What the message said before, newest first."""
    return list(message.revisions.order_by("-rev"))
