"""All answers once more, in the order of the settlements: where they lead skills and difficulties.

A replay can stop after so many answers, be put away, and be taken up again by another process.
"""

import zlib
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec
from django.db.models import QuerySet

from learning.actions.skills import answered
from learning.models import AnswerEvent, DifficultyEstimate, Settlement, Statement
from learning.rules.skill import ITEM_VARIANCE, Estimate, mean_of, new_topic, prior_of
from learning.rules.steps import ItemState, SkillState, step
from padawanforge.kit.errors import DomainError

CHUNK = 2000
# A settlement takes its number before it is saved, so a lower one may appear after a higher one; not by more.
LATE_BY = 1000


class Overtaken(DomainError):
    """A settlement appeared before the place that the replay had come to."""


@dataclass(frozen=True, slots=True)
class Item:
    """A statement as it was written, and where the answers have led it."""

    topic_id: int
    state: ItemState


@dataclass(slots=True)
class Replayed:
    """`skills` by player and topic, `items` by statement, after all settlements up to `last`.

    `recent` are the numbers of the newest ones among them.
    """

    last: int = 0
    answers: int = 0
    newest_statement: int = 0
    recent: set[int] = field(default_factory=set)
    skills: dict[int, dict[int, SkillState]] = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)


def packed(replayed: Replayed) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(replayed), level=1)


def unpacked(data: bytes) -> Replayed:
    return msgspec.msgpack.decode(zlib.decompress(data), type=Replayed)


def go_on(replayed: Replayed, *, most: int | None = None, settled_before: datetime | None = None) -> bool:
    """Replay the next answers, all or about so many; whether that was all that is settled.

    What was settled a while ago can't be overtaken any more, so a replay that is put away stops before.
    """
    _look_for_late(replayed)
    _learn_statements(replayed)
    ahead = Settlement.objects.filter(pk__gt=replayed.last)
    if settled_before is not None:
        ahead = ahead.filter(settled_at__lt=settled_before)
    until, is_all = _end_of(ahead, most)
    if until is None:
        return True
    window = {"settlement__gt": replayed.last, "settlement__lte": until}
    numbers = Settlement.objects.filter(pk__gt=max(replayed.last, until - LATE_BY), pk__lte=until)
    replayed.recent = {pk for pk in replayed.recent if pk > until - LATE_BY}
    # Read before the answers: what is saved in between is replayed, and found to be late the next time.
    replayed.recent |= set(numbers.values_list("pk", flat=True))
    events = AnswerEvent.objects.filter(**window).order_by("settlement_id", "pk")
    estimates = deque(DifficultyEstimate.objects.filter(**window).order_by("settlement_id", "pk"))
    for event in events.iterator(CHUNK):
        while estimates and estimates[0].settlement_id < (event.settlement_id or 0):
            _set(replayed, estimates.popleft())
        _take(replayed, event)
    for estimate in estimates:
        _set(replayed, estimate)
    replayed.last = until
    return is_all


def _end_of(ahead: QuerySet[Settlement], most: int | None) -> tuple[int | None, bool]:
    """Up to which settlement the next part goes, and whether nothing is left behind it."""
    last = ahead.order_by("-pk").values_list("pk", flat=True).first()
    if last is None or most is None:
        return last, True
    # A settlement's answers are never parted.
    events = AnswerEvent.objects.filter(settlement__in=ahead).order_by("settlement_id", "pk")
    end = events.values_list("settlement_id", flat=True)[most - 1 : most].first()
    return (last, True) if end is None else (end, end == last)


def _look_for_late(replayed: Replayed) -> None:
    behind = Settlement.objects.filter(pk__gt=replayed.last - LATE_BY, pk__lte=replayed.last)
    if set(behind.values_list("pk", flat=True)) - replayed.recent:
        raise Overtaken("An answer was settled before the place that the replay had come to.")


def _learn_statements(replayed: Replayed) -> None:
    rows = Statement.objects.filter(pk__gt=replayed.newest_statement).order_by("pk")
    for pk, topic_id, difficulty in rows.values_list("pk", "topic_id", "difficulty").iterator(CHUNK):
        replayed.items[pk] = Item(topic_id, ItemState(prior_of(difficulty)))
        replayed.newest_statement = pk


def _item(replayed: Replayed, pk: int) -> Item:
    if pk not in replayed.items:
        # Written before others that were there already when the replay learned of them.
        topic_id, difficulty = Statement.objects.values_list("topic_id", "difficulty").get(pk=pk)
        replayed.items[pk] = Item(topic_id, ItemState(prior_of(difficulty)))
    return replayed.items[pk]


def _set(replayed: Replayed, estimate: DifficultyEstimate) -> None:
    """What was estimated by night takes the place of what single answers had led to."""
    item = _item(replayed, estimate.statement_id)
    state = replace(item.state, estimate=Estimate(estimate.beta_mean, estimate.beta_var))
    replayed.items[estimate.statement_id] = replace(item, state=state)


def _take(replayed: Replayed, event: AnswerEvent) -> None:
    item = _item(replayed, event.statement_id)
    state = item.state
    if not state.first and event.beta_before is not None:
        # Until somebody moved it, the difficulty was that of the label it had then.
        state = replace(state, estimate=Estimate(event.beta_before, ITEM_VARIANCE))
    topics = replayed.skills.setdefault(event.player_id, {})
    skill = topics.get(item.topic_id)
    if skill is None:
        skill = SkillState(new_topic(mean_of([one.estimate.mean for one in topics.values()])))
    taken = step(skill, state, answered(event))
    topics[item.topic_id] = taken.skill
    moved = taken.item if taken.item.first else replace(taken.item, estimate=item.state.estimate)
    replayed.items[event.statement_id] = replace(item, state=moved)
    replayed.answers += 1
