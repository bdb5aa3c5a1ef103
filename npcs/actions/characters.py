from django.db import transaction

from npcs.actions.knowledge import delete_stored
from npcs.models import Npc


def activate(*, npc: Npc) -> bool:
    """Bring the character back; False when it was there."""
    return bool(Npc.objects.filter(pk=npc.pk, is_active=False).update(is_active=True))


def deactivate(*, npc: Npc) -> bool:
    """Let the character rest: out of the directory and silent; False when it rested already."""
    return bool(Npc.objects.filter(pk=npc.pk, is_active=True).update(is_active=False))


@transaction.atomic
def remove_npc(*, npc: Npc) -> None:
    """Delete the character with all that was said to it, and its files from the disk."""
    for file in npc.knowledge_files.order_by("pk"):
        delete_stored(file)
    npc.delete()
