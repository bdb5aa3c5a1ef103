"""Accounts at providers: what a provider tells of somebody, and which ways a player has to get in."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db.models import F, QuerySet

from players.models import ConnectedAccount, Player

# Where the providers that we know keep the address of a picture.
PICTURES = ("picture", "avatar_url", "image_512", "https://slack.com/user_image_512")
MAX_ADDRESS = 500
USERNAMES = ("preferred_username", "username", "nickname")


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider says about somebody, cut to what can be kept."""

    name: str
    username: str
    email: str
    picture: str


def told_by(account: SocialAccount) -> Told:
    """An OpenID Connect server answers twice: in the token, and when it is asked."""
    data = account.extra_data if isinstance(account.extra_data, dict) else {}
    data = {**data, **(data.get("id_token") or {}), **(data.get("userinfo") or {})}
    return Told(
        name=_text(data, "name")[:100],
        username=_text(data, *USERNAMES)[:200],
        email=_text(data, "email")[:254],
        picture=_address(_text(data, *PICTURES)),
    )


def connections_of(player: Player) -> QuerySet[ConnectedAccount]:
    """The player's accounts, the primary one first, then by when they were last used."""
    mine = ConnectedAccount.objects.filter(player=player).select_related("account")
    return mine.order_by("-is_primary", F("last_used").desc(nulls_last=True), "pk")


def ways_in(player: Player) -> set[str]:
    """How the player can sign in without anybody's help. A code by mail is not counted: mail can fail."""
    ways = {f"account {pk}" for pk in SocialAccount.objects.filter(user=player).values_list("pk", flat=True)}
    if player.has_usable_password():
        ways.add("password")
    keys = Authenticator.objects.filter(user=player, type=Authenticator.Type.WEBAUTHN)
    if any(key.wrap().is_passwordless for key in keys):
        ways.add("passkey")
    return ways


def _text(data: dict, *keys: str) -> str:
    return next((value for key in keys if isinstance(value := data.get(key), str) and value), "")


def _address(picture: str) -> str:
    """Only what can be fetched: never shown from there."""
    may_be_fetched = picture.startswith(("https://", *(f"{origin}/" for origin in settings.PICTURE_ORIGINS)))
    return picture if may_be_fetched and len(picture) <= MAX_ADDRESS else ""
