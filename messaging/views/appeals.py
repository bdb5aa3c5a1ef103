"""Settings, Measures: what was done against the player, why, until when, and his answer."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from messaging.actions.appeals import appeal as make_appeal
from messaging.forms import AppealForm
from messaging.models import Sanction
from messaging.queries.moderation import measures_of
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError


@access.signed_in
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    return render(request, "messaging/measures.html", {"measures": measures_of(request.user, timezone.now())})


@access.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, uuid: UUID) -> HttpResponse:
    sanction = get_object_or_404(Sanction, uuid=uuid, target=request.user)
    form = AppealForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            make_appeal(
                sanction=sanction, by=request.user, text=form.cleaned_data["text"], now=timezone.now()
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your appeal is on its way. You will hear of the decision.")
            return redirect("messaging:measures")
    context = {"form": form, "sanction": sanction}
    return render(request, "messaging/appeal.html", context, status=422 if form.errors else 200)
