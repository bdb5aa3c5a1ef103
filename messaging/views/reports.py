"""Telling those who review: about a message, a player, a room."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from messaging import kinds
from messaging.actions.reports import Subject, about_message, about_player, about_room
from messaging.actions.reports import report as make_report
from messaging.forms import ReportForm
from messaging.models import Channel
from messaging.permissions import may_read, message_for
from messaging.refusals import MessageGone
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.queries.cards import seen_player


@access.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def report_message(request: HttpRequest, uuid: UUID) -> HttpResponse:
    try:
        message = message_for(request.user, uuid)
    except MessageGone:
        raise Http404 from None
    author = message.author.name if message.author else "the system"
    shown = {"what": f"a message by {author}", "quote": message.shown_text}
    return _answer(request, about_message(message), shown, back=_address_of(message.channel))


@access.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def report_player(request: HttpRequest, username: str) -> HttpResponse:
    found = seen_player(request.user, username)
    if found is None:
        raise Http404
    player, _ = found
    shown = {"what": player.name, "quote": ""}
    return _answer(request, about_player(player), shown, back=player.get_absolute_url())


@access.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def report_room(request: HttpRequest, uuid: UUID) -> HttpResponse:
    channel = get_object_or_404(Channel, uuid=uuid)
    if not may_read(request.user, channel):
        raise Http404
    titles = kinds.get(channel.kind).titles([channel.pk])
    shown = {"what": titles.get(channel.pk) or "this place", "quote": ""}
    return _answer(request, about_room(channel), shown, back=_address_of(channel))


def _answer(request: HttpRequest, subject: Subject, shown: dict[str, str], *, back: str) -> HttpResponse:
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            make_report(subject=subject, by=request.user, now=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Thank you. Somebody will look at it, and you will hear of it.")
            return redirect(back)
    context = {"form": form, "back": back, **shown}
    return render(request, "messaging/report.html", context, status=422 if form.errors else 200)


def _address_of(channel: Channel) -> str:
    addresses = kinds.get(channel.kind).addresses([channel.pk])
    return addresses.get(channel.pk) or reverse("messaging:notifications")
