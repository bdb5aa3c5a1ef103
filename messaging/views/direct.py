"""Conversations of two: the inbox, the first message, the page of one."""

from functools import partial
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from messaging import permissions
from messaging.actions import direct as actions
from messaging.actions.presence import note_read
from messaging.models import DirectState
from messaging.queries import direct as queries
from messaging.views.streams import answer_post, older_messages, stream
from padawanforge.kit import access
from players.models import Player
from players.queries.privacy import seen_by
from players.queries.relationships import hidden_from, player_to_relate
from players.rules.privacy import Field


@access.requires(permissions.may_use_messages)
@require_safe
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    box, after = request.GET.get("box", "inbox"), request.GET.get("after", "")
    if box not in queries.BOXES:
        raise Http404
    try:
        page = queries.inbox(request.user, box=box, after=after)
    except ValidationError:
        raise Http404 from None
    waiting = queries.waiting_requests(request.user)
    context = {"page": page, "box": box, "waiting": waiting, "is_later_page": bool(after)}
    return render(request, "messaging/direct_inbox.html", context)


@access.requires(permissions.may_use_messages)
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, username: str) -> HttpResponse:
    """Before the first message nothing is stored: the page has the form only."""
    other = _other(request, username)
    if known := queries.conversation_between(request.user, other):
        return redirect("messaging:direct", uuid=known.uuid)
    if request.method != "POST":
        return _show_beginning(request, other, {})
    return answer_post(
        request,
        say=partial(actions.write_to, player=request.user, other=other, now=timezone.now()),
        back=request.path,
        page=partial(_show_beginning, request, other),
    )


@access.requires(permissions.may_use_messages)
@require_safe
@never_cache
def conversation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _show(request, _own(request, uuid), {})


@access.requires(permissions.may_use_messages)
@require_POST
def say(request: HttpRequest, uuid: UUID) -> HttpResponse:
    state = _own(request, uuid)
    return answer_post(
        request,
        say=partial(actions.say, conversation=state.conversation, player=request.user),
        back=reverse("messaging:direct", args=[uuid]),
        page=partial(_show, request, state),
    )


@access.requires(permissions.may_use_messages)
@require_safe
def older(request: HttpRequest, uuid: UUID) -> HttpResponse:
    state = _own(request, uuid)
    return older_messages(request, state.conversation.channel, request.path)


@access.requires(permissions.may_use_messages)
@require_POST
def change(request: HttpRequest, uuid: UUID, verb: str) -> HttpResponse:
    """Answer a request, or put the conversation away and take it out again."""
    state, now = _own(request, uuid), timezone.now()
    if verb == "accept":
        actions.accept(state=state, now=now)
        return redirect("messaging:direct", uuid=uuid)
    if verb == "decline":
        actions.decline(state=state, now=now)
    elif verb == "archive":
        actions.archive(state=state, now=now)
    elif verb == "unarchive":
        actions.unarchive(state=state)
    else:
        raise Http404
    return redirect("messaging:inbox")


def _own(request: HttpRequest, uuid: UUID) -> DirectState:
    state = queries.state_of(request.user, uuid)
    if state is None:
        raise Http404
    return state


def _other(request: HttpRequest, username: str) -> Player:
    """Somebody who may be written to; whoever may not is not found, whatever the reason."""
    other = player_to_relate(username)
    if other is None or not queries.may_write_to(request.user, other):
        raise Http404
    return other


def _show_beginning(request: HttpRequest, other: Player, unsent: dict[str, str]) -> HttpResponse:
    context = {**_about(request, other), "post_url": request.path, "may_post": True, **unsent}
    return render(request, "messaging/direct_detail.html", context)


def _show(request: HttpRequest, state: DirectState, unsent: dict[str, str]) -> HttpResponse:
    channel = state.conversation.channel
    side = queries.other_state(state)
    note_read(channel=channel, player=request.user, seq=channel.last_seq)
    older_url = reverse("messaging:direct-older", args=[state.conversation.uuid])
    context = {
        **_about(request, side.player if side else None),
        **stream(channel, older_url, hidden=hidden_from(request.user)),
        "state": state,
        "post_url": reverse("messaging:direct-say", args=[state.conversation.uuid]),
        "may_post": permissions.may_post(request.user, channel),
        **unsent,
    }
    return render(request, "messaging/direct_detail.html", context)


def _about(request: HttpRequest, other: Player | None) -> dict[str, object]:
    """Who it is; picture and address only for whoever may see them."""
    if other is None:
        return {"name": "Former player", "profile_url": ""}
    is_hidden = other.pk in hidden_from(request.user)
    return {
        "name": other.name,
        "profile_url": "" if is_hidden else other.get_absolute_url(),
        "username": other.username,
        "avatar_url": other.avatar_url if Field.AVATAR in seen_by(request.user, other) else "",
        "avatar_colour": other.avatar_colour,
    }
