"""A character's places in rooms go with it; private talks stay for those who led them."""

from npcs.ties import Tie, by_npc, register
from rooms.models import RoomNpc, Talk

register(
    Tie(
        name="rooms.places",
        one="place in a room",
        many="places in rooms",
        fate="goes",
        count=lambda npc_ids: by_npc(RoomNpc.objects.filter(npc__in=npc_ids)),
        release=lambda npc_id: RoomNpc.objects.filter(npc=npc_id).delete(),
    )
)
register(
    Tie(
        name="rooms.talks",
        one="private talk",
        many="private talks",
        fate="stays",
        count=lambda npc_ids: by_npc(Talk.objects.filter(npc__in=npc_ids)),
    )
)
