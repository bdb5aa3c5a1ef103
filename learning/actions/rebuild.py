"""Skills and difficulties found anew from the answers: the same steps, in the order of the settlements."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import Count, Max

from learning.actions.mastery import refresh_mastery
from learning.actions.skills import (
    answered,
    item_state,
    lock_players,
    skill_row,
    skill_state,
    store_item,
    store_skills,
)
from learning.models import AnswerEvent, Settlement, Statement, TopicSkill
from learning.queries.pools import pools_of
from learning.rules.skill import ITEM_VARIANCE, Estimate, mean_of, new_topic, prior_of
from learning.rules.steps import ItemState, SkillState, step
from padawanforge.kit.errors import DomainError

CHUNK = 2000
ATTEMPTS = 5
# SQL and Python add up in another order; what is smaller than this is rounding.
ROUNDING = 1e-6


class AnswersKeepComing(DomainError):
    pass


@dataclass(frozen=True, slots=True)
class Item:
    """A statement as it was written, and where the answers have led it."""

    topic_id: int
    state: ItemState


@dataclass(slots=True)
class Replayed:
    """`skills` by player and topic, `items` by statement, after the settlements that `mark` tells."""

    mark: tuple[int | None, int]
    skills: dict[int, dict[int, SkillState]] = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that isn't what the answers say; a state of None has no row, or should have none."""

    kind: str
    key: tuple[int, ...]
    stored: SkillState | ItemState | None
    replayed: SkillState | ItemState | None

    def __str__(self) -> str:
        return f"{self.kind} {'/'.join(map(str, self.key))}: {_figures(self.stored)} -> {_figures(self.replayed)}"


def differences() -> list[Difference]:
    """Where skills and statements are not what a replay of all answers finds."""
    return list(_compare(_replay()))


def rebuild() -> list[Difference]:
    """Write what the replay finds, also while people play; the differences that there were."""
    for _ in range(ATTEMPTS):
        replayed = _replay()
        found = list(_compare(replayed))
        if _write(found, replayed):
            refresh_mastery()
            return found
    raise AnswersKeepComing(
        "Answers came in faster than they could be replayed. Try again at a quieter hour."
    )


def _mark() -> tuple[int | None, int]:
    row = Settlement.objects.aggregate(last=Max("pk"), count=Count("pk"))
    return row["last"], row["count"]


def _replay() -> Replayed:
    replayed = Replayed(_mark())
    columns = Statement.objects.order_by("pk").values_list("pk", "topic_id", "difficulty")
    for pk, topic_id, difficulty in columns.iterator(CHUNK):
        replayed.items[pk] = Item(topic_id, ItemState(prior_of(difficulty)))
    events = AnswerEvent.objects.filter(settlement__isnull=False).order_by("settlement_id", "pk")
    for event in events.iterator(CHUNK):
        _take(replayed, event)
    return replayed


def _take(replayed: Replayed, event: AnswerEvent) -> None:
    item = replayed.items[event.statement_id]
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


def _compare(replayed: Replayed) -> Iterator[Difference]:
    for statement in Statement.objects.order_by("pk").iterator(CHUNK):
        item = replayed.items.get(statement.pk)
        if item and not _alike(item_state(statement), item.state):
            yield Difference("statement", (statement.pk,), item_state(statement), item.state)
    left = {(player, topic) for player, topics in replayed.skills.items() for topic in topics}
    for row in TopicSkill.objects.order_by("pk").iterator(CHUNK):
        key = (row.player_id, row.topic_id)
        left.discard(key)
        state = replayed.skills.get(row.player_id, {}).get(row.topic_id)
        if state is None or not _alike(skill_state(row), state):
            yield Difference("skill", key, skill_state(row), state)
    for player, topic in sorted(left):
        yield Difference("skill", (player, topic), None, replayed.skills[player][topic])


def _alike(stored: SkillState | ItemState, replayed: SkillState | ItemState) -> bool:
    ours, theirs = stored.estimate, replayed.estimate
    distance = abs(ours.mean - theirs.mean) + abs(ours.variance - theirs.variance)
    return distance <= ROUNDING and replace(stored, estimate=theirs) == replayed


@transaction.atomic
def _write(found: list[Difference], replayed: Replayed) -> bool:
    """False when answers were settled since the replay began: then what it found is old."""
    statements = sorted(one.key[0] for one in found if one.kind == "statement")
    list(
        Statement.objects.select_for_update(no_key=True)
        .filter(pk__in=statements)
        .order_by("pk")
        .values_list("pk")
    )
    lock_players(sorted({one.key[0] for one in found if one.kind == "skill"}))
    if _mark() != replayed.mark:
        return False
    rows = []
    for one in found:
        if isinstance(one.replayed, ItemState):
            store_item(statement_id=one.key[0], state=one.replayed)
        elif one.replayed is None:
            TopicSkill.objects.filter(player=one.key[0], topic=one.key[1]).delete()
        else:
            rows.append((one.key, one.replayed))
    pools = pools_of({topic for (_, topic), _ in rows})
    store_skills(
        [skill_row(player_id=key[0], topic_id=key[1], state=state, pool=pools[key[1]]) for key, state in rows]
    )
    return True


def _figures(state: SkillState | ItemState | None) -> str:
    if state is None:
        return "nothing"
    counts = [state.answers, state.rapid] if isinstance(state, SkillState) else [state.first, state.rapid]
    return (
        f"{state.estimate.mean:.3f} ± {state.estimate.variance**0.5:.3f} by {counts[0]} (+{counts[1]} rapid)"
    )
