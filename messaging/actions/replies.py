"""Answering a message: the answer names what it answers."""

from uuid import UUID

from messaging.actions.messages import Posted, post
from messaging.models import Message
from messaging.refusals import MessageGone
from players.models import Player


def reply(*, parent: Message, player: Player, text: str, client_id: UUID | None = None) -> Posted:
    """Say something in answer to the message, in its channel."""
    is_repeated = Message.objects.filter(player=player, client_id=client_id, client_id__isnull=False)
    if parent.is_deleted and not is_repeated.exists():
        raise MessageGone("This message was deleted, so it can't be answered.")
    return post(
        Message(
            channel=parent.channel,
            type=Message.Type.TEXT,
            player=player,
            client_id=client_id,
            text=text,
            parent=parent,
            thread_depth=parent.thread_depth + 1,
        )
    )
