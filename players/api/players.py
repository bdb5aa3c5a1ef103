"""Players as the caller may see them."""

from django.http import Http404, HttpRequest
from ninja import Query, Router

from padawanforge.kit import access
from padawanforge.kit.markdown import clean_text
from players.choices import PERMISSIONS
from players.permissions import may, may_search_players, may_see_players
from players.queries.cards import profile_card
from players.queries.directory import directory
from players.schemas.players import MeOut, PeopleOut, PlayerOut, person_out, player_out

router = Router(tags=["players"])


@router.get("/me", response=MeOut, summary="Who I am", tags=["me"])
@access.scope("profile:read")
@access.signed_in
def me(request: HttpRequest) -> dict[str, object]:
    """The signed-in player, whole, and the documented permissions that he holds."""
    card = profile_card(request.user, request.user.username)
    if card is None:
        raise Http404
    permissions = [name for name in PERMISSIONS if may(request.user, name)]
    return {**player_out(card), "uuid": request.user.uuid, "permissions": permissions}


@router.get("/players", response=PeopleOut, summary="Find players")
@access.scope("people:read")
@access.requires(may_search_players)
def player_list(
    request: HttpRequest,
    search: str = Query("", max_length=50, description="How the username or the name begins."),
    cursor: str = Query("", pattern=r"^[a-z0-9_-]{0,30}$", description="`after` of the page before."),
    limit: int = Query(24, ge=1, le=100),
) -> dict[str, object]:
    """Those whom the caller may find by search, by username."""
    found = directory(request.user, q=clean_text(search), after=cursor, limit=limit)
    return {"players": [person_out(card) for card in found.cards], "after": found.after}


@router.get("/players/{slug:username}", response=PlayerOut, summary="A player")
@access.scope("people:read")
@access.requires(may_see_players)
def player(request: HttpRequest, username: str) -> dict[str, object]:
    """What the player shows to the caller; null is hidden. Somebody blocked or unknown isn't there."""
    card = profile_card(request.user, username)
    if card is None:
        raise Http404
    return player_out(card)
