"""One message: what it said before, and the forms to change it or to take it away."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from messaging import kinds
from messaging.actions.deletion import delete_message
from messaging.actions.edits import edit_message
from messaging.actions.reactions import of_player, react
from messaging.actions.replies import reply
from messaging.models import MESSAGE_MAX_LENGTH, Message
from messaging.permissions import may_moderate, may_post, may_see_revisions, message_for
from messaging.queries.messages import revisions
from messaging.refusals import MessageGone
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError


@access.signed_in
@require_safe
@never_cache
def message_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _show(request, _found(request, uuid))


@access.signed_in
@require_POST
def message_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    message = _found(request, uuid)
    rev, text = request.POST.get("base_rev", ""), request.POST.get("text", "")
    base_rev = int(rev) if rev.isdecimal() and rev.isascii() and len(rev) < 10 else -1
    try:
        edit_message(message=message, player=request.user, text=text, base_rev=base_rev, now=timezone.now())
    except DomainError as refusal:
        return _show(request, _found(request, uuid), refusal=str(refusal), typed=text)
    return redirect(_address(message))


@access.signed_in
@require_POST
def message_delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    message = _found(request, uuid)
    reason = request.POST.get("reason", "")
    try:
        delete_message(message=message, player=request.user, reason=reason, now=timezone.now())
    except DomainError as refusal:
        return _show(request, message, refusal=str(refusal))
    messages.success(request, "The message is deleted.")
    return redirect(_address(message))


@access.signed_in
@require_POST
def message_reply(request: HttpRequest, uuid: UUID) -> HttpResponse:
    message, text = _found(request, uuid), request.POST.get("text", "")
    if not may_post(request.user, message.channel):
        raise PermissionDenied
    try:
        reply(parent=message, player=request.user, text=text)
    except DomainError as refusal:
        return _show(request, message, refusal=str(refusal), reply_text=text)
    return redirect(_address(message))


@access.signed_in
@require_POST
def message_react(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Set the sign, or take it back when it is set."""
    message, emoji = _found(request, uuid), request.POST.get("emoji", "")
    is_set = of_player(message, request.user).filter(emoji=emoji).exists()
    try:
        react(message=message, player=request.user, emoji=emoji, on=not is_set)
    except DomainError as refusal:
        return _show(request, message, refusal=str(refusal))
    return redirect(_address(message))


def _show(
    request: HttpRequest,
    message: Message,
    *,
    refusal: str = "",
    typed: str | None = None,
    reply_text: str = "",
) -> HttpResponse:
    is_own = message.player_id == request.user.pk
    context = {
        "message": message,
        "revisions": revisions(message) if may_see_revisions(request.user, message) else [],
        "may_answer": not message.is_deleted and may_post(request.user, message.channel),
        "own_reactions": set(of_player(message, request.user).values_list("emoji", flat=True)),
        "reply_text": reply_text,
        "may_edit": is_own and not message.is_deleted,
        "may_delete": not message.is_deleted and (is_own or may_moderate(request.user, message.channel)),
        "back_url": _address(message),
        "title": kinds.get(message.channel.kind).titles([message.channel_id]).get(message.channel_id, ""),
        "text": message.text if typed is None else typed,
        "max_length": MESSAGE_MAX_LENGTH,
        "refusal": refusal,
    }
    return render(request, "messaging/message_detail.html", context, status=422 if refusal else 200)


def _found(request: HttpRequest, uuid: UUID) -> Message:
    try:
        return message_for(request.user, uuid)
    except MessageGone:
        raise Http404 from None


def _address(message: Message) -> str:
    """Where it stands in its stream."""
    page = kinds.get(message.channel.kind).addresses([message.channel_id]).get(message.channel_id)
    return f"{page}#message-{message.uuid}" if page else reverse("messaging:message", args=[message.uuid])
