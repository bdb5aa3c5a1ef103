"""Characters that write by themselves: off unless somebody who may edit them has said how often and what about.

One job looks for all of them. Each turn is claimed by moving the next one, so that two servers, or the same job run
twice, write once. Days on which no server ran are not made up for. What comes of a turn is a post like any other:
with its limit a day and its budgets, on the bill of who set the schedule.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from npcs.actions.posts import PostRefused, ask_for_post
from npcs.builtin.text import one_line
from npcs.models import Npc, NpcPost, PostSchedule
from npcs.models.post import TOPIC_MAX_LENGTH
from npcs.permissions import may_edit_npc
from npcs.queries.posts import unread
from padawanforge.kit.errors import DomainError
from padawanforge.kit.markdown import clean_text
from players.actions.audit import record
from players.models import Player

TOPICS = 30
# So many wait on the desk, and nothing is added to them: nobody reads there, and it would go on costing.
UNREAD = 3
AT_ONCE = 50
NOTE_LENGTH = 300


@transaction.atomic
def set_schedule(
    *, npc: Npc, player: Player, every_days: int, topics: Sequence[str], now: datetime
) -> PostSchedule:
    """Let it write by itself, the first time after one interval; or otherwise than until now."""
    subjects = list(dict.fromkeys(topic for line in topics if (topic := one_line(clean_text(line)))))
    if every_days not in PostSchedule.Every.values:
        raise PostRefused("Choose how often it is to write.")
    if not subjects:
        raise PostRefused("Name at least one subject.")
    if len(subjects) > TOPICS or any(len(topic) > TOPIC_MAX_LENGTH for topic in subjects):
        raise PostRefused(f"There are at most {TOPICS} subjects of {TOPIC_MAX_LENGTH} characters.")
    if npc.retired_at is not None:
        raise PostRefused(f"{npc.name} has retired.")
    chosen = {
        "every_days": every_days,
        "topics": subjects,
        "turn": 0,
        "set_by": player,
        "due_at": now + timedelta(days=every_days),
        "note": "",
    }
    schedule, _ = PostSchedule.objects.update_or_create(npc=npc, defaults=chosen)
    record(
        actor=player,
        verb="post.scheduled",
        subject=npc,
        after={"every_days": every_days, "subjects": len(subjects)},
    )
    return schedule


@transaction.atomic
def stop_schedule(*, npc: Npc, player: Player) -> bool:
    """Let it write when it is asked to only; False when it did so already."""
    gone, _ = PostSchedule.objects.filter(npc=npc).delete()
    if gone:
        record(actor=player, verb="post.unscheduled", subject=npc)
    return bool(gone)


def write_due(*, now: datetime) -> int:
    """Have those write whose turn it is; how many begin. Who rests is passed over until he is back."""
    due = PostSchedule.objects.filter(due_at__lte=now, npc__is_active=True, npc__retired_at=None)
    rows = list(due.select_related("npc", "set_by").order_by("due_at", "pk")[:AT_ONCE])
    return sum(_take_turn(schedule, now) is not None for schedule in rows)


@transaction.atomic
def _take_turn(schedule: PostSchedule, now: datetime) -> NpcPost | None:
    turn = PostSchedule.objects.filter(pk=schedule.pk, due_at=schedule.due_at, turn=schedule.turn)
    if not turn.update(due_at=_next(schedule, now)):
        return None
    mine = PostSchedule.objects.filter(pk=schedule.pk)
    try:
        post = _begun(schedule, now)
    except DomainError as refusal:
        mine.update(note=str(refusal)[:NOTE_LENGTH])
        return None
    mine.update(turn=F("turn") + 1, note="")
    return post


def _begun(schedule: PostSchedule, now: datetime) -> NpcPost:
    npc, payer = schedule.npc, schedule.set_by
    if not (payer.is_active and may_edit_npc(payer, npc)):
        raise PostRefused("Whoever set this may no longer do so. Set it anew to go on.")
    if unread(npc).count() >= UNREAD:
        raise PostRefused(f"{UNREAD} posts wait on the desk. It goes on when they are published or deleted.")
    return ask_for_post(npc=npc, player=payer, topic=schedule.next_topic, now=now)


def _next(schedule: PostSchedule, now: datetime) -> datetime:
    """At the same hour, and in the future: what was missed is not made up for."""
    step = timedelta(days=schedule.every_days)
    return schedule.due_at + step * ((now - schedule.due_at) // step + 1)
