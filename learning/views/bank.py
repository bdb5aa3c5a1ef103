"""The bank of statements for those who author it: the list, the forms, the queue of reviews."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from learning.actions.reports import resolve_reports
from learning.actions.review import Why, approve, reject, retire, submit
from learning.actions.statements import create_statement, revise_statement
from learning.bank_forms import BankForm, DecisionForm, StatementForm
from learning.models import ReviewReason, Statement
from learning.permissions import may_author
from learning.queries.bank import bank, lifecycle_counts, topics_of_bank
from learning.queries.dossier import dossier_of, place_in_queue
from padawanforge.kit.access import requires
from padawanforge.kit.errors import DomainError
from padawanforge.kit.paging import page_of

ON_A_PAGE = 50
VERBS = {"approve": approve, "reject": reject, "retire": retire}
DONE = {
    "approve": "approved: they are played from now on.",
    "reject": "back among the drafts.",
    "retire": "out of play for good.",
    "submit": "waiting for review.",
}


@requires(may_author)
@require_safe
def statement_list(request: HttpRequest) -> HttpResponse:
    form = BankForm(request.GET)
    chosen = form.chosen()
    try:
        page = page_of(bank(chosen), order=("-pk",), cursor=request.GET.get("after", ""), limit=ON_A_PAGE)
    except ValidationError:
        return redirect("learning:statements")
    context = {
        "form": form, "chosen": chosen, "page": page, "topics": topics_of_bank(), "counts": lifecycle_counts(),
        "reasons": ReviewReason.choices, "query": _without(request.GET, "after"),
    }  # fmt: skip
    return render(request, "learning/bank/statements.html", context)


@requires(may_author)
@require_http_methods(["GET", "HEAD", "POST"])
def statement_new(request: HttpRequest) -> HttpResponse:
    form = StatementForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        statement = form.save(commit=False)
        if _stored(form, lambda: create_statement(
            statement=statement, player=request.user, is_draft="draft" in request.POST
        )):  # fmt: skip
            messages.success(request, "Stored. It is played when somebody has approved it.")
            return redirect("learning:statement", statement.uuid)
    status = 422 if form.errors else 200
    return render(request, "learning/bank/statement_form.html", {"form": form}, status=status)


@requires(may_author)
@require_http_methods(["GET", "HEAD", "POST"])
def statement_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    statement = get_object_or_404(Statement, uuid=uuid)
    form = StatementForm(request.POST if request.method == "POST" else None, instance=statement)
    if request.method == "POST" and form.is_valid():
        changed = form.save(commit=False)
        if _stored(form, lambda: revise_statement(statement=changed)):
            messages.success(request, "Stored.")
            return redirect("learning:statement", statement.uuid)
    context = {"form": form, "statement": statement}
    return render(request, "learning/bank/statement_form.html", context, status=422 if form.errors else 200)


@requires(may_author)
@require_safe
def statement_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    statement = get_object_or_404(
        Statement.objects.select_related("topic", "created_by__profile", "source_doc"), uuid=uuid
    )
    context = {"dossier": dossier_of(statement), "statement": statement, "reasons": ReviewReason.choices}
    return render(request, "learning/bank/statement_detail.html", context)


@requires(may_author)
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """One statement after another, by keys or by touch."""
    form = BankForm(request.GET)
    chosen = form.chosen()
    at = request.GET.get("at", "")
    place = place_in_queue(chosen, uuid=at if _is_uuid(at) else "")
    if place.statement is None and at:
        place = place_in_queue(chosen)
    context = {
        "place": place, "statement": place.statement, "form": form, "chosen": chosen,
        "query": _without(request.GET, "at"), "reasons": ReviewReason.choices,
        "dossier": dossier_of(place.statement) if place.statement else None,
    }  # fmt: skip
    return render(request, "learning/bank/review.html", context)


@requires(may_author)
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """About the statement under review, or about all that were ticked in the list."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        errors = [error for found in form.errors.values() for error in found]
        messages.error(request, "Choose at least one statement and what to do. " + " ".join(errors[:1]))
        return redirect(_back(request))
    values = form.cleaned_data
    if values["verb"] == "submit":
        count = submit(statements=values["statements"], player=request.user)
    else:
        why = Why(values["reason"], values["note"])
        count = VERBS[values["verb"]](statements=values["statements"], player=request.user, why=why)
    messages.success(request, f"{count} statement{'' if count == 1 else 's'} {DONE[values['verb']]}")
    return redirect(_back(request))


@requires(may_author)
@require_POST
def reports_resolve(request: HttpRequest, uuid: UUID) -> HttpResponse:
    statement = get_object_or_404(Statement, uuid=uuid)
    are_right = request.POST.get("verdict") == "right"
    count = resolve_reports(statement=statement, player=request.user, are_right=are_right)
    word = "confirmed" if are_right else "dismissed"
    messages.success(request, f"{count} report{'' if count == 1 else 's'} {word}.")
    return redirect(_back(request))


def _stored(form: StatementForm, store: Callable[[], object]) -> bool:
    """False when it can't be, with the reason in the form."""
    try:
        with transaction.atomic():
            store()
    except IntegrityError:
        form.add_error("text", "This topic has the same sentence already.")
    except DomainError as refusal:
        form.add_error("answer", str(refusal))
    return not form.errors


def _back(request: HttpRequest) -> str:
    """To the page that the form was on, if it is one of ours."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_ours and wanted.startswith("/") else "learning:review"


def _without(given: QueryDict, name: str) -> str:
    kept = given.copy()
    kept.pop(name, None)
    return kept.urlencode()


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
