"""What players say about a statement, wherever they meet it; nothing here shows a key."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from learning.actions.reports import rate_statement, report_statement
from learning.bank_forms import RatingForm, ReportForm
from learning.models import Lifecycle, Statement
from learning.permissions import may_see_games
from padawanforge.kit.access import requires
from padawanforge.kit.errors import DomainError

# What was never played nobody has met.
MET = (Lifecycle.APPROVED, Lifecycle.SUSPECT, Lifecycle.SUSPENDED, Lifecycle.RETIRED)


@requires(may_see_games)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, uuid: UUID) -> HttpResponse:
    statement = get_object_or_404(Statement.objects.filter(lifecycle__in=MET), uuid=uuid)
    form = ReportForm(request.POST if request.method == "POST" else None)
    wanted = request.POST.get("next") or request.GET.get("next", "")
    back = wanted if _is_ours(request, wanted) else ""
    if request.method == "POST" and form.is_valid():
        try:
            report_statement(statement=statement, player=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Thank you. Somebody will look at it.")
            if request.htmx:
                return render(request, "learning/_reported.html")
            return redirect(back or "learning:due")
    context = {"form": form, "statement": statement, "next": back}
    template = "learning/_report_form.html" if request.htmx else "learning/report.html"
    return render(request, template, context, status=422 if form.errors else 200)


@requires(may_see_games)
@require_POST
def rate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    statement = get_object_or_404(Statement.objects.filter(lifecycle__in=MET), uuid=uuid)
    form = RatingForm(request.POST)
    if form.is_valid() and (form.cleaned_data["stars"] or form.cleaned_data["felt"]):
        rate_statement(statement=statement, player=request.user, **form.cleaned_data)
        status = 204
    else:
        status = 422
    if request.htmx:
        return HttpResponse(status=status)
    wanted = request.POST.get("next", "")
    return redirect(wanted if _is_ours(request, wanted) else "learning:due")


def _is_ours(request: HttpRequest, wanted: str) -> bool:
    return wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}
    )
