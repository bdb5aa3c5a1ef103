from typing import Any

from django.db import transaction

from npcs.models import Npc, NpcRevision
from npcs.queries.revisions import current_revision, definition_of, fingerprint
from players.models import Player


def take_revision(
    *, npc: Npc, player: Player | None = None, note: str = "", restored_from: NpcRevision | None = None
) -> NpcRevision:
    """The revision that says what the character is now; made only when nothing says so yet.

    Whoever lets a character speak calls it and stores what comes back: also a change that came by the
    console or a command is caught here.
    """
    current = current_revision(npc)
    if current is not None and current.fingerprint == fingerprint(definition_of(npc)):
        return current
    return _take(npc, player=player, note=note, restored_from=restored_from)


def keep_change(*, npc: Npc, player: Player | None) -> None:
    """The revision of a change, once people meet the character or there is an earlier one."""
    if npc.is_active or current_revision(npc) is not None:
        # As it is stored now: a configuration that was looked up before may be an old one.
        take_revision(npc=Npc.objects.get(pk=npc.pk), player=player)


@transaction.atomic
def _take(npc: Npc, **about: Any) -> NpcRevision:
    """Under the character's lock and from the stored row: of two at once, one makes it and both get it."""
    stored = Npc.objects.select_for_update().get(pk=npc.pk)
    definition = definition_of(stored)
    mark = fingerprint(definition)
    current = current_revision(stored)
    if current is not None and current.fingerprint == mark:
        return current
    origin = about["restored_from"]
    return NpcRevision.objects.create(
        npc=stored,
        number=current.number + 1 if current else 1,
        definition=definition,
        fingerprint=mark,
        note=about["note"][:200],
        restored_from=origin.number if origin else None,
        created_by=about["player"],
    )
