"""Statements for programs: of those who author them, and of players who report one."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from learning.actions.generation import start_generation
from learning.actions.imports import ImportRefused, receive_file, take_over
from learning.actions.reports import rate_statement, report_statement
from learning.actions.review import Why, approve, reject, retire, submit
from learning.formats.kinds import FORMATS, WRITABLE
from learning.models import GenerationRun, ImportRow, ImportRun, Lifecycle, ReviewReason, Statement, Topic
from learning.models import StatementReport as Report
from learning.permissions import may_author, may_see_games
from learning.queries.bank import Chosen, bank
from learning.queries.exports import TooManyStatements, exported
from npcs.choices import Difficulty
from npcs.models import Npc
from padawanforge.kit import access
from padawanforge.kit.contents import from_base64
from padawanforge.kit.errors import DomainError
from padawanforge.kit.paging import MAX_CURSOR_LENGTH, page_of

router = Router(tags=["statements"])
ON_A_PAGE = 100
MAX_BASE64 = 1_900_000
SLUG = r"^[-a-zA-Z0-9_]{0,100}$"
CURSOR = Query("", max_length=MAX_CURSOR_LENGTH, description="`after` of the page before.")
MET = (Lifecycle.APPROVED, Lifecycle.SUSPECT, Lifecycle.SUSPENDED, Lifecycle.RETIRED)
VERBS = {"approve": approve, "reject": reject, "retire": retire}


class TooMuchForOneFile(DomainError):
    pass


class StatementOut(Schema):
    uuid: UUID
    text: str
    answer: bool
    explanation: str
    topic: str
    subtopic: str
    difficulty: str
    lifecycle: str
    version: int
    source: str
    source_reference: str
    fact_key: str
    lang: str
    reports: int


class StatementsOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    statements: list[StatementOut]
    after: str


class DecisionIn(Schema):
    statements: list[UUID] = Field(min_length=1, max_length=200)
    verb: Literal["approve", "reject", "retire", "submit"]
    reason: ReviewReason | None = None
    note: str = Field("", max_length=300)


class CountOut(Schema):
    count: int


class ReportIn(Schema):
    reason: Report.Reason
    note: str = Field("", max_length=500)


class RatingIn(Schema):
    stars: int | None = Field(None, ge=1, le=5)
    felt: Literal["", "easy", "fair", "hard"] = ""


class FileIn(Schema):
    """Files above 1 MB are sent on the page."""

    name: str = Field(min_length=1, max_length=200, description="With its ending, such as quiz.gift")
    text: str = Field("", max_length=1_000_000)
    base64: str = Field("", max_length=MAX_BASE64, description="Instead of `text`, for archives.")
    format: str = Field("", max_length=12, description=f"One of {', '.join(FORMATS)}; else it is recognised.")
    topic: str = Field("", pattern=SLUG, description="For rows that name none.")
    difficulty: Difficulty = Difficulty.BEGINNER

    def content(self) -> bytes:
        return from_base64(self.base64) if self.base64 else self.text.encode()


class RowOut(Schema):
    line: int
    verdict: str
    message: str
    text: str
    answer: bool | None
    alike: UUID | None
    statement: UUID | None


class ImportOut(Schema):
    """`state` is waiting, running, done or failed; a verdict for each row is there when it is done."""

    uuid: UUID
    name: str
    format: str
    state: str
    error: str
    counts: dict[str, int]
    is_taken_over: bool
    rows: list[RowOut]
    after: str


class TakeIn(Schema):
    near: bool = Field(False, description="Also rows that are very much like another statement.")


class GenerationIn(Schema):
    character: str = Field(pattern=SLUG)
    topic: str = Field(pattern=SLUG)
    difficulty: Difficulty = Difficulty.BEGINNER
    wanted: int = Field(20, ge=2, le=200)
    seed: int | None = Field(None, ge=0, lt=2**31)
    model: bool = False


class GenerationOut(Schema):
    uuid: UUID
    state: str
    error: str
    engine: str
    done: int
    total: int
    made: int
    dropped: dict[str, int]
    pool: UUID | None


@router.get("/statements", response={200: StatementsOut}, summary="The bank of statements")
@access.scope("statements:read")
@access.requires(may_author)
def list_statements(
    request: HttpRequest,
    search: str = Query("", max_length=200),
    topic: str = Query("", pattern=SLUG),
    lifecycle: Lifecycle | None = None,
    difficulty: Difficulty | None = None,
    cursor: str = CURSOR,
) -> dict[str, object]:
    """Statements with their keys, newest first; for those who author them."""
    chosen = Chosen(q=search, topic=topic, lifecycle=lifecycle or "", difficulty=difficulty or "")
    page = page_of(bank(chosen), order=("-pk",), cursor=cursor, limit=ON_A_PAGE)
    return {"statements": [_statement(row) for row in page.rows], "after": page.after}


@router.post("/statements/decisions", response={200: CountOut}, summary="Review statements")
@access.scope("statements:write")
@access.requires(may_author)
def decide_statements(request: HttpRequest, decision: DecisionIn) -> dict[str, int]:
    """Approve, reject, retire or submit many at once; how many changed their state."""
    statements = Statement.objects.filter(uuid__in=decision.statements)
    if decision.verb == "submit":
        return {"count": submit(statements=statements, player=request.user)}
    why = Why(decision.reason or "", decision.note)
    return {"count": VERBS[decision.verb](statements=statements, player=request.user, why=why)}


@router.get("/statements/export", response={200: bytes, 409: dict}, summary="Statements as a file")
@access.scope("statements:read")
@access.requires(may_author)
def export_statements(
    request: HttpRequest,
    format: Literal[tuple(WRITABLE)] = "archive",  # type: ignore[valid-type]
    topic: str = Query("", pattern=SLUG),
    lifecycle: Lifecycle | None = None,
) -> HttpResponse:
    """At most 5,000 statements, in the order of their topics."""
    try:
        kind, data = exported(bank(Chosen(topic=topic, lifecycle=lifecycle or "")), kind=format)
    except TooManyStatements as problem:
        raise TooMuchForOneFile(str(problem)) from problem
    answer = HttpResponse(data, content_type=kind.mime)
    answer["Content-Disposition"] = f'attachment; filename="statements{kind.ending}"'
    return answer


@router.post("/statements/imports", response={201: ImportOut, 404: dict}, summary="Bring in a file")
@access.scope("statements:write")
@access.requires(may_author)
def add_import(request: HttpRequest, file: FileIn) -> Status:
    """Keep a file; it is looked at in the background, and nothing of it is stored before it is taken over."""
    if file.format and file.format not in FORMATS:
        raise ImportRefused(f"There is no format {file.format!r}.")
    topic = get_object_or_404(Topic, slug=file.topic) if file.topic else None
    run = receive_file(
        player=request.user,
        data=file.content(),
        file_name=file.name,
        kind=file.format,
        topic=topic,
        difficulty=file.difficulty,
    )
    return Status(201, _import(run, cursor=""))


@router.get("/statements/imports/{uuid:uuid}", response={200: ImportOut}, summary="A file's rows")
@access.scope("statements:write")
@access.requires(may_author)
def read_import(request: HttpRequest, uuid: UUID, cursor: str = CURSOR) -> dict[str, object]:
    """How far it is, and a verdict for each row."""
    return _import(get_object_or_404(_own_imports(request), uuid=uuid), cursor=cursor)


@router.post("/statements/imports/{uuid:uuid}/take", response={200: CountOut}, summary="Take over")
@access.scope("statements:write")
@access.requires(may_author)
def take_import(request: HttpRequest, uuid: UUID, choice: TakeIn) -> dict[str, int]:
    """Put the new rows into the bank, where they wait for review; once for a file."""
    run = get_object_or_404(_own_imports(request), uuid=uuid)
    count = take_over(run=run, player=request.user, with_near=choice.near, now=timezone.now())
    return {"count": count}


@router.post("/statements/generations", response={201: GenerationOut, 404: dict}, summary="Make from notes")
@access.scope("statements:write")
@access.requires(may_author)
def add_generation(request: HttpRequest, wish: GenerationIn) -> Status:
    """Have statements made from a character's notes, in the background; they wait for review then."""
    run = start_generation(
        npc=get_object_or_404(Npc, slug=wish.character),
        topic=get_object_or_404(Topic, slug=wish.topic),
        player=request.user,
        difficulty=wish.difficulty,
        wanted=wish.wanted,
        with_model=wish.model,
        seed=wish.seed,
    )
    return Status(201, _generation(run))


