"""What characters said stays where it was said, under their name."""

from messaging.models import Message
from npcs.ties import Tie, by_npc, register

register(
    Tie(
        name="messaging.messages",
        one="message that it wrote",
        many="messages that it wrote",
        fate="stays",
        count=lambda npc_ids: by_npc(Message.objects.filter(npc__in=npc_ids)),
    )
)
