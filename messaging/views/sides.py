"""What one does with a conversation: answering a request, putting it away, and the people of a group."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from messaging import permissions
from messaging.actions import groups, sides
from messaging.models import DirectState
from messaging.queries.direct import addresses, owner_of, people_named, people_of, state_of
from messaging.rules.direct import MAX_GROUP, TITLE_MAX_LENGTH
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.queries.privacy import seen_by_many
from players.queries.relationships import hidden_from
from players.rules.privacy import Field

# What is done, and what is said when it is; the page goes back to the list.
DOINGS: dict[str, tuple[Callable[[DirectState], object], str]] = {
    "accept": (lambda state: sides.accept(state=state, now=timezone.now()), ""),
    "decline": (lambda state: sides.decline(state=state, now=timezone.now()), "The request is declined."),
    "archive": (
        lambda state: sides.archive(state=state, now=timezone.now()),
        "The conversation is archived.",
    ),
    "unarchive": (lambda state: sides.unarchive(state=state), "The conversation is back in the inbox."),
    "mute": (lambda state: sides.mute(state=state, now=timezone.now()), "The conversation is muted."),
    "unmute": (lambda state: sides.unmute(state=state), "You are told of new messages again."),
    "delete": (
        lambda state: sides.delete_conversation(state=state, now=timezone.now()),
        "The conversation is deleted for you.",
    ),
    "leave": (lambda state: groups.leave(state=state, now=timezone.now()), "You have left the group."),
}
STAYS = {"accept": "messaging:direct", "mute": "messaging:direct", "unmute": "messaging:direct"}


@access.requires(permissions.may_use_messages)
@require_POST
def change(request: HttpRequest, uuid: UUID, verb: str) -> HttpResponse:
    state = own_side(request, uuid)
    if verb not in DOINGS:
        raise Http404
    do, said = DOINGS[verb]
    try:
        do(state)
    except DomainError as refusal:
        return _show(request, state, refusal=str(refusal))
    if said:
        messages.success(request, said)
    return redirect(STAYS[verb], uuid=uuid) if verb in STAYS else redirect("messaging:inbox")


@access.requires(permissions.may_use_messages)
@require_safe
@never_cache
def about(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Who is in it, and all that can be done with it."""
    return _show(request, own_side(request, uuid))


@access.requires(permissions.may_use_messages)
@require_POST
def rename(request: HttpRequest, uuid: UUID) -> HttpResponse:
    state, title = own_side(request, uuid), request.POST.get("title", "")
    return _do(request, state, lambda state: groups.rename(state=state, title=title), "", {"title": title})


@access.requires(permissions.may_use_messages)
@require_POST
def people_add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Says the same whether somebody could be added or not: the list shows who is there."""
    state, typed = own_side(request, uuid), request.POST.get("people", "")[:1000]
    others = people_named(typed.replace(",", " ").replace("@", " ").split())
    return _do(
        request,
        state,
        lambda state: groups.add_people(state=state, others=others, now=timezone.now()),
        "Whoever can be added is in the list now.",
        {"typed": typed},
    )


@access.requires(permissions.may_use_messages)
@require_POST
def person_remove(request: HttpRequest, uuid: UUID, username: str) -> HttpResponse:
    state = own_side(request, uuid)
    there = {side.player.username: side.player for side in people_of(state.conversation)}
    if username not in there:
        raise Http404
    other = there[username]
    return _do(
        request,
        state,
        lambda state: groups.remove_person(state=state, other=other, now=timezone.now()),
        f"{other.name} is no longer in the group.",
        {},
    )


@access.requires(permissions.may_use_messages)
@require_POST
def message_hide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take one direct message away for oneself."""
    try:
        message = permissions.message_for(request.user, uuid)
        sides.hide_message(message=message, player=request.user)
    except DomainError:
        raise Http404 from None
    messages.success(request, "The message is deleted for you.")
    return redirect(addresses([message.channel_id])[message.channel_id])


def own_side(request: HttpRequest, uuid: UUID) -> DirectState:
    state = state_of(request.user, uuid)
    if state is None:
        raise Http404
    return state


def _do(
    request: HttpRequest,
    state: DirectState,
    do: Callable[[DirectState], object],
    said: str,
    typed: dict[str, str],
) -> HttpResponse:
    try:
        do(state)
    except DomainError as refusal:
        return _show(request, state, refusal=str(refusal), **typed)
    if said:
        messages.success(request, said)
    return redirect("messaging:direct-about", uuid=state.conversation.uuid)


def _show(request: HttpRequest, state: DirectState, *, refusal: str = "", **typed: str) -> HttpResponse:
    conversation, hidden = state.conversation, hidden_from(request.user)
    there = [side for side in people_of(conversation) if side.player_id not in hidden]
    fields = seen_by_many(request.user, [side.player for side in there])
    owner = owner_of(conversation)
    people = [
        {
            "player": side.player,
            "is_owner": side.player_id == owner,
            "is_waiting": side.standing == DirectState.Standing.REQUEST,
            "avatar_url": side.player.avatar_url if Field.AVATAR in fields[side.player_id] else "",
        }
        for side in there
    ]
    context = {
        "state": state,
        "conversation": conversation,
        "people": people,
        "is_group": not conversation.pair,
        "is_owner": owner == request.user.pk,
        "title": conversation.title,
        "max_group": MAX_GROUP,
        "title_max_length": TITLE_MAX_LENGTH,
        "refusal": refusal,
        **typed,
    }
    return render(request, "messaging/direct_about.html", context, status=422 if refusal else 200)
