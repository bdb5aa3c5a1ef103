"""The end of a character: retired it falls silent and keeps everything, deleted it is purged after some days.

Both take it from the directory, the pickers and the rooms at once; both can be undone until the purge.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F

from npcs.actions.bots import disconnect
from npcs.actions.knowledge import delete_stored
from npcs.models import Npc
from npcs.queries.retirement import keeps_history, own_rows, ties_of
from npcs.signals import character_retired, character_returned
from npcs.ties import ties
from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import after_commit, announce
from padawanforge.kit.uploads import forget_picture
from players.actions.audit import record
from players.models import Player

UNDO_DAYS = 7


class CharacterGone(DomainError):
    pass


@transaction.atomic
def retire(*, npc: Npc, player: Player | None, now: datetime, reason: str = "") -> bool:
    """Let the character fall silent for good, with all it has; False when it had retired already."""
    if not _leave(npc, now):
        return False
    record(actor=player, verb="character.retired", subject=npc, before={"name": npc.name}, reason=reason)
    return True


@transaction.atomic
def delete(*, npc: Npc, player: Player | None, now: datetime, reason: str = "") -> bool:
    """Retire the character and have it purged after UNDO_DAYS; False when that was decided already.

    An undo brings everything back but the tokens of its bots.
    """
    _leave(npc, now)
    unmarked = Npc.objects.filter(pk=npc.pk, purge_at=None)
    if not unmarked.update(purge_at=now + timedelta(days=UNDO_DAYS)):
        return False
    counted = {row.label: row.count for row in ties_of(npc)}
    before = {"name": npc.name, "tied": counted}
    disconnect(npc=npc)
    record(actor=player, verb="character.deleted", subject=npc, before=before, reason=reason)
    return True


@transaction.atomic
def bring_back(*, npc: Npc, player: Player | None) -> bool:
    """Undo both: it works or rests as it did before. False when it had not left."""
    gone = Npc.objects.filter(pk=npc.pk, retired_at__isnull=False, purged_at=None)
    if not gone.update(retired_at=None, purge_at=None, is_active=F("was_active"), was_active=False):
        if Npc.objects.filter(pk=npc.pk, retired_at=None).exists():
            return False
        raise CharacterGone("What this character was has been deleted for good.")
    announce(character_returned, sender=Npc, npc_id=npc.pk)
    record(actor=player, verb="character.returned", subject=npc, after={"name": npc.name})
    return True


def purge_due(*, now: datetime) -> int:
    """Purge the characters whose days are over, each by itself; how many there were."""
    return sum(purge(pk=pk, now=now) for pk in list(Npc.objects.due(now).values_list("pk", flat=True)[:500]))


@transaction.atomic
def purge(*, pk: int, now: datetime) -> bool:
    """Delete what the character was, rows and files; False when it came back or somebody else was first.

    Where messages of it remain, a row without content stays behind them and bears its former name.
    """
    npc = Npc.objects.select_for_update().filter(pk=pk).first()
    if npc is None or npc.purged_at is not None or npc.purge_at is None or npc.purge_at > now:
        return False
    # Also those of earlier revisions, which a restore could have brought back.
    pictures = {npc.avatar, *npc.revisions.values_list("definition__avatar", flat=True)}
    for tie in ties():
        if tie.release is not None:
            tie.release(npc.pk)
    for file in npc.knowledge_files.order_by("pk"):
        delete_stored(file)
    for rows in own_rows(npc):
        rows.delete()
    after_commit(partial(_forget_pictures, pictures))
    record(actor=None, verb="character.purged", subject=npc, before={"name": npc.name})
    if keeps_history(npc):
        _hollow(npc, now)
    else:
        npc.delete()
    return True


def _leave(npc: Npc, now: datetime) -> bool:
    present = Npc.objects.filter(pk=npc.pk, retired_at=None)
    if not present.update(retired_at=now, was_active=F("is_active"), is_active=False):
        return False
    announce(character_retired, sender=Npc, npc_id=npc.pk)
    return True


def _forget_pictures(urls: Iterable[object]) -> None:
    for url in urls:
        if isinstance(url, str):
            forget_picture(url)


def _hollow(npc: Npc, now: datetime) -> None:
    """Leave the name only: and not as one that mentions or new characters would stumble over."""
    empty = Npc(
        pk=npc.pk,
        uuid=npc.uuid,
        name=f"retired {npc.uuid.hex}"[:50],
        slug=f"retired-{npc.uuid.hex}"[:50],
        former_name=npc.name,
        is_active=False,
        retired_at=npc.retired_at,
        purge_at=npc.purge_at,
        purged_at=now,
        interaction_count=npc.interaction_count,
        created_at=npc.created_at,
    )
    empty.save(force_update=True)
