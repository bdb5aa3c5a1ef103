"""Friendship, following and blocking.

Every verb locks both players' rows first, in one order, so that what two people do to each other at the same
moment happens one after the other.
"""

from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q

from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from players.models import Player, PlayerRelationship
from players.permissions import needs_guardian
from players.queries.relationships import SEGMENTS, is_askable, is_followable, ties_with
from players.rules.relationships import MAX_OPEN_REQUESTS, MAX_REQUESTS_A_DAY, Ties
from players.signals import block_changed, friend_accepted, friend_requested

Kind = PlayerRelationship.Kind
DAY_SECONDS = 86_400


class RelationRefused(DomainError):
    code = "forbidden"


class NotAvailable(DomainError):
    """One answer for everybody who can't be asked, so that it betrays neither a block nor an age."""

    code = "not_available"


class TooManyRequests(DomainError):
    code = "rate_limited"


class RequestGone(DomainError):
    code = "gone"


@transaction.atomic
def ask_friend(*, player: Player, other: Player, now: datetime) -> bool:
    """Ask to be friends; true when they are now, because the other had asked already."""
    _require_account(player)
    other, ties = _meet(player, other)
    if ties.has_blocked:
        raise RelationRefused(f"You have blocked {other.name}. Unblock first.")
    if ties.is_friend:
        raise RelationRefused(f"You and {other.name} are friends already.")
    if ties.was_asked:
        _befriend(player, other)
        return True
    if ties.has_asked:
        return False
    if ties.is_blocked or not other.is_active or other.leaves_at or not is_askable(other):
        raise NotAvailable(f"{other.name} can't be asked at the moment.")
    _require_patience(player, now)
    PlayerRelationship.objects.create(player=player, other=other, kind=Kind.FRIEND_REQUEST)
    announce(friend_requested, sender=PlayerRelationship, player_id=other.pk, other_id=player.pk)
    return False


@transaction.atomic
def accept(*, player: Player, other: Player) -> None:
    """Say yes to the other's request; saying it twice is the same as once."""
    _require_account(player)
    other, ties = _meet(player, other)
    if ties.is_friend:
        return
    if not ties.was_asked:
        raise RequestGone(f"{other.name} no longer asks. You can ask instead.")
    _befriend(player, other)


@transaction.atomic
def decline(*, player: Player, other: Player) -> bool:
    """Let the other's request go without a word; false when there was none."""
    _meet(player, other)
    return _drop(Q(player=other, other=player, kind=Kind.FRIEND_REQUEST))


@transaction.atomic
def cancel(*, player: Player, other: Player) -> bool:
    """Take one's own request back; false when it was answered already."""
    _meet(player, other)
    return _drop(Q(player=player, other=other, kind=Kind.FRIEND_REQUEST))


@transaction.atomic
def unfriend(*, player: Player, other: Player) -> bool:
    """End the friendship on both sides; the other isn't told."""
    _meet(player, other)
    return _drop(_either_way(player, other) & Q(kind=Kind.FRIEND))


@transaction.atomic
def follow(*, player: Player, other: Player) -> None:
    _require_account(player)
    other, ties = _meet(player, other)
    if ties.follows:
        return
    is_hidden = ties.is_blocked or ties.has_blocked or not other.is_active or other.leaves_at
    if is_hidden or not is_followable(other):
        raise NotAvailable(f"{other.name} can't be followed: the profile is not public.")
    PlayerRelationship.objects.create(player=player, other=other, kind=Kind.FOLLOW)


@transaction.atomic
def unfollow(*, player: Player, other: Player) -> bool:
    return _drop(Q(player=player, other=other, kind=Kind.FOLLOW))


@transaction.atomic
def block(*, player: Player, other: Player) -> None:
    """Hide the two from each other and end all that was between them; the other isn't told."""
    other, ties = _meet(player, other)
    if ties.has_blocked:
        return
    _drop(_either_way(player, other) & ~Q(kind=Kind.BLOCKED))
    PlayerRelationship.objects.create(player=player, other=other, kind=Kind.BLOCKED)
    announce(block_changed, sender=PlayerRelationship, player_id=player.pk, other_id=other.pk)


@transaction.atomic
def unblock(*, player: Player, other: Player) -> bool:
    """False when there was no block. What the block ended does not come back."""
    _meet(player, other)
    if not _drop(Q(player=player, other=other, kind=Kind.BLOCKED)):
        return False
    announce(block_changed, sender=PlayerRelationship, player_id=player.pk, other_id=other.pk)
    return True


def _require_account(player: Player) -> None:
    if player.is_guest:
        raise RelationRefused(
            "Guests can't have friends. Make an account first; what you earned stays yours."
        )
    if needs_guardian(player):
        raise RelationRefused(
            "A guardian has to agree before you can make friends. Ask one in your settings."
        )


def _meet(player: Player, other: Player) -> tuple[Player, Ties]:
    """Lock both and read what is between them: the other as the database knows him now."""
    if player.pk == other.pk:
        raise RelationRefused("That is you. Choose somebody else.")
    ids = sorted((player.pk, other.pk))
    # No key is changed: whoever writes a row that points to one of the two does not have to wait.
    rows = Player.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk")
    if len(rows) < len(ids):
        raise NotAvailable("This player is gone.")
    known = Player.objects.select_related(*SEGMENTS).get(pk=other.pk)
    return known, ties_with(player, [other.pk])[other.pk]


def _befriend(player: Player, asker: Player) -> None:
    _drop(_either_way(player, asker) & Q(kind=Kind.FRIEND_REQUEST))
    PlayerRelationship.objects.bulk_create(
        [
            PlayerRelationship(player=one, other=two, kind=Kind.FRIEND)
            for one, two in ((player, asker), (asker, player))
        ]
    )
    announce(friend_accepted, sender=PlayerRelationship, player_id=asker.pk, other_id=player.pk)


def _require_patience(player: Player, now: datetime) -> None:
    waiting = PlayerRelationship.objects.filter(player=player, kind=Kind.FRIEND_REQUEST).count()
    if waiting >= MAX_OPEN_REQUESTS:
        raise TooManyRequests(
            f"{MAX_OPEN_REQUESTS} of your requests wait for an answer. Take some back, or give them time."
        )
    # Counted apart from the rows: a request that is taken back was made all the same.
    key = f"players.friend_requests.{player.pk}.{now:%Y%m%d}"
    made = cache.get_or_set(key, 0, timeout=DAY_SECONDS) or 0
    if made >= MAX_REQUESTS_A_DAY:
        raise TooManyRequests(f"You have asked {MAX_REQUESTS_A_DAY} people today. Please go on tomorrow.")
    cache.set(key, made + 1, timeout=DAY_SECONDS)


def _either_way(player: Player, other: Player) -> Q:
    return Q(player=player, other=other) | Q(player=other, other=player)


def _drop(rows: Q) -> bool:
    return bool(PlayerRelationship.objects.filter(rows).delete()[0])
