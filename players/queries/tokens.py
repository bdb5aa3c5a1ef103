"""Finding tokens: by what a program sends, and for the player's own list."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db.models import Exists, OuterRef, Q, QuerySet

from players.models import ApiToken, Player, SiteBan

ENDED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class TokenList:
    in_force: list[ApiToken]
    ended: list[ApiToken]


def hash_of(token: str) -> str:
    # No slow hash: the token is 256 random bits, nothing that could be guessed by trying.
    return sha256(token.encode()).hexdigest()


def in_force(now: datetime) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(revoked_at=None, expires_at__gt=now)


def usable_token(token: str, now: datetime) -> ApiToken | None:
    """The token with its player; None when it isn't known, is over, or its player may not come in.

    The lookup is by the whole hash in a unique index, so its duration tells nothing about the token.
    """
    banned = SiteBan.objects.in_force(now).filter(player=OuterRef("player"))
    who = Q(player__is_active=True, player__is_guest=False, player__leaves_at=None)
    found = in_force(now).select_related("player__profile", "player__primary_role")
    return found.filter(who, ~Exists(banned), token_hash=hash_of(token)).first()


def tokens_of(player: Player, now: datetime) -> TokenList:
    """The player's tokens, newest first: all that work, and the last few that no longer do."""
    mine = ApiToken.objects.filter(player=player).order_by("-created_at", "-pk")
    over = mine.filter(~Q(revoked_at=None) | Q(expires_at__lte=now))
    return TokenList(list(mine & in_force(now)), list(over[:ENDED_SHOWN]))
