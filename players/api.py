from django.http import Http404, HttpRequest
from ninja import Router

from padawanforge.kit import access
from players.choices import PERMISSIONS
from players.permissions import may, may_see_players
from players.queries import ProfileCard, profile_card
from players.schemas import MeOut, PlayerOut

router = Router(tags=["players"])


@router.get("/me", response=MeOut)
@access.signed_in
def me(request: HttpRequest) -> MeOut:
    """The signed-in player and the documented permissions that he holds."""
    card = PlayerOut.from_orm(profile_card(request.user, request.user.username))
    permissions = [name for name in PERMISSIONS if may(request.user, name)]
    return MeOut(**card.dict(), uuid=request.user.uuid, permissions=permissions)


@router.get("/players/{username}", response=PlayerOut)
@access.requires(may_see_players)
def player(request: HttpRequest, username: str) -> ProfileCard:
    card = profile_card(request.user, username)
    if card is None:
        raise Http404
    return card
