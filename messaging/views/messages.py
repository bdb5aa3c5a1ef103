"""One message: what it said before, and the forms to change it or to take it away."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
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
from messaging.permissions import may_moderate, may_post, may_see_revisions
from messaging.queries.keeping import saved_row
from messaging.queries.messages import revisions
from messaging.queries.ratings import note_own_ratings
from messaging.views.lookups import message_of
from npcs.actions.ratings import NotRateable, rating_of
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError


@access.signed_in
@require_safe
@never_cache
def message_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _show(request, message_of(request, uuid))


@access.signed_in
@require_POST
def message_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    message = message_of(request, uuid)
    rev, text = request.POST.get("base_rev", ""), request.POST.get("text", "")
    base_rev = int(rev) if rev.isdecimal() and rev.isascii() and len(rev) < 10 else -1
    try:
        edit_message(message=message, player=request.user, text=text, base_rev=base_rev, now=timezone.now())
    except DomainError as refusal:
        return _show(request, message_of(request, uuid), refusal=str(refusal), typed=text)
    return redirect(address_of(message))


@access.signed_in
@require_POST
def message_delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    message = message_of(request, uuid)
    reason = request.POST.get("reason", "")
    try:
        delete_message(message=message, player=request.user, reason=reason, now=timezone.now())
    except DomainError as refusal:
        return _show(request, message, refusal=str(refusal))
    messages.success(request, "The message is deleted.")
    return redirect(address_of(message))


@access.signed_in
@require_POST
def message_reply(request: HttpRequest, uuid: UUID) -> HttpResponse:
    message, text = message_of(request, uuid), request.POST.get("text", "")
    if not may_post(request.user, message.channel):
        raise PermissionDenied
    try:
        reply(parent=message, player=request.user, text=text)
    except DomainError as refusal:
        return _show(request, message, refusal=str(refusal), reply_text=text)
    return redirect(address_of(message))


@access.signed_in
@require_POST
def message_react(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Set the sign, or take it back when it is set."""
    message, emoji = message_of(request, uuid), request.POST.get("emoji", "")
    is_set = of_player(message, request.user).filter(emoji=emoji).exists()
    try:
        react(message=message, player=request.user, emoji=emoji, on=not is_set)
    except DomainError as refusal:
        return _show(request, message, refusal=str(refusal))
    return redirect(address_of(message))


def _rating(request: HttpRequest, message: Message) -> dict[str, object]:
    """Whether the reader is the one whom the character has answered, and what he has said of it."""
    if message.npc_id is None:
        return {}
    try:
        return {"is_rateable": True, "stars": rating_of(message=message.uuid, player=request.user)}
    except NotRateable:
        return {}


def _show(
    request: HttpRequest,
    message: Message,
    *,
    refusal: str = "",
    typed: str | None = None,
    reply_text: str = "",
) -> HttpResponse:
    note_own_ratings(request.user, [message])
    is_own = message.player_id == request.user.pk
    moderates = not message.is_deleted and may_moderate(request.user, message.channel)
    context = {
        "message": message,
        "revisions": revisions(message) if may_see_revisions(request.user, message) else [],
        "may_answer": not message.is_deleted and may_post(request.user, message.channel),
        "own_reactions": set(of_player(message, request.user).values_list("emoji", flat=True)),
        "reply_text": reply_text,
        "may_edit": is_own and not message.is_deleted,
        "may_delete": moderates or (is_own and not message.is_deleted),
        "saved": saved_row(request.user, message),
        "may_pin": moderates and message.whisper_to_id is None,
        "back_url": address_of(message),
        "title": kinds.get(message.channel.kind).titles([message.channel_id]).get(message.channel_id, ""),
        "text": message.text if typed is None else typed,
        **_rating(request, message),
        "max_length": MESSAGE_MAX_LENGTH,
        "refusal": refusal,
    }
    return render(request, "messaging/message_detail.html", context, status=422 if refusal else 200)


def address_of(message: Message) -> str:
    """Where it stands in its stream."""
    page = kinds.get(message.channel.kind).addresses([message.channel_id]).get(message.channel_id)
    return f"{page}#message-{message.uuid}" if page else reverse("messaging:message", args=[message.uuid])
