from rooms.actions.variants import stop
from rooms.models import Reply


def silence(*, npc_id: int) -> int:
    """Stop every answer that the character is making or about to make; how many there were."""
    return sum(stop(reply=reply) for reply in Reply.objects.unfinished().filter(npc=npc_id).order_by("pk"))
