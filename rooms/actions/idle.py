"""Rooms that nobody needs any more are archived, where their owners chose so."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from rooms.actions.rooms import close_room, locked_room
from rooms.models import GameSession, Room, RoomSettings

logger = logging.getLogger(__name__)
# Somebody who leaves by mistake finds the room again.
EMPTY_FOR = timedelta(minutes=10)
AT_ONCE = 200
Reason = Room.ClosedReason


def archive_unused(*, now: datetime) -> int:
    """Archive what has been empty or silent for too long; how many rooms that were."""
    _note_who_is_empty(now)
    archived = 0
    for reason, due in ((Reason.EMPTY, _empty_since(now)), (Reason.IDLE, _idle_since(now))):
        for pk in due:
            try:
                archived += _archive(pk, reason, now)
            except Exception:
                # One broken room must not keep all the others open.
                logger.exception("Room #%s could not be archived.", pk)
    return archived


def _note_who_is_empty(now: datetime) -> None:
    """Rooms that were empty before anybody noted since when."""
    Room.objects.open().filter(current_players=0, empty_since=None).update(empty_since=now)


def _empty_since(now: datetime) -> list[int]:
    rooms = _unused().filter(settings__auto_delete_when_empty=True, current_players=0)
    return _some(rooms.filter(empty_since__lte=now - EMPTY_FOR))


def _idle_since(now: datetime) -> list[int]:
    """For each number of days that somebody chose: those in which nobody has said anything for so long."""
    chosen = RoomSettings.objects.filter(max_idle_time__gt=0, room__closed_at=None)
    return [
        pk
        for days in sorted(set(chosen.values_list("max_idle_time", flat=True)))
        for pk in _some(
            _unused().filter(settings__max_idle_time=days, last_activity_at__lte=now - timedelta(days=days))
        )
    ]


def _unused() -> QuerySet[Room]:
    """While people play, a room is in use, whatever the clock says."""
    played = GameSession.objects.running().filter(room=OuterRef("pk"))
    return Room.objects.open().filter(~Exists(played))


def _some(rooms: QuerySet[Room]) -> list[int]:
    return list(rooms.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _archive(pk: int, reason: str, now: datetime) -> bool:
    """False when somebody has come, spoken, begun a session or chosen otherwise meanwhile."""
    room = locked_room(Room(pk=pk))
    return _is_due(room, reason, now) and close_room(room=room, now=now, reason=reason)


def _is_due(room: Room, reason: str, now: datetime) -> bool:
    if GameSession.objects.running().filter(room=room).exists():
        return False
    if reason == Reason.EMPTY:
        is_empty = room.empty_since is not None and room.empty_since <= now - EMPTY_FOR
        return room.settings.auto_delete_when_empty and room.current_players == 0 and is_empty
    days = room.settings.max_idle_time
    return days > 0 and room.last_activity_at <= now - timedelta(days=days)