@router.get("/statements/generations/{uuid:uuid}", response={200: GenerationOut}, summary="How far it is")
@access.scope("statements:write")
@access.requires(may_author)
def read_generation(request: HttpRequest, uuid: UUID) -> dict[str, object]:
    """How far the making is, what came of it and what was left out."""
    return _generation(get_object_or_404(GenerationRun.objects.select_related("pool"), uuid=uuid))


@router.post("/statements/{uuid:uuid}/reports", response={204: None}, summary="Report a statement")
@access.scope("rooms:write")
@access.requires(may_see_games)
def add_report(request: HttpRequest, uuid: UUID, report: ReportIn) -> Status:
    """Say that something is wrong with it, before or after answering; again changes what was said."""
    report_statement(statement=_met(uuid), player=request.user, reason=report.reason, note=report.note)
    return Status(204, None)


@router.put("/statements/{uuid:uuid}/rating", response={204: None}, summary="Rate a statement")
@access.scope("rooms:write")
@access.requires(may_see_games)
def set_rating(request: HttpRequest, uuid: UUID, rating: RatingIn) -> Status:
    """How good it was (stars) and how hard it seemed; the last word counts."""
    rate_statement(statement=_met(uuid), player=request.user, stars=rating.stars, felt=rating.felt)
    return Status(204, None)


