from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from random import Random

from django.db.models import Count, Max, Q, QuerySet

from learning.models import AnswerEvent, Statement, Topic
from learning.rules.keys import key_order
from players.models import Player

NEVER = datetime.min.replace(tzinfo=UTC)
PLAYABLE = Q(statements__lifecycle=Statement.Lifecycle.APPROVED)


def topics_with_counts() -> QuerySet[Topic]:
    """Topics that can be played, with the number of approved statements as `playable`."""
    return (
        Topic.objects.annotate(playable=Count("statements", filter=PLAYABLE))
        .filter(playable__gt=0)
        .order_by("name")
    )


def pick_statements(
    *, topic: Topic, difficulty: str, count: int, rng: Random, avoid_recent_for: Iterable[Player] = ()
) -> list[Statement]:
    """Statements for a session, at most `count`: one variant of a fact, keys balanced, in playing order.

    An empty difficulty means all of them.
    """
    pool = candidates(topic=topic, difficulty=difficulty, rng=rng, avoid_recent_for=avoid_recent_for)
    return arranged(balanced(pool, count, rng), rng)


def other_sides(statements: Sequence[Statement]) -> dict[int, Statement]:
    """By statement another one that can be played, of the same fact and difficulty and with the other key."""
    facts = {
        (one.topic_id, one.fact_key, one.difficulty, not one.answer): one.pk
        for one in statements
        if one.fact_key
    }
    found = Statement.objects.playable().filter(
        topic__in={topic for topic, *_ in facts}, fact_key__in={fact for _, fact, *_ in facts}
    )
    sides: dict[int, Statement] = {}
    for one in found.order_by("usage_count", "pk"):
        pk = facts.get((one.topic_id, one.fact_key, one.difficulty, one.answer))
        if pk is not None:
            sides.setdefault(pk, one)
    return sides


def candidates(
    *, topic: Topic, difficulty: str, rng: Random, avoid_recent_for: Iterable[Player | int] = ()
) -> list[Statement]:
    """All that can be played, in the order in which it should be.

    What nearly everybody knows comes last of all. Before it what the players have answered (the longest ago
    first), and of the rest the least recently used comes first; chance decides only between equals.
    """
    statements = Statement.objects.playable().filter(topic=topic)
    if difficulty:
        statements = statements.filter(difficulty=difficulty)
    answered = dict(
        AnswerEvent.objects.filter(player__in=list(avoid_recent_for), statement__topic=topic)
        .values_list("statement_id")
        .annotate(Max("received_at"))
    )
    pool = list(statements.order_by("pk"))
    rng.shuffle(pool)
    pool.sort(key=lambda one: (one.is_too_easy, answered.get(one.pk, NEVER), one.last_used or NEVER))
    return pool


def balanced(pool: Sequence[Statement], count: int, rng: Random) -> list[Statement]:
    """One variant of each fact, earlier facts first, half of them true as far as the pool allows."""
    facts: dict[str, dict[bool, Statement]] = {}
    for statement in pool:
        variants = facts.setdefault(statement.fact_key or f"#{statement.pk}", {})
        variants.setdefault(statement.answer, statement)
    count = min(count, len(facts))
    room = dict(zip(rng.sample((True, False), 2), (count // 2, count - count // 2), strict=True))
    chosen = _facts_within(list(facts.values()), count, room)
    return [_variant(fact, room) for fact in sorted(chosen, key=len)]


def _facts_within(
    facts: Sequence[dict[bool, Statement]], count: int, room: dict[bool, int]
) -> list[dict[bool, Statement]]:
    """The first `count` facts that keep the balance; others only where the pool has too few of them.

    A fact with both variants fits everywhere, so only those with a single one use up a key's room.
    """
    used = {True: 0, False: 0}
    fitting: list[dict[bool, Statement]] = []
    others: list[dict[bool, Statement]] = []
    for fact in facts:
        key = next(iter(fact))
        fits = len(fact) == 2 or used[key] < room[key]
        if fits and len(fitting) < count:
            used[key] += len(fact) == 1
            fitting.append(fact)
        else:
            others.append(fact)
    return fitting + others[: count - len(fitting)]


def _variant(fact: dict[bool, Statement], room: dict[bool, int]) -> Statement:
    """The variant whose turn it is, or the other one when its key has no room left."""
    key = next(iter(fact))
    if room[key] <= 0 and len(fact) == 2:
        key = not key
    room[key] -= 1
    return fact[key]


def arranged(statements: Sequence[Statement], rng: Random) -> list[Statement]:
    """In random order, with keys as `learning.rules.keys.key_order` lays them."""
    piles = {key: [one for one in statements if one.answer is key] for key in (True, False)}
    for pile in piles.values():
        rng.shuffle(pile)
    order = key_order(trues=len(piles[True]), falses=len(piles[False]), rng=rng)
    return [piles[key].pop() for key in order]
