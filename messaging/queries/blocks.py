"""Who is hidden from whom, as sockets need it."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef

from messaging.models import Channel, ChannelMember, Message
from padawanforge.kit.memory import recalled
from players.models import Player
from players.queries.relationships import hidden_from


def hidden_names(player_id: int) -> frozenset[str]:
    """The hex uuids of those whom the player doesn't see."""
    player = recalled((Player, player_id), lambda: Player.objects.filter(pk=player_id).first())
    ids = hidden_from(player) if player is not None else frozenset()
    if not ids:
        return frozenset()
    uuids = Player.objects.filter(pk__in=ids).values_list("uuid", flat=True)
    return frozenset(uuid.hex for uuid in uuids)


def rooms_with(other: UUID, rooms: Collection[UUID]) -> list[UUID]:
    """Those of the rooms where the other belongs or has written."""
    here = {"channel": OuterRef("pk"), "player__uuid": other}
    found = Channel.objects.filter(
        Exists(ChannelMember.objects.filter(**here)) | Exists(Message.objects.filter(**here)), uuid__in=rooms
    )
    return list(found.values_list("uuid", flat=True))
