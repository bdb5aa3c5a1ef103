from npcs.models import Npc


def activate(*, npc: Npc) -> bool:
    """Let the character work; False when it does already, or has retired."""
    return bool(Npc.objects.present().filter(pk=npc.pk, is_active=False).update(is_active=True))


def deactivate(*, npc: Npc) -> bool:
    """Let the character rest: out of the directory and silent; False when it rested already."""
    return bool(Npc.objects.filter(pk=npc.pk, is_active=True).update(is_active=False))
