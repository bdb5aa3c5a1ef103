"""Files of statements, in and out, and pools made from notes."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from learning.actions.generation import start_generation
from learning.actions.imports import discard, receive_file, take_over, topic_named
from learning.actions.pools import keep_until
from learning.bank_forms import ExportForm, GenerationForm, ImportForm, PoolDateForm
from learning.models import GenerationRun, ImportRow, ImportRun, StatementPool
from learning.permissions import may_author
from learning.queries.bank import bank
from learning.queries.exports import TooManyStatements, exported
from learning.queries.performance import pool_performance
from padawanforge.kit.access import requires
from padawanforge.kit.errors import DomainError
from padawanforge.kit.paging import Page, page_of

ROWS_ON_A_PAGE, RUNS_ON_A_PAGE = 100, 25


@requires(may_author)
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = receive_file(
                player=request.user,
                data=file.read(),
                file_name=file.name,
                kind=form.cleaned_data["file_format"],
                topic=form.cleaned_data["topic"],
                difficulty=form.cleaned_data["difficulty"],
            )
        except DomainError as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("learning:import", run.uuid)
    runs = _page(request, ImportRun.objects.filter(player=request.user), RUNS_ON_A_PAGE, "-pk")
    context = {"form": form, "page": runs, "export_form": ExportForm()}
    return render(request, "learning/bank/imports.html", context, status=422 if form.errors else 200)


@requires(may_author)
@require_safe
def import_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A verdict for each row; the page asks again while the file is being read."""
    run = get_object_or_404(ImportRun.objects.filter(player=request.user), uuid=uuid)
    rows = ImportRow.objects.filter(run=run).select_related("alike", "statement")
    verdict = request.GET.get("verdict", "")
    if verdict in ImportRow.Verdict.values:
        rows = rows.filter(verdict=verdict)
    labels = dict(ImportRow.Verdict.choices)
    context = {
        "run": run, "page": _page(request, rows, ROWS_ON_A_PAGE, "position", "pk"), "verdict": verdict,
        "counts": [(key, labels[key], count) for key, count in sorted(run.counts.items()) if key in labels],
        "good": run.counts.get("new", 0), "near": run.counts.get("near", 0),
    }  # fmt: skip
    template = "learning/bank/_import.html" if request.htmx else "learning/bank/import_detail.html"
    return render(request, template, context)


@requires(may_author)
@require_POST
def import_take(request: HttpRequest, uuid: UUID) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.filter(player=request.user), uuid=uuid)
    try:
        count = take_over(run=run, player=request.user, with_near="near" in request.POST, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{count} statement{'' if count == 1 else 's'} wait for review.")
    return redirect("learning:import", run.uuid)


@requires(may_author)
@require_POST
def import_discard(request: HttpRequest, uuid: UUID) -> HttpResponse:
    discard(runs=ImportRun.objects.filter(player=request.user, uuid=uuid))
    messages.success(request, "Thrown away.")
    return redirect("learning:imports")


@requires(may_author)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    form = ExportForm(request.GET)
    if not form.is_valid():
        messages.error(request, "Choose one of the formats.")
        return redirect("learning:imports")
    try:
        kind, data = exported(bank(form.chosen()), kind=form.cleaned_data["file_format"])
    except TooManyStatements as problem:
        messages.error(request, str(problem))
        return redirect("learning:imports")
    answer = HttpResponse(data, content_type=kind.mime)
    answer["Content-Disposition"] = f'attachment; filename="statements{kind.ending}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@requires(may_author)
@require_http_methods(["GET", "HEAD", "POST"])
def generation(request: HttpRequest) -> HttpResponse:
    form = GenerationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            start_generation(
                npc=values["npc"],
                topic=values["topic"] or topic_named(values["new_topic"]),
                player=request.user,
                difficulty=values["difficulty"],
                wanted=values["wanted"],
                with_model=values["with_model"],
            )
        except DomainError as refusal:
            form.add_error("npc", str(refusal))
        else:
            return redirect("learning:generation")
    context = {"form": form, **_runs(request)}
    return render(request, "learning/bank/generation.html", context, status=422 if form.errors else 200)


@requires(may_author)
@require_safe
def generation_runs(request: HttpRequest) -> HttpResponse:
    """The list that the page asks for again while something is being made."""
    return render(request, "learning/bank/_generation_runs.html", _runs(request))


@requires(may_author)
@require_safe
def pools(request: HttpRequest) -> HttpResponse:
    rows = pool_performance(StatementPool.objects.select_related("npc", "topic"))
    return render(request, "learning/bank/pools.html", {"page": _page(request, rows, RUNS_ON_A_PAGE, "-pk")})


@requires(may_author)
@require_POST
def pool_date(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Until when the pool's statements can be trusted; no date: for ever."""
    pool = get_object_or_404(StatementPool, uuid=uuid)
    form = PoolDateForm(request.POST)
    try:
        if form.is_valid():
            keep_until(pool=pool, until=form.until(), now=timezone.now())
        else:
            messages.error(request, "This is no date.")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("learning:pools")


def _runs(request: HttpRequest) -> dict[str, object]:
    rows = GenerationRun.objects.select_related("npc", "topic", "pool")
    page = _page(request, rows, RUNS_ON_A_PAGE, "-pk")
    return {"page": page, "is_busy": any(run.state in ("waiting", "running") for run in page.rows)}


def _page(request: HttpRequest, rows: QuerySet, limit: int, *order: str) -> Page:
    try:
        return page_of(rows, order=order, cursor=request.GET.get("after", ""), limit=limit)
    except ValidationError:
        return page_of(rows, order=order, cursor="", limit=limit)
