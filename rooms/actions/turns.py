"""Who may speak at this moment: one answer of a character in a channel, two for a player, eight in a process.

The first two are constraints of the database, so that they hold whoever tries; the third is of this process. An
answer that finds no place waits, and whoever ends starts those that waited for him.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from padawanforge.kit.hasty import hasty
from padawanforge.kit.jobs import start
from padawanforge.kit.prepared import prepared
from padawanforge.kit.work import WorkState
from rooms.models import Reply
from rooms.rules.limits import AT_ONCE_FOR_A_PLAYER, AT_ONCE_IN_A_PROCESS

# Renewed while the provider speaks; a worker that died is missed after it.
LEASE = timedelta(seconds=30)
_places = threading.BoundedSemaphore(AT_ONCE_IN_A_PROCESS)


@contextmanager
def turn(pk: int) -> Iterator[bool]:
    """Whether the answer may be made now; when it may, its place is free again afterwards."""
    if not _places.acquire(blocking=False):
        yield False
        return
    try:
        is_claimed = _claim(pk, timezone.now())
        yield is_claimed
    finally:
        _places.release()
    if is_claimed:
        wake_others(pk)


def _claim(pk: int, now: datetime) -> bool:
    for slot in range(1, AT_ONCE_FOR_A_PLAYER + 1):
        try:
            with hasty():
                return _take(pk, slot, now)
        except IntegrityError:
            # The character speaks there already, or this is not the player's free place.
            continue
    return False


def _take(pk: int, slot: int, now: datetime) -> bool:
    waiting = Reply.objects.filter(pk=pk, state=WorkState.WAITING, held_until=None)
    return bool(
        waiting.update(
            state=WorkState.RUNNING, slot=slot, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    )


def hold(reply: Reply, now: datetime) -> None:
    """Keep the claim of this attempt alive."""
    Reply.objects.filter(pk=reply.pk, state=WorkState.RUNNING, attempts=reply.attempts).update(
        lease_until=now + LEASE
    )


def wake_others(pk: int) -> None:
    """Start what may have waited for this answer: the oldest of the character, of the player, and of all."""
    for ended in _ended(pk):
        for other in dict.fromkeys([*_near(*ended), *_oldest(pk)]):
            start("rooms.react", pk=other)


@prepared
def _ended(pk: int) -> QuerySet[Reply, tuple[int, int, int, int | None]]:
    return Reply.objects.filter(pk=pk).values_list("pk", "channel_id", "npc_id", "player_id")


@prepared
def _near(pk: int, channel_id: int, npc_id: int, player_id: int | None) -> QuerySet[Reply, int]:
    near = Q(channel=channel_id, npc=npc_id) | Q(player=player_id)
    return _others_waiting(pk).filter(near)[:AT_ONCE_FOR_A_PLAYER]


@prepared
def _oldest(pk: int) -> QuerySet[Reply, int]:
    return _others_waiting(pk)[:1]


def _others_waiting(pk: int) -> QuerySet[Reply, int]:
    waiting = Reply.objects.filter(state=WorkState.WAITING, held_until=None).exclude(pk=pk)
    return waiting.order_by("queued_at", "pk").values_list("pk", flat=True)
