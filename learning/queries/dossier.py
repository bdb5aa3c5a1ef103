"""All that a reviewer wants to see of one statement: source, similar ones, history, reports."""

from dataclasses import dataclass, field

from learning.models import Statement, StatementReport, StatementReview, StatementVersion
from learning.queries.bank import Chosen, review_queue
from learning.queries.fairness import Compared, compared_now
from learning.queries.likeness import Alike, similar_to
from npcs.models import KnowledgeItem

MAX_HISTORY = 20
MAX_REPORTS = 20


@dataclass(frozen=True, slots=True)
class Source:
    """The passage in which the quoted words stand, in three pieces; only the quote where it isn't found."""

    before: str = ""
    quote: str = ""
    after: str = ""
    item: KnowledgeItem | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    statement: Statement
    source: Source
    similar: list[Alike] = field(default_factory=list)
    reviews: list[StatementReview] = field(default_factory=list)
    versions: list[StatementVersion] = field(default_factory=list)
    reports: list[StatementReport] = field(default_factory=list)
    fairness: list[Compared] = field(default_factory=list)

    @property
    def right_percent(self) -> int | None:
        count = self.statement.n_first
        return round(100 * self.statement.n_first_correct / count) if count else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reviewer is in the queue; keys of the neighbours, None at its ends."""

    statement: Statement | None
    number: int
    total: int
    before: Statement | None = None
    after: Statement | None = None


def dossier_of(statement: Statement) -> Dossier:
    """In a constant number of queries."""
    return Dossier(
        statement=statement,
        source=source_of(statement),
        similar=similar_to(statement),
        reviews=list(statement.reviews.select_related("reviewer__profile").order_by("-pk")[:MAX_HISTORY]),
        versions=list(statement.versions.order_by("-version")[:MAX_HISTORY]),
        reports=list(statement.reports.select_related("player").order_by("-pk")[:MAX_REPORTS]),
        fairness=compared_now(statement),
    )


def source_of(statement: Statement) -> Source:
    quote = statement.source_span
    if not quote or statement.source_doc_id is None:
        return Source(quote=quote)
    items = KnowledgeItem.objects.filter(file=statement.source_doc_id, text__contains=quote)
    item = items.select_related("file").defer("embedding").order_by("position").first()
    if item is None:
        return Source(quote=quote)
    before, _, after = item.text.partition(quote)
    return Source(before, quote, after, item)


def place_in_queue(chosen: Chosen, *, uuid: str = "") -> Place:
    """The statement with this id, or the first one that waits."""
    queue = review_queue(chosen).order_by("pk")
    total = queue.count()
    statement = queue.filter(uuid=uuid).first() if uuid else queue.first()
    if statement is None:
        return Place(None, 0, total)
    return Place(
        statement,
        number=queue.filter(pk__lte=statement.pk).count(),
        total=total,
        before=queue.filter(pk__lt=statement.pk).order_by("-pk").first(),
        after=queue.filter(pk__gt=statement.pk).first(),
    )
