"""The rooms in which a character sits, as places where a file of it may be known alone."""

from uuid import UUID

from npcs.places import register
from players.models import Player
from rooms.queries.rooms import rooms_entered_by, rooms_open_to

MOST = 100


def rooms_with(npc_id: int, player: Player) -> list[tuple[str, str]]:
    rooms = rooms_open_to(player).filter(npcs__npc=npc_id, npcs__is_active=True)
    found = rooms.order_by("name", "pk").values_list("channel__uuid", "name")[:MOST]
    return [(str(uuid), name) for uuid, name in found]


def reads_in(place: str, player: Player) -> bool:
    """Who is in the room reads what its characters cite there."""
    try:
        channel = UUID(place)
    except ValueError:
        return False
    return player.is_authenticated and rooms_entered_by(player).filter(channel__uuid=channel).exists()


register(rooms_with, reads=reads_in)
