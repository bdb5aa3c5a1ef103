"""A player takes everything along: asked for, built in the background, downloaded, thrown away."""

import logging
import secrets
import tempfile
from datetime import datetime, timedelta
from typing import IO

from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.work import LEASE, WorkItem, WorkState
from players.actions.archive import Archive
from players.actions.audit import record
from players.models import DataExport, Player
from players.personal_data import areas
from players.queries.exports import latest_export, next_export_at
from players.signals import export_ready

logger = logging.getLogger(__name__)

GAVE_UP = (
    "The export could not be made. Ask for it again; if it fails again, tell the people who run this site."
)


class ExportTooSoon(DomainError):
    code = "rate_limited"


class NoExportForGuests(DomainError):
    code = "forbidden"


class Superseded(Exception):
    """Another worker has taken the export over."""


def ask_export(*, player: Player, now: datetime) -> DataExport:
    """Begin an export; asking while one is in the making gives that one."""
    if player.is_guest:
        raise NoExportForGuests("A guest's data is deleted within a day. Make an account to take it along.")
    try:
        return _begin(player, now)
    except IntegrityError:
        # Another tab asked at the same moment.
        if running := _in_the_making(player):
            return running
        raise


@transaction.atomic
def _begin(player: Player, now: datetime) -> DataExport:
    Player.objects.select_for_update().get(pk=player.pk)
    if running := _in_the_making(player):
        return running
    if next_export_at(player, now):
        raise ExportTooSoon("An export can be made once a day. Ask again tomorrow.")
    export = DataExport.objects.create(player=player, areas_total=len(areas()), queued_at=now)
    enqueue("players.export", pk=export.pk)
    return export


def _in_the_making(player: Player) -> DataExport | None:
    newest = latest_export(player)
    return newest if newest and newest.state in {WorkState.WAITING, WorkState.RUNNING} else None


def build(*, pk: int) -> None:
    """Write the zip of a claimed export and make it downloadable, unless another worker took it over."""
    export = DataExport.objects.select_related("player").get(pk=pk)
    with tempfile.TemporaryFile() as target:
        try:
            write_export(target, export.player, export=export)
            _keep(export, target)
        except Superseded:
            logger.warning("Export %s went on in another worker.", pk)


def write_export(target: IO[bytes], player: Player, *, export: DataExport | None = None) -> None:
    """Everything that the apps keep of the player, as a zip."""
    archive = Archive(target)
    for number, area in enumerate(areas(), start=1):
        archive.add_area(area.title, area.export(player.pk))
        if export is not None:
            _report(export, number)
    archive.close(player=player, made_on=timezone.localdate())


def hand_out(target: IO[bytes], player: Player, *, by: Player | None) -> None:
    """The same for somebody else's hands, which is written down."""
    write_export(target, player)
    record(actor=by, verb="account.exported", subject=player)


def _report(export: DataExport, done: int) -> None:
    """Tell how far it is and renew the lease; the number of attempts shows whose work it is."""
    mine = DataExport.objects.filter(pk=export.pk, state=WorkState.RUNNING, attempts=export.attempts)
    if not mine.update(areas_done=done, areas_total=len(areas()), lease_until=timezone.now() + LEASE):
        raise Superseded


def _keep(export: DataExport, target: IO[bytes]) -> None:
    target.seek(0)
    storage = DataExport._meta.get_field("file").storage
    name = storage.save(f"exports/{secrets.token_hex(16)}.zip", File(target))
    try:
        _finish(export, name)
    except Superseded:
        storage.delete(name)
        raise


@transaction.atomic
def _finish(export: DataExport, name: str) -> None:
    mine = DataExport.objects.filter(pk=export.pk, state=WorkState.RUNNING, attempts=export.attempts)
    is_mine = mine.update(
        state=WorkState.DONE,
        lease_until=None,
        last_error="",
        file=name,
        expires_at=timezone.now() + timedelta(days=settings.EXPORT_KEPT_DAYS),
    )
    if not is_mine:
        raise Superseded
    announce(export_ready, sender=DataExport, player_id=export.player_id, export_uuid=str(export.uuid))


def give_up(export: WorkItem) -> None:
    export.mark_failed(GAVE_UP)


def throw_away_old(*, now: datetime) -> int:
    """Delete the exports whose time is over, files first; how many went."""
    kept_since = now - timedelta(days=settings.EXPORT_KEPT_DAYS)
    over = DataExport.objects.filter(state=WorkState.DONE, expires_at__lte=now)
    failed = DataExport.objects.filter(state=WorkState.FAILED, created_at__lt=kept_since)
    return sum(delete_export(export) for export in [*over, *failed])


def delete_export(export: DataExport) -> int:
    """First the file, then the row: what is interrupted in between is found again."""
    if export.file:
        export.file.delete(save=False)
    return DataExport.objects.filter(pk=export.pk).delete()[0]
