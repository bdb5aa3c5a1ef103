from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from npcs.models import KnowledgeFile, Npc
from npcs.places import reads_in
from npcs.queries.directory import npcs_visible
from padawanforge.kit.access import asks
from players.models import Player
from players.permissions import may, may_see_npcs

__all__ = [
    "may_create_npcs",
    "may_delete_npcs",
    "may_edit_npc",
    "may_edit_npcs",
    "may_read_file",
    "may_read_talks",
    "may_see_npcs",
    "may_set_up_providers",
    "npc_to_edit",
]


@asks("npcs.create")
def may_create_npcs(player: Player | AnonymousUser) -> bool:
    """Also to change them and what they know."""
    return may(player, "npcs.create")


@asks("npcs.create")
def may_edit_npcs(player: Player | AnonymousUser) -> bool:
    """Any characters at all: everybody's, or those that one has made oneself."""
    if may_create_npcs(player):
        return True
    return may_see_npcs(player) and Npc.objects.filter(created_by=player.pk).exists()


def may_edit_npc(player: Player | AnonymousUser, npc: Npc) -> bool:
    """An author keeps the care of his own characters, even when his role no longer lets him make new ones."""
    return may_create_npcs(player) or (may_see_npcs(player) and npc.created_by_id == player.pk)


def may_read_file(player: Player | AnonymousUser, file: KnowledgeFile) -> bool:
    """What is known in one place only is read by those who read there, and by those who look after it."""
    return not file.place or may_edit_npc(player, file.npc) or reads_in(file.place, player)


def npc_to_edit(player: Player, slug: str, *, with_retired: bool = False) -> Npc | None:
    """The character, for those who may change it; a stranger learns no more than that it exists."""
    visible = npcs_visible(with_hidden=may_create_npcs(player), author_id=player.pk)
    rows = visible.filter(purged_at=None) if with_retired else visible.filter(retired_at=None)
    npc = rows.select_related("category", "provider", "configuration").filter(slug=slug).first()
    if npc is not None and not may_edit_npc(player, npc):
        raise PermissionDenied
    return npc


@asks("npcs.delete")
def may_delete_npcs(player: Player | AnonymousUser) -> bool:
    return may(player, "npcs.delete")


@asks("admin.config")
def may_set_up_providers(player: Player | AnonymousUser) -> bool:
    return may(player, "admin.config")


@asks("admin.logs")
def may_read_talks(player: Player | AnonymousUser) -> bool:
    """What players told characters is private; the figures beside it are not."""
    return may(player, "admin.logs")
