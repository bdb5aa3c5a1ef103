"""Writing: the first message to somebody, and the page of a conversation."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from messaging import permissions
from messaging.actions import direct as actions
from messaging.actions.messages import Posted
from messaging.actions.presence import note_read
from messaging.commands import Told
from messaging.forms import LetterForm
from messaging.models import DirectState
from messaging.queries import direct as queries
from messaging.queries.inbox import name_of
from messaging.queries.receipts import note_deliveries, receipts, told
from messaging.views.letters import letter_in
from messaging.views.sides import own_side
from messaging.views.streams import answer_post, message_rows, stream
from padawanforge.kit import access
from players.models import Player
from players.queries.privacy import seen_by
from players.queries.relationships import hidden_from, player_to_relate
from players.rules.privacy import Field


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
        say=partial(_write_to, request, other),
        back=request.path,
        page=partial(_show_beginning, request, other),
    )


@access.requires(permissions.may_use_messages)
@require_safe
@never_cache
def conversation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _show(request, own_side(request, uuid), {})


@access.requires(permissions.may_use_messages)
@require_POST
def say(request: HttpRequest, uuid: UUID) -> HttpResponse:
    state = own_side(request, uuid)
    return answer_post(
        request,
        say=partial(_say, request, state),
        back=reverse("messaging:direct", args=[uuid]),
        page=partial(_show, request, state),
        channel=state.conversation.channel,
    )


@access.requires(permissions.may_use_messages)
@require_safe
def older(request: HttpRequest, uuid: UUID) -> HttpResponse:
    state = own_side(request, uuid)
    return message_rows(request, state.conversation.channel, request.path)


def _other(request: HttpRequest, username: str) -> Player:
    """Somebody who may be written to; whoever may not is not found, whatever the reason."""
    other = player_to_relate(username)
    if other is None or not queries.may_write_to(request.user, other):
        raise Http404
    return other


def _write_to(request: HttpRequest, other: Player, **said: Any) -> Posted:
    letter = letter_in(LetterForm(request.POST))
    return actions.write_to(player=request.user, other=other, now=timezone.now(), letter=letter, **said)


def _say(request: HttpRequest, state: DirectState, **said: Any) -> Posted | Told:
    letter = letter_in(LetterForm(request.POST))
    return actions.say(conversation=state.conversation, player=request.user, letter=letter, **said)


def _show_beginning(request: HttpRequest, other: Player, unsent: dict[str, str]) -> HttpResponse:
    context = {
        **_about(request, other),
        "post_url": request.path,
        "may_post": True,
        **_unsent(request, unsent),
    }
    return render(request, "messaging/direct_detail.html", context)


def _show(request: HttpRequest, state: DirectState, unsent: dict[str, str]) -> HttpResponse:
    conversation, channel = state.conversation, state.conversation.channel
    hidden = hidden_from(request.user)
    rows_url = reverse("messaging:direct-older", args=[conversation.uuid])
    shown = stream(channel, rows_url, viewer=request.user, where=request.GET, hidden=hidden)
    # After the line above what is new was drawn; a page of the past shows nothing of it.
    if not shown["window"].has_newer:
        note_read(channel=channel, player=request.user, seq=channel.last_seq)
    known = receipts(channel, request.user)
    note_deliveries(shown["messages_shown"], request.user, known)
    context = {
        **_heading(request, state),
        **shown,
        "state": state,
        "is_group": not conversation.pair,
        "receipts": told(known),
        "post_url": reverse("messaging:direct-say", args=[conversation.uuid]),
        "may_post": permissions.may_post(request.user, channel),
        **_unsent(request, unsent),
    }
    return render(request, "messaging/direct_detail.html", context)


def _unsent(request: HttpRequest, unsent: dict[str, str]) -> dict[str, object]:
    """The form of what goes along, as it was when something was refused."""
    return {"letter": LetterForm(request.POST if unsent else None), **unsent}


def _heading(request: HttpRequest, state: DirectState) -> dict[str, object]:
    if state.conversation.pair:
        side = queries.other_state(state)
        return _about(request, side.player if side else None)
    hidden = hidden_from(request.user)
    there = [side.player for side in queries.people_of(state.conversation)]
    names = [player.name for player in there if player != request.user and player.pk not in hidden]
    return {"name": name_of(state.conversation.title, names), "people_names": ", ".join(names)}


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
