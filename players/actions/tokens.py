"""Tokens with which programs act for a player."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from padawanforge.kit.errors import DomainError
from players.actions.audit import record
from players.models import ApiToken, Player
from players.queries.tokens import hash_of, in_force
from players.rules.scopes import EXPIRY_DAYS, MAX_NAME_LENGTH, MAX_TOKENS, SCOPES, unknown_scopes

MARK = "pf_"
PREFIX_LENGTH = 10
# Ended tokens are kept a while, so that the player sees what there was.
ENDED_KEPT = timedelta(days=30)
MADE_PER_DAY = 40
USE_NOTED_EVERY = timedelta(minutes=1)


class TokenRefused(DomainError):
    code = "token_refused"


@dataclass(frozen=True, slots=True)
class MadeToken:
    """`secret` is what the program sends; it exists here only and is never stored."""

    token: ApiToken
    secret: str


@transaction.atomic
def create_token(*, player: Player, name: str, scopes: list[str], days: int, now: datetime) -> MadeToken:
    # The lock lets two requests of one player come one after the other, so that the limits hold.
    player = Player.objects.select_for_update().select_related(None).get(pk=player.pk)
    _refuse_wrong(name, scopes, days)
    _refuse_too_many(player, now)
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        player=player,
        name=name.strip(),
        prefix=secret[:PREFIX_LENGTH],
        token_hash=hash_of(secret),
        scopes=[scope for scope in SCOPES if scope in scopes],
        expires_at=now + timedelta(days=days),
    )
    facts = {"owner": player.uuid, "scopes": token.scopes, "expires_at": token.expires_at}
    record(actor=player, verb="access.granted_to_program", subject=token, after=facts)
    return MadeToken(token, secret)


@transaction.atomic
def revoke_token(*, token: ApiToken, by: Player | None, now: datetime) -> bool:
    """End the token at once; False when it had already ended."""
    if not in_force(now).filter(pk=token.pk).update(revoked_at=now):
        return False
    record(actor=by, verb="access.taken_from_program", subject=token, before={"owner": token.player.uuid})
    return True


@transaction.atomic
def revoke_all_tokens(*, player: Player, by: Player | None, now: datetime) -> int:
    """How many programs were shut out."""
    tokens = list(in_force(now).filter(player=player).select_related("player"))
    return sum(revoke_token(token=token, by=by, now=now) for token in tokens)


def note_use(*, token: ApiToken, now: datetime) -> None:
    """Remember when the token was last used; at most one write a minute, however many requests come."""
    before = now - USE_NOTED_EVERY
    if token.last_used_at and token.last_used_at > before:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=before)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def _refuse_wrong(name: str, scopes: list[str], days: int) -> None:
    if not name.strip() or len(name) > MAX_NAME_LENGTH:
        raise TokenRefused("Give the token a name of up to 100 characters, such as the program's.")
    if not scopes or unknown_scopes(scopes):
        raise TokenRefused("Choose at least one of the listed scopes.")
    if days not in EXPIRY_DAYS:
        raise TokenRefused("A token lives 30, 90 or 365 days.")


def _refuse_too_many(player: Player, now: datetime) -> None:
    if player.is_guest:
        raise TokenRefused("Guests can't have tokens. Make an account first; what you earned stays yours.")
    mine = ApiToken.objects.filter(player=player)
    mine.filter(Q(revoked_at__lt=now - ENDED_KEPT) | Q(expires_at__lt=now - ENDED_KEPT)).delete()
    if in_force(now).filter(player=player).count() >= MAX_TOKENS:
        raise TokenRefused(f"You have {MAX_TOKENS} tokens already. Revoke one that you no longer need.")
    if mine.filter(created_at__gt=now - timedelta(days=1)).count() >= MADE_PER_DAY:
        raise TokenRefused("You have made many tokens today. Please go on tomorrow.")
