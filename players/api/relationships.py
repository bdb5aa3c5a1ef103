"""Friends, requests, follows and blocks."""

from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router

from padawanforge.kit import access
from players.actions import relationships as actions
from players.models import Player
from players.permissions import may_see_players
from players.queries import relationships as queries
from players.rules.relationships import Verb
from players.schemas.relationships import (
    Circle,
    CircleOut,
    RelationOut,
    VerbIn,
    related_out,
    relation_out,
)

router = Router(tags=["people"])

LISTS = {
    Circle.FRIENDS: queries.friends,
    Circle.REQUESTS_RECEIVED: queries.requests_received,
    Circle.REQUESTS_SENT: queries.requests_sent,
    Circle.FOLLOWING: queries.following,
    Circle.BLOCKED: queries.blocked,
}
DOINGS: dict[Verb, Callable[..., object]] = {
    Verb.ACCEPT: actions.accept,
    Verb.DECLINE: actions.decline,
    Verb.CANCEL: actions.cancel,
    Verb.UNFRIEND: actions.unfriend,
    Verb.FOLLOW: actions.follow,
    Verb.UNFOLLOW: actions.unfollow,
    Verb.BLOCK: actions.block,
    Verb.UNBLOCK: actions.unblock,
}


@router.get("/me/people/{circle}", response=CircleOut, summary="My friends, requests, follows or blocks")
@access.scope("people:read")
@access.requires(may_see_players)
def my_people(
    request: HttpRequest,
    circle: Circle,
    cursor: str = Query("", max_length=400, description="`after` of the page before."),
    limit: int = Query(24, ge=1, le=100),
) -> dict[str, object]:
    """The newest first."""
    people = LISTS[circle](request.user, after=cursor, limit=limit)
    return {"people": [related_out(person) for person in people.rows], "after": people.after}


@router.get("/players/{slug:username}/relation", response=RelationOut, summary="What I am to a player")
@access.scope("people:read")
@access.requires(may_see_players)
def relation(request: HttpRequest, username: str) -> dict[str, object]:
    """And what I can do about it: `verbs`."""
    return _relation(request.user, _find(username))


@router.post("/players/{slug:username}/relation", response=RelationOut, summary="Befriend, follow, block …")
@access.scope("people:write")
@access.requires(may_see_players)
def relation_do(request: HttpRequest, username: str, data: VerbIn) -> dict[str, object]:
    """Doing twice what is done already changes nothing. 409 says why something isn't possible."""
    other = _find(username)
    if data.verb == Verb.ASK:
        actions.ask_friend(player=request.user, other=other, now=timezone.now())
    else:
        DOINGS[data.verb](player=request.user, other=other)
    return _relation(request.user, other)


def _find(username: str) -> Player:
    found = queries.player_to_relate(username)
    if found is None:
        raise Http404
    return found


def _relation(player: Player, other: Player) -> dict[str, object]:
    buttons = queries.relation_buttons(player, other)
    if buttons is None:
        # Somebody has no relation to himself.
        raise Http404
    return relation_out(buttons)
