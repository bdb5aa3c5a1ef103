"""An answer while it grows: its pieces are stored, then told, and it is asked whether somebody wants it to stop."""

import time
from collections.abc import Callable

from django.db import IntegrityError
from django.utils import timezone

from padawanforge.kit.hasty import hasty
from padawanforge.kit.inserting import insert
from padawanforge.kit.work import WorkState
from rooms import events
from rooms.actions.turns import hold
from rooms.models import Reply, ReplyDelta

DELTA_SECONDS = 0.08
# How often the database is asked whether to stop; and how often it is told that we are alive.
ASK_SECONDS = 0.3
HOLD_SECONDS = 5.0


class Draft:
    """Collects pieces and lets them out at most every DELTA_SECONDS. Stored first: no page knows what isn't kept."""

    def __init__(self, reply: Reply, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.reply = reply
        self._clock = clock
        self._waiting: list[str] = []
        self._number = 0
        self._told_at = 0.0
        # It was claimed a moment ago.
        self._asked_at = self._held_at = clock()
        self._is_over = False

    def begin(self) -> None:
        """Whatever an earlier attempt left is gone. The reply was read after it was claimed."""
        if self.reply.attempts > 1:
            ReplyDelta.objects.filter(reply=self.reply).delete()
        events.thinking(self.reply)

    def add(self, piece: str) -> None:
        self._waiting.append(piece)
        if self._clock() - self._told_at >= DELTA_SECONDS:
            self._let_out()

    def should_stop(self) -> bool:
        """Asked all the time, also while nothing comes; the database is asked now and then."""
        now = self._clock()
        if self._is_over or now - self._asked_at < ASK_SECONDS:
            return self._is_over
        self._asked_at = now
        if self._waiting:
            self._let_out()
        if now - self._held_at >= HOLD_SECONDS:
            self._held_at = now
            hold(self.reply, timezone.now())
        self._is_over = self._is_over or not self._is_wanted()
        return self._is_over

    def _is_wanted(self) -> bool:
        wanted = Reply.objects.filter(
            pk=self.reply.pk, state=WorkState.RUNNING, attempts=self.reply.attempts, stop_asked_at=None
        )
        return wanted.exists()

    def _let_out(self) -> None:
        text = "".join(self._waiting)
        self._waiting.clear()
        self._told_at = self._clock()
        self._number += 1
        try:
            with hasty():
                insert([ReplyDelta(reply=self.reply, number=self._number, text=text)])
        except IntegrityError:
            # The talk was deleted, or somebody else makes this answer by now.
            self._is_over = True
            return
        events.delta(self.reply, chunk_no=self._number, text=text)


def said_so_far(reply: Reply) -> str:
    return "".join(reply.deltas.order_by("number").values_list("text", flat=True))
