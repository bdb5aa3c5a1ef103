"""What the export page shows, and how rows are written down for people and programs."""

from datetime import datetime, timedelta

from django.db.models import Model

from padawanforge.kit.work import WorkState
from players.models import DataExport, Player
from players.personal_data import Row

PAUSE = timedelta(days=1)
CHUNK = 1000


def latest_export(player: Player) -> DataExport | None:
    return DataExport.objects.filter(player=player).order_by("-created_at", "-pk").first()


def ready_exports(player: Player, now: datetime) -> list[DataExport]:
    """Those that can be downloaded, the newest first; a player makes one a day, so they are few."""
    rows = DataExport.objects.filter(player=player, state=WorkState.DONE, expires_at__gt=now)
    return list(rows.order_by("-created_at"))


def next_export_at(player: Player, now: datetime) -> datetime | None:
    """When the next one may be asked for; None means now. One that failed doesn't count."""
    newest = DataExport.objects.filter(player=player).exclude(state=WorkState.FAILED)
    asked_at = newest.order_by("-created_at").values_list("created_at", flat=True).first()
    return asked_at + PAUSE if asked_at and asked_at > now - PAUSE else None


def columns(row: Model, *, without: tuple[str, ...] = ()) -> Row:
    """A row's own columns by name; relations, which are somebody else's rows, are left out."""
    fields = (field for field in row._meta.concrete_fields if not field.is_relation)
    return {field.name: field.value_from_object(row) for field in fields if field.name not in without}
