"""What a player has planned to say: the list, and the form of one message."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from messaging.actions import scheduled
from messaging.forms import ScheduleForm
from messaging.models import Channel, ScheduledMessage
from messaging.permissions import may_post
from messaging.queries.channels import places
from messaging.queries.keeping import scheduled_of, scheduled_one
from messaging.views.lookups import channel_of
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError


@access.signed_in
@require_safe
@never_cache
def scheduled_list(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after", "")
    try:
        page = scheduled_of(request.user, after=after)
    except ValidationError:
        raise Http404 from None
    where = places(sorted({(row.channel_id, row.channel.kind) for row in page.rows}))
    for row in page.rows:
        row.place = where[row.channel_id]
    return render(request, "messaging/scheduled.html", {"page": page, "is_later_page": bool(after)})


@access.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def scheduled_new(request: HttpRequest, room: UUID) -> HttpResponse:
    channel = channel_of(request, room)
    if not may_post(request.user, channel):
        raise Http404
    form = ScheduleForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            scheduled.plan(channel=channel, player=request.user, now=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The message is planned.")
            return redirect("messaging:scheduled")
    return _form(request, form, channel)


@access.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def scheduled_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    planned = _own(request, uuid)
    written = {"text": planned.text, "due_at": timezone.localtime(planned.due_at)}
    form = ScheduleForm(request.POST if request.method == "POST" else None, initial=written)
    if form.is_valid():
        try:
            scheduled.change(planned=planned, now=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The message is changed.")
            return redirect("messaging:scheduled")
    return _form(request, form, planned.channel, planned)


@access.signed_in
@require_POST
def scheduled_call_off(request: HttpRequest, uuid: UUID) -> HttpResponse:
    try:
        scheduled.call_off(planned=_own(request, uuid))
        messages.success(request, "The message is called off.")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("messaging:scheduled")


def _own(request: HttpRequest, uuid: UUID) -> ScheduledMessage:
    # Who changes one that was said meanwhile hears that he comes too late, and keeps what he wrote.
    planned = scheduled_one(request.user, uuid, with_said=request.method == "POST")
    if planned is None:
        raise Http404
    return planned


def _form(
    request: HttpRequest, form: ScheduleForm, channel: Channel, planned: ScheduledMessage | None = None
) -> HttpResponse:
    place = places([(channel.pk, channel.kind)])[channel.pk]
    context = {"form": form, "place": place, "planned": planned}
    return render(request, "messaging/scheduled_form.html", context, status=422 if form.is_bound else 200)
