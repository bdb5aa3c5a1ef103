from django.contrib.auth.models import AnonymousUser

from players.models import Player
from players.permissions import may, may_see_npcs

__all__ = ["may_create_npcs", "may_delete_npcs", "may_read_talks", "may_see_npcs", "may_set_up_providers"]


def may_create_npcs(player: Player | AnonymousUser) -> bool:
    """Also to change them and what they know."""
    return may(player, "npcs.create")


def may_delete_npcs(player: Player | AnonymousUser) -> bool:
    return may(player, "npcs.delete")


def may_set_up_providers(player: Player | AnonymousUser) -> bool:
    return may(player, "admin.config")


def may_read_talks(player: Player | AnonymousUser) -> bool:
    """What players told characters is private; the figures beside it are not."""
    return may(player, "admin.logs")