def _met(uuid: UUID) -> Statement:
    return get_object_or_404(Statement.objects.filter(lifecycle__in=MET), uuid=uuid)


def _own_imports(request: HttpRequest) -> Any:
    return ImportRun.objects.filter(player=request.user)


def _statement(row: Statement) -> dict[str, object]:
    names = (
        "uuid", "text", "answer", "explanation", "subtopic", "difficulty", "lifecycle", "version", "source",
        "source_reference", "fact_key", "lang",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "topic": row.topic.slug,
        "reports": row.report_count,
    }


def _import(run: ImportRun, *, cursor: str) -> dict[str, object]:
    rows = ImportRow.objects.filter(run=run).select_related("alike", "statement")
    page = page_of(rows, order=("position", "pk"), cursor=cursor, limit=ON_A_PAGE)
    return {
        "uuid": run.uuid,
        "name": run.file_name,
        "format": run.file_format,
        "state": run.state,
        "error": run.last_error,
        "counts": run.counts,
        "is_taken_over": run.applied_at is not None,
        "rows": [_row(row) for row in page.rows],
        "after": page.after,
    }


def _row(row: ImportRow) -> dict[str, object]:
    return {
        **{name: getattr(row, name) for name in ("line", "verdict", "message", "text", "answer")},
        "alike": row.alike.uuid if row.alike else None,
        "statement": row.statement.uuid if row.statement else None,
    }


def _generation(run: GenerationRun) -> dict[str, object]:
    names = ("uuid", "state", "engine", "done", "total", "made", "dropped")
    return {
        **{name: getattr(run, name) for name in names},
        "error": run.last_error,
        "pool": run.pool.uuid if run.pool else None,
    }
