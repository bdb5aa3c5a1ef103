"""Finding players by the beginning of their names."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from players.models import Player, PlayerPreferences, PlayerProfile, PlayerRelationship
from players.models.player import PlayerQuerySet
from players.queries.cards import PlayerCard, people, player_cards
from players.queries.privacy import standing_of
from players.rules.minors import of_age_when_born_by
from players.rules.privacy import Field, Relation

PAGE = 24
ANSWERABLE = frozenset({Relation.SYSTEM_ADMIN, Relation.GAME_MASTER})


@dataclass(frozen=True, slots=True)
class Directory:
    """`after` is the username behind which the next page begins; empty on the last one."""

    cards: list[PlayerCard]
    after: str


def directory(viewer: Player, *, q: str = "", after: str = "", limit: int = PAGE) -> Directory:
    """Players in the order of their usernames, only those whom the viewer may find by search."""
    found = findable_by(viewer)
    if q:
        found = found.filter(pk__in=named(q))
    if after:
        found = found.filter(username__gt=after.lower())
    rows = list(found.order_by("username")[: limit + 1])
    # The rule has the last word; the query only saves looking at those whom it would leave out.
    cards = [card for card in player_cards(viewer, rows[:limit]) if Field.SEARCH in card.fields]
    return Directory(cards, rows[limit - 1].username if len(rows) > limit else "")


def findable_by(viewer: Player) -> PlayerQuerySet:
    """Those for whom `players.rules.privacy` lets the viewer search; a test holds the two together."""
    found = people().filter(is_guest=False)
    if standing_of(viewer) in ANSWERABLE:
        return found
    if viewer.is_guest:
        return found.none()
    return found.filter(_is_open_to(viewer) | Q(pk=viewer.pk)).exclude(pk__in=_blocked(viewer))


def _is_open_to(viewer: Player) -> Q:
    born_by = of_age_when_born_by(timezone.localdate(), settings.MINOR_UNDER_AGE)
    is_of_age = Q(personal_info__date_of_birth=None) | Q(personal_info__date_of_birth__lte=born_by)
    friends = PlayerRelationship.objects.filter(player=viewer, kind=PlayerRelationship.Kind.FRIEND)
    is_shown = Q(profile__profile_visibility=PlayerProfile.Visibility.PUBLIC) | Q(
        profile__profile_visibility=PlayerProfile.Visibility.FRIENDS, pk__in=friends.values("other")
    )
    return is_of_age & is_shown & ~Q(preferences__privacy_level=PlayerPreferences.PrivacyLevel.MAXIMUM)


def _blocked(viewer: Player) -> QuerySet:
    blocks = PlayerRelationship.objects.filter(kind=PlayerRelationship.Kind.BLOCKED)
    return blocks.filter(player=viewer).values("other").union(blocks.filter(other=viewer).values("player"))


def named(q: str) -> QuerySet:
    """The ids of those whose username or shown name begins so: each from an index of its own."""
    by_username = Player.objects.filter(username__startswith=q.lower()).values("pk")
    return by_username.union(PlayerProfile.objects.filter(search_name__startswith=q.lower()).values("pk"))
