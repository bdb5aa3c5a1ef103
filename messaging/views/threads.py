"""A thread beside the stream or on a page of its own, and the list of those that one follows."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from messaging import kinds, permissions
from messaging.actions.replies import reply
from messaging.actions.threads import follow, note_thread_read
from messaging.models import Message
from messaging.queries import PAGE
from messaging.queries.polls import note_own_votes
from messaging.queries.ratings import note_own_ratings
from messaging.queries.streams import with_heads
from messaging.queries.threads import answers_of, follow_of, followed_threads
from messaging.views.lookups import message_of
from messaging.views.windows import seq_in
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.queries.relationships import hidden_from


@access.signed_in
@require_safe
@never_cache
@vary_on_headers("HX-Request")
def thread(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _show(request, _root(request, uuid))


@access.signed_in
@require_POST
def thread_reply(request: HttpRequest, uuid: UUID) -> HttpResponse:
    root, text = _root(request, uuid), request.POST.get("text", "")
    if not permissions.may_post(request.user, root.channel):
        raise PermissionDenied
    try:
        reply(parent=root, player=request.user, text=text)
    except DomainError as refusal:
        return _show(request, root, refusal=str(refusal), typed=text)
    return _show(request, root) if request.htmx else redirect("messaging:thread", uuid=root.uuid)


@access.signed_in
@require_POST
def thread_follow(request: HttpRequest, uuid: UUID) -> HttpResponse:
    root = _root(request, uuid)
    follow(root=root, player=request.user, on=request.POST.get("on") == "yes", seq=root.channel.last_seq)
    return _show(request, root) if request.htmx else redirect("messaging:thread", uuid=root.uuid)


@access.signed_in
@require_safe
@never_cache
def thread_list(request: HttpRequest) -> HttpResponse:
    before = seq_in(request.GET, "before") or 0
    context = {"lines": followed_threads(request.user, before=before), "is_later_page": bool(before)}
    return render(request, "messaging/thread_list.html", context)


def _show(request: HttpRequest, root: Message, *, refusal: str = "", typed: str = "") -> HttpResponse:
    """The first message with its last answers, or with those before a number; reading it marks it as read."""
    player, hidden = request.user, hidden_from(request.user)
    answers, before = answers_of(root, player, hidden=hidden), seq_in(request.GET, "before") or 0
    if before:
        answers = answers.filter(seq__lt=before)
    found = list(answers.order_by("-seq")[: PAGE + 1])
    shown = with_heads(found[:PAGE][::-1], hidden, player)
    note_own_votes(player, [root, *shown])
    note_own_ratings(player, [root, *shown])
    if shown:
        note_thread_read(root=root, player=player, seq=shown[-1].seq)
    known = follow_of(root, player)
    kind, channel = kinds.get(root.channel.kind), root.channel_id
    context = {
        "root": root,
        "answers": shown,
        "older": shown[0].seq if len(found) > PAGE else 0,
        "is_past": bool(before),
        "follows": known is not None and known.is_on,
        "may_answer": not root.is_deleted and permissions.may_post(player, root.channel),
        "title": kind.titles([channel]).get(channel, ""),
        "back_url": kind.addresses([channel]).get(channel, ""),
        "refusal": refusal,
        "typed": typed,
    }
    template = "messaging/_thread.html" if request.htmx else "messaging/thread.html"
    return render(request, template, context, status=422 if refusal and not request.htmx else 200)


def _root(request: HttpRequest, uuid: UUID) -> Message:
    """The first message of the thread in which this one is, if both may be read."""
    message = message_of(request, uuid)
    return message_of(request, message.root.uuid) if message.root else message
