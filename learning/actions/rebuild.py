"""Skills and difficulties found anew from the answers: the same steps, in the order of the settlements."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from learning.actions.mastery import refresh_mastery
from learning.actions.replaying import CHUNK, Item, Overtaken, Replayed, go_on
from learning.actions.skills import (
    ITEM_COLUMNS,
    item_row,
    item_state,
    lock_players,
    skill_row,
    skill_state,
    store_skills,
)
from learning.models import Statement, TopicSkill
from learning.queries.pools import pools_of
from learning.rules.skill import prior_of
from learning.rules.steps import ItemState, SkillState
from padawanforge.kit.errors import DomainError

ATTEMPTS = 5
# Rows that are written together: their players can't answer meanwhile, so not too many.
AT_ONCE = 500
# SQL and Python add up in another order; what is smaller than this is rounding.
ROUNDING = 1e-6


class AnswersKeepComing(DomainError):
    pass


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
    replayed = Replayed()
    go_on(replayed)
    return list(_compare(replayed))


def rebuild() -> list[Difference]:
    """Write what the replay finds, also while people play; the differences that there were."""
    found: list[Difference] = []
    for _ in range(ATTEMPTS):
        try:
            replayed = Replayed()
            while written := write(replayed):
                found += written
        except Overtaken:
            continue
        refresh_mastery()
        return found
    raise AnswersKeepComing(
        "Answers came in faster than they could be replayed. Try again at a quieter hour."
    )


def write(replayed: Replayed, *, most: int | None = None) -> list[Difference]:
    """Write the differences to the replay, all or so many; those that were written.

    Who answers in between is moved from figures of which some are old and some new, so it is done again until
    nothing differs.
    """
    go_on(replayed)
    found = list(_compare(replayed))[:most]
    written: list[Difference] = []
    for start in range(0, len(found), AT_ONCE):
        written += _write(found[start : start + AT_ONCE], replayed)
    return written


@transaction.atomic
def _write(found: Sequence[Difference], replayed: Replayed) -> list[Difference]:
    """Under the locks of the rows, behind which the replay is led to the newest of their answers."""
    statements = sorted(one.key[0] for one in found if one.kind == "statement")
    skills = {(one.key[0], one.key[1]) for one in found if one.kind == "skill"}
    players = sorted({player for player, _ in skills})
    locked = Statement.objects.select_for_update(no_key=True).filter(pk__in=statements).order_by("pk")
    rows = list(locked)
    lock_players(players)
    go_on(replayed)
    stored = {
        (row.player_id, row.topic_id): row
        for row in TopicSkill.objects.filter(player__in=players).order_by("pk")
    }
    items = list(_compare_statements(rows, replayed))
    moved = [one for one in (_skill(key, stored.get(key), replayed) for key in sorted(skills)) if one]
    _store(items, moved)
    return items + moved


def _store(items: Sequence[Difference], skills: Sequence[Difference]) -> None:
    states = {one.key[0]: one.replayed for one in items}
    changed = [
        item_row(statement_id=pk, state=state) for pk, state in states.items() if isinstance(state, ItemState)
    ]
    Statement.objects.bulk_update(changed, ITEM_COLUMNS, batch_size=AT_ONCE)
    kept = [(one.key, one.replayed) for one in skills if isinstance(one.replayed, SkillState)]
    pools = pools_of({topic for (_, topic), _ in kept})
    store_skills(
        [skill_row(player_id=key[0], topic_id=key[1], state=state, pool=pools[key[1]]) for key, state in kept]
    )
    for one in skills:
        if one.replayed is None:
            TopicSkill.objects.filter(player=one.key[0], topic=one.key[1]).delete()


def _compare(replayed: Replayed) -> Iterator[Difference]:
    yield from _compare_statements(Statement.objects.order_by("pk").iterator(CHUNK), replayed)
    left = {(player, topic) for player, topics in replayed.skills.items() for topic in topics}
    for row in TopicSkill.objects.order_by("pk").iterator(CHUNK):
        key = (row.player_id, row.topic_id)
        left.discard(key)
        if (difference := _skill(key, row, replayed)) is not None:
            yield difference
    for key in sorted(left):
        yield Difference("skill", key, None, replayed.skills[key[0]][key[1]])


def _compare_statements(rows: Iterable[Statement], replayed: Replayed) -> Iterator[Difference]:
    for row in rows:
        item = replayed.items.get(row.pk)
        if item and not _alike(item_state(row), state := _as_labelled(item, row)):
            yield Difference("statement", (row.pk,), item_state(row), state)


def _as_labelled(item: Item, row: Statement) -> ItemState:
    """Until somebody moved it, the difficulty is that of the label, which may have changed since the reading."""
    return item.state if item.state.first else replace(item.state, estimate=prior_of(row.difficulty))


def _skill(key: tuple[int, int], row: TopicSkill | None, replayed: Replayed) -> Difference | None:
    state = replayed.skills.get(key[0], {}).get(key[1])
    stored = skill_state(row) if row else None
    if stored == state or (stored is not None and state is not None and _alike(stored, state)):
        return None
    return Difference("skill", key, stored, state)


def _alike(stored: SkillState | ItemState, replayed: SkillState | ItemState) -> bool:
    ours, theirs = stored.estimate, replayed.estimate
    distance = abs(ours.mean - theirs.mean) + abs(ours.variance - theirs.variance)
    return distance <= ROUNDING and replace(stored, estimate=theirs) == replayed


def _figures(state: SkillState | ItemState | None) -> str:
    if state is None:
        return "nothing"
    counts = [state.answers, state.rapid] if isinstance(state, SkillState) else [state.first, state.rapid]
    return (
        f"{state.estimate.mean:.3f} ± {state.estimate.variance**0.5:.3f} by {counts[0]} (+{counts[1]} rapid)"
    )
