"""Who may speak at this moment: one answer of a character in a channel, two for a player, eight in a process.

The first two are constraints of the database, so that they hold whoever tries; the third is of this process. An
answer that finds no place waits, and whoever ends starts those that waited for him.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from padawanforge.kit.jobs import start
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
            with transaction.atomic():
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
    ended = Reply.objects.filter(pk=pk).first()
    waiting = (
        Reply.objects.filter(state=WorkState.WAITING, held_until=None)
        .exclude(pk=pk)
        .order_by("queued_at", "pk")
    )
    if ended is None:
        return
    near = waiting.filter(Q(channel=ended.channel_id, npc=ended.npc_id) | Q(player=ended.player_id))
    pks = [
        *near.values_list("pk", flat=True)[:AT_ONCE_FOR_A_PLAYER],
        *waiting.values_list("pk", flat=True)[:1],
    ]
    for other in dict.fromkeys(pks):
        start("rooms.react", pk=other)
