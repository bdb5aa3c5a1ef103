"""The bank of statements for those who author it: shelves, the queue of reviews, and what goes into files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from learning.formats.item import Item
from learning.models import Lifecycle, Statement, Topic
from padawanforge.kit import fulltext

CHUNK = 500
# What is new, and what answers or reports cast doubt on.
WAITING = (Lifecycle.PENDING, Lifecycle.SUSPECT, Lifecycle.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody has asked for; empty means all."""

    q: str = ""
    topic: str = ""
    lifecycle: str = ""
    difficulty: str = ""
    source: str = ""
    pool: str = ""
    order: tuple[str, ...] = field(default=("-pk",))


def bank(chosen: Chosen) -> QuerySet[Statement]:
    statements = Statement.objects.select_related("topic", "created_by__profile")
    if chosen.q.strip():
        statements = fulltext.matching(statements, chosen.q)
    named = {
        "topic__slug": chosen.topic,
        "lifecycle": chosen.lifecycle,
        "difficulty": chosen.difficulty,
        "source": chosen.source,
        "pools__uuid": chosen.pool,
    }
    return statements.filter(**{name: value for name, value in named.items() if value})


def review_queue(chosen: Chosen) -> QuerySet[Statement]:
    """What waits for a decision, the oldest first; what players or answers doubt is part of it."""
    found = bank(chosen)
    return found if chosen.lifecycle else found.filter(lifecycle__in=WAITING)


def lifecycle_counts() -> dict[str, int]:
    """How many statements are in each state, in the order of a life."""
    rows = Statement.objects.order_by().values_list("lifecycle").annotate(count=Count("pk"))
    counts = dict(rows)
    return {str(state): counts.get(state, 0) for state in Lifecycle}


def topics_of_bank() -> QuerySet[Topic]:
    """All topics with the number of statements that are approved, that wait, and in all."""
    waiting = Q(statements__lifecycle__in=WAITING)
    return Topic.objects.annotate(
        total=Count("statements"),
        approved=Count("statements", filter=Q(statements__lifecycle=Lifecycle.APPROVED)),
        waiting=Count("statements", filter=waiting),
    ).order_by("name")


def items_of(statements: QuerySet[Statement]) -> Iterator[Item]:
    """As files carry them, topic by topic."""
    rows = statements.select_related("topic").order_by("topic__name", "pk")
    return (_item(row) for row in rows.iterator(CHUNK))


def _item(row: Statement) -> Item:
    return Item(
        text=row.text,
        answer=row.answer,
        explanation=row.explanation,
        topic=row.topic.name,
        subtopic=row.subtopic,
        difficulty=row.difficulty,
        source=row.source_reference,
        quote=row.source_span,
        fact_key=row.fact_key,
        lang=row.lang,
    )


def by_hash(hashes: Iterable[str]) -> dict[str, Statement]:
    """Statements with these hashes, one each, whatever became of them."""
    wanted = sorted(set(hashes))
    found: dict[str, Statement] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = Statement.objects.filter(content_hash__in=wanted[start : start + CHUNK]).order_by("-pk")
        found |= {row.content_hash: row for row in rows.only("pk", "content_hash", "answer")}
    return found
