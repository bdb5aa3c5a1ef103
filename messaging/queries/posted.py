"""Messages that were stored a moment ago: whoever hears of one in the same operation need not read it again."""

from uuid import UUID

from django.db.models import QuerySet

from messaging.models import Message
from padawanforge.kit.memory import keep, recalled
from padawanforge.kit.prepared import prepared
from players.models import Player


def is_known(player: Player, client_id: UUID) -> bool:
    """Whether the player has sent something under this id before."""
    return recalled(
        (is_known, player.pk, client_id),
        lambda: bool(_sent(player.pk, client_id)),
    )


@prepared
def _sent(player_id: int, client_id: UUID) -> QuerySet[Message, int]:
    return Message.objects.filter(player=player_id, client_id=client_id).values_list("pk", flat=True)


def keep_posted(message: Message) -> None:
    keep((Message, message.pk), message)


def posted(message_id: int) -> Message | None:
    """With its channel and its author; None when it is gone."""
    return recalled(
        (Message, message_id),
        lambda: Message.objects.select_related("channel", "player").filter(pk=message_id).first(),
    )
