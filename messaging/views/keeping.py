"""Pins, saved messages and mentions: the pages and the forms that work without a script."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from messaging import commands
from messaging.actions import saved
from messaging.actions.pins import pin, unpin
from messaging.forms import SaveForm
from messaging.models import Channel, Message
from messaging.permissions import may_moderate, may_use
from messaging.queries.channels import places
from messaging.queries.keeping import pins, saved_of
from messaging.queries.mentions import mentions_of, suggestions
from messaging.views.lookups import channel_of, message_of
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from padawanforge.kit.paging import Page


@access.signed_in
@require_safe
@never_cache
def mention_list(request: HttpRequest) -> HttpResponse:
    return _list(request, "messaging/mentions.html", mentions_of)


@access.signed_in
@require_safe
@never_cache
def saved_list(request: HttpRequest) -> HttpResponse:
    return _list(request, "messaging/saved.html", saved_of)


@access.signed_in
@require_POST
def message_save(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Keep it with a note and perhaps a reminder, or take it off the list."""
    message = message_of(request, uuid)
    if "forget" in request.POST:
        saved.forget(message=message, player=request.user)
        messages.success(request, "The message is off your list.")
        return redirect(_back(request, message))
    form = SaveForm(request.POST)
    if not form.is_valid():
        problem = next(iter(form.errors.values()))[0]
        messages.error(request, problem)
        return redirect("messaging:message", uuid=uuid)
    try:
        saved.save(message=message, player=request.user, now=timezone.now(), **form.cleaned_data)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("messaging:message", uuid=uuid)
    messages.success(request, "The message is on your list.")
    return redirect(_back(request, message))


@access.signed_in
@require_POST
def message_pin(request: HttpRequest, uuid: UUID) -> HttpResponse:
    message = message_of(request, uuid)
    try:
        if "down" in request.POST:
            unpin(message=message, player=request.user)
        else:
            pin(message=message, player=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("messaging:pins", room=message.channel.uuid)


@access.signed_in
@require_safe
@never_cache
def pin_board(request: HttpRequest, room: UUID) -> HttpResponse:
    """The whole page, or for a page that is open the list alone."""
    channel = channel_of(request, room)
    place = places([(channel.pk, channel.kind)])[channel.pk]
    context = {
        "channel": channel,
        "place": place,
        "pins": pins(channel, request.user),
        "may_moderate": may_moderate(request.user, channel),
    }
    is_part = request.headers.get("X-Part") == "pins"
    return render(request, "messaging/_pins.html" if is_part else "messaging/pins.html", context)


@access.signed_in
@require_safe
@never_cache
def suggest(request: HttpRequest, room: UUID) -> HttpResponse:
    """Who, or which command, could be meant by the beginning of a word."""
    channel, text = channel_of(request, room), request.GET.get("q", "")[:60]
    if text.startswith("/"):
        return JsonResponse({"found": _commands(request, channel, text[1:].lower())})
    with_here = may_moderate(request.user, channel)
    fits = suggestions(channel, request.user, text, with_here=with_here)
    rows = [
        {"kind": one.kind, "name": one.name, "insert": f"@{one.insert} ", "hint": one.hint} for one in fits
    ]
    return JsonResponse({"found": rows})


def _list(request: HttpRequest, template: str, query: Callable[..., Page]) -> HttpResponse:
    after = request.GET.get("after", "")
    try:
        page = query(request.user, after=after)
    except ValidationError:
        raise Http404 from None
    channels = {(row.message.channel_id, row.message.channel.kind) for row in page.rows}
    where = places(sorted(channels))
    for row in page.rows:
        row.place = where[row.message.channel_id]
    return render(request, template, {"page": page, "is_later_page": bool(after)})


def _commands(request: HttpRequest, channel: Channel, beginning: str) -> list[dict[str, str]]:
    if not may_use(channel, "commands"):
        return []
    return [
        {"kind": "command", "name": command.line, "insert": f"/{command.name} ", "hint": command.summary}
        for command in commands.allowed_to(request.user, channel)
        if command.name.startswith(beginning)
    ]


def _back(request: HttpRequest, message: Message) -> str:
    return (
        "messaging:saved"
        if "from_list" in request.POST
        else reverse("messaging:message", args=[message.uuid])
    )
