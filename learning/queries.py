from collections.abc import Iterable
from random import Random

from django.db.models import Count, Q, QuerySet

from learning.models import AnswerEvent, Statement, Topic
from players.models import Player

MAX_SAME_KEY_IN_A_ROW = 4
PLAYABLE = Q(statements__lifecycle=Statement.Lifecycle.APPROVED)


def topics_with_counts() -> QuerySet[Topic]:
    """Topics that can be played, with the number of approved statements as `playable`."""
    return (
        Topic.objects.annotate(playable=Count("statements", filter=PLAYABLE))
        .filter(playable__gt=0)
        .order_by("name")
    )


def answers_today(player: Player, since: object) -> bool:
    """Whether the player has answered in a session since the moment."""
    return AnswerEvent.objects.filter(
        player=player, received_at__gte=since, session_uuid__isnull=False
    ).exists()


def pick_statements(
    *, topic: Topic, difficulty: str, count: int, rng: Random, seen_by: Iterable[int] = ()
) -> list[Statement]:
    """Statements for a session, at most `count`: one variant of a fact, keys balanced, the least used first.

    `seen_by` are ids of players: what they answered lately comes last.
    """
    statements = Statement.objects.playable().filter(topic=topic)
    if difficulty:
        statements = statements.filter(difficulty=difficulty)
    recent = set(
        AnswerEvent.objects.filter(player_id__in=list(seen_by), statement__topic=topic)
        .order_by("-received_at")
        .values_list("statement_id", flat=True)[:200]
    )
    pool = list(statements.order_by("pk"))
    rng.shuffle(pool)
    pool.sort(key=lambda statement: (statement.pk in recent, statement.usage_count))
    return arranged(balanced(pool, count), rng)


def balanced(pool: list[Statement], count: int) -> list[Statement]:
    """The first of each fact, as many true as false ones as far as the pool allows."""
    chosen: list[Statement] = []
    facts: set[str] = set()
    left = {True: (count + 1) // 2, False: count // 2}
    for is_strict in (True, False):
        for statement in pool:
            fact = statement.fact_key or f"#{statement.pk}"
            if len(chosen) >= count or fact in facts or (is_strict and not left[statement.answer]):
                continue
            chosen.append(statement)
            facts.add(fact)
            left[statement.answer] = max(left[statement.answer] - 1, 0)
    return chosen


def arranged(statements: list[Statement], rng: Random) -> list[Statement]:
    """In random order, but never more than four equal keys in a row where that can be helped."""
    piles = {key: [s for s in statements if s.answer == key] for key in (True, False)}
    for pile in piles.values():
        rng.shuffle(pile)
    ordered: list[Statement] = []
    while piles[True] or piles[False]:
        share = len(piles[True]) / (len(piles[True]) + len(piles[False]))
        key = rng.random() < share
        last = [statement.answer for statement in ordered[-MAX_SAME_KEY_IN_A_ROW:]]
        if len(last) == MAX_SAME_KEY_IN_A_ROW and last == [key] * MAX_SAME_KEY_IN_A_ROW:
            key = not key
        ordered.append((piles[key] or piles[not key]).pop())
    return ordered
