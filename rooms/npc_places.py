"""The rooms in which a character sits, as places where a file of it may be known alone."""

from npcs.places import register
from players.models import Player
from rooms.queries.rooms import rooms_open_to

MOST = 100


def rooms_with(npc_id: int, player: Player) -> list[tuple[str, str]]:
    rooms = rooms_open_to(player).filter(npcs__npc=npc_id, npcs__is_active=True)
    found = rooms.order_by("name", "pk").values_list("channel__uuid", "name")[:MOST]
    return [(str(uuid), name) for uuid, name in found]


register(rooms_with)
