"""Answering a message: the answer names what it answers."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from messaging.actions.direct_letter import PLAIN, Letter, written
from messaging.actions.messages import Posted, post
from messaging.actions.threads import put_under
from messaging.actions.whispers import other_of, whisper
from messaging.models import Message
from messaging.refusals import MessageGone
from players.models import Player


def reply(
    *,
    parent: Message,
    player: Player,
    text: str,
    client_id: UUID | None = None,
    attachments: Sequence[UUID] = (),
    letter: Letter = PLAIN,
) -> Posted:
    """Say something in answer to the message, in its channel; a whisper is answered by a whisper."""
    refuse_deleted(parent, player, client_id)
    if parent.whisper_to_id is not None:
        return whisper(
            channel=parent.channel,
            player=player,
            to=other_of(parent, player),
            text=text,
            client_id=client_id,
            parent=parent,
        )
    more = written(letter, parent.channel, timezone.now())
    message = Message(channel=parent.channel, player=player, client_id=client_id, text=text, **more)
    put_under(message, parent)
    return post(message, attachments=attachments)


def refuse_deleted(parent: Message, player: Player, client_id: UUID | None) -> None:
    """What is gone can't be answered; an answer that was stored before may come again."""
    is_repeated = Message.objects.filter(player=player, client_id=client_id, client_id__isnull=False)
    if parent.is_deleted and not is_repeated.exists():
        raise MessageGone("This message was deleted, so it can't be answered.")
