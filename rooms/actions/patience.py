"""In natural mode a character lets people finish: its answer is held back while somebody writes.

Nothing waits for it but a row: every process looks for those whose moment has come.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from messaging.models import Message
from messaging.queries.writing import is_anybody_writing
from padawanforge.kit.jobs import start
from padawanforge.kit.prepared import prepared
from padawanforge.kit.work import WorkState
from rooms.models import Reply
from rooms.rules.limits import ANSWERS_TO_ONE_MESSAGE, WRITING_DELAYS, WRITING_DELAYS_AT_MOST

AT_ONCE = 100


def patience(message: Message) -> datetime | None:
    """Until when those who would answer the message unasked hold back; None when nobody is writing."""
    now = timezone.now()
    return now + WRITING_DELAYS if _is_somebody_at_it(message, now) else None


def take_over(message: Message) -> list[Reply]:
    """What was held back answers the newer message, which its writer was waited for. Under the room's lock."""
    pks = _held_back(message.channel_id, message.pk)
    if not pks:
        return []
    held = Reply.objects.held_back().filter(pk__in=pks)
    held.update(message=message, root=message, player=message.player_id)
    return list(held.filter(message=message).order_by("pk"))


@prepared
def _held_back(channel_id: int, message_id: int) -> QuerySet[Reply, int]:
    """For other messages."""
    held = Reply.objects.held_back().filter(channel=channel_id).exclude(message=message_id)
    return held.order_by("pk").values_list("pk", flat=True)


def drop_surplus(held: Sequence[Reply], begun: Sequence[Reply]) -> None:
    """No more than one message may get: who is called comes first, who held back the longest next."""
    speaking = {reply.pk for reply in begun}
    others = [reply.pk for reply in held if reply.pk not in speaking]
    if surplus := others[max(0, ANSWERS_TO_ONE_MESSAGE - len(begun)) :]:
        Reply.objects.held_back().filter(pk__in=surplus).delete()


def release(reply: Reply, *, now: datetime, occasion: str | None = None) -> bool:
    """Let it begin; False when it is not held back, or somebody else was first."""
    held = Reply.objects.held_back().filter(pk=reply.pk, held_until=reply.held_until)
    if not held.update(held_until=None, queued_at=now, occasion=occasion or reply.occasion):
        return False
    start("rooms.react", pk=reply.pk)
    return True


def begin_due(*, now: datetime) -> int:
    """Begin what was held back, unless somebody is still writing; how many began. Nobody is waited for too long."""
    begun = 0
    for reply in _due(now):
        is_patient = now < reply.created_at + WRITING_DELAYS_AT_MOST
        if is_patient and _is_somebody_at_it(reply.message, now):
            Reply.objects.filter(pk=reply.pk, state=WorkState.WAITING, held_until=reply.held_until).update(
                held_until=now + WRITING_DELAYS
            )
        else:
            begun += release(reply, now=now)
    return begun


@prepared
def _due(now: datetime) -> QuerySet[Reply]:
    due = Reply.objects.held_back().filter(held_until__lte=now).select_related("channel", "message__channel")
    return due.order_by("held_until", "pk")[:AT_ONCE]


def _is_somebody_at_it(message: Message, now: datetime) -> bool:
    return is_anybody_writing(message.channel, author_id=message.player_id, since=message.sent_at, now=now)
