"""Friends, requests, follows and blocks: the lists, and one address for each thing that can be done."""

import json
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.actions import relationships as actions
from players.models import Player
from players.permissions import may_see_players
from players.queries import relationships as queries
from players.rules.relationships import MAX_OPEN_REQUESTS, Verb
from players.views.addresses import own_address

LISTS = {
    "friends": queries.friends,
    "requests": queries.requests_received,
    "following": queries.following,
    "blocked": queries.blocked,
}


@access.requires(may_see_players)
@require_safe
def friend_list(request: HttpRequest, tab: str = "friends") -> HttpResponse:
    if tab not in LISTS:
        raise Http404
    after = request.GET.get("after", "")
    try:
        people = LISTS[tab](request.user, after=after)
    except ValidationError:
        raise Http404 from None
    context = {"tab": tab, "people": people, "is_later_page": bool(after)}
    if tab == "requests" and not after:
        # There are never more than may wait at once, so they need no pages.
        context["sent"] = queries.requests_sent(request.user, limit=MAX_OPEN_REQUESTS)
    return render(request, "players/friends.html", context)


@access.requires(may_see_players)
@require_POST
def relation_change(request: HttpRequest, username: str, verb: str) -> HttpResponse:
    """Do one thing about a player; by htmx only the buttons are drawn again."""
    other = queries.player_to_relate(username)
    if other is None or verb not in DOINGS:
        raise Http404
    try:
        said = DOINGS[verb](request.user, other)
    except DomainError as refusal:
        return _refused(request, other, str(refusal))
    return _done(request, other, verb, said)


def _ask(player: Player, other: Player) -> str:
    if actions.ask_friend(player=player, other=other, now=timezone.now()):
        return f"You and {other.name} are friends now."
    return f"{other.name} has your request."


def _accept(player: Player, other: Player) -> str:
    actions.accept(player=player, other=other)
    return f"You and {other.name} are friends now."


def _doing(action: Callable[..., object], said: str) -> Callable[[Player, Player], str]:
    def do(player: Player, other: Player) -> str:
        action(player=player, other=other)
        return said.format(name=other.name)

    return do


DOINGS: dict[str, Callable[[Player, Player], str]] = {
    Verb.ASK: _ask,
    Verb.ACCEPT: _accept,
    Verb.DECLINE: _doing(actions.decline, "The request of {name} is gone."),
    Verb.CANCEL: _doing(actions.cancel, "You have taken back your request to {name}."),
    Verb.UNFRIEND: _doing(actions.unfriend, "You and {name} are no longer friends."),
    Verb.FOLLOW: _doing(actions.follow, "You follow {name}."),
    Verb.UNFOLLOW: _doing(actions.unfollow, "You no longer follow {name}."),
    Verb.BLOCK: _doing(actions.block, "You and {name} no longer see each other."),
    Verb.UNBLOCK: _doing(actions.unblock, "{name} is no longer blocked."),
}


def _done(request: HttpRequest, other: Player, verb: str, said: str) -> HttpResponse:
    page = own_address(request, _page_of(request)) or other.get_absolute_url()
    if verb == Verb.BLOCK and "/friends/" not in page:
        # The page on which the two met is no longer there for this pair.
        page = reverse("players:friends-tab", args=["blocked"])
    elif request.htmx:
        response = _buttons(request, other)
        response["HX-Trigger"] = json.dumps({"toast": {"text": said, "level": "success"}})
        return response
    messages.success(request, said)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": page})
    return redirect(page)


def _refused(request: HttpRequest, other: Player, reason: str) -> HttpResponse:
    if not request.htmx:
        messages.error(request, reason)
        return redirect(own_address(request, _page_of(request)) or "players:friends")
    # Drawn anew: the refusal may come from something that has changed meanwhile.
    response = _buttons(request, other)
    response["HX-Trigger"] = json.dumps({"toast": {"text": reason, "level": "error"}})
    return response


def _page_of(request: HttpRequest) -> str | None:
    return request.htmx.current_url or request.headers.get("referer")


def _buttons(request: HttpRequest, other: Player) -> HttpResponse:
    relation = queries.relation_buttons(request.user, other)
    return render(request, "players/_relation_actions.html", {"relation": relation, "is_fresh": True})
