"""What a viewer may see of other players; every page, API answer, board and search goes through here."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone

from players.choices import RoleName
from players.models import Player, PlayerRelationship, Role
from players.rules.ages import is_minor
from players.rules.privacy import Field, Relation, visible_fields

Viewer = Player | AnonymousUser


def seen_by(viewer: Viewer, player: Player) -> frozenset[Field]:
    """The fields of the player that the viewer may see; the caller has selected the player's segments."""
    return seen_by_many(viewer, [player])[player.pk]


def seen_by_many(viewer: Viewer, players: Iterable[Player]) -> dict[int, frozenset[Field]]:
    """The same for each of many players, in two queries however many they are."""
    players = list(players)
    relations = relations_of(viewer, players)
    today = timezone.localdate()
    return {player.pk: _fields(player, relations[player.pk], today) for player in players}


def seen_as(relation: Relation, player: Player) -> frozenset[Field]:
    """What somebody in this relation sees; `seen_by` finds the relation first."""
    return _fields(player, relation, timezone.localdate())


def relations_of(viewer: Viewer, players: Iterable[Player]) -> dict[int, Relation]:
    """What the viewer is to each of the players."""
    players = list(players)
    if not viewer.is_authenticated:
        return dict.fromkeys((player.pk for player in players), Relation.ANONYMOUS)
    relations = {player.pk: Relation.SELF for player in players if player.pk == viewer.pk}
    others = [player.pk for player in players if player.pk != viewer.pk]
    if others:
        standing, links = standing_of(viewer), _links(viewer, others)
        relations |= {pk: _relation(standing, links.get(pk, set())) for pk in others}
    return relations


def is_minor_today(player: Player) -> bool:
    """By the birth date that the player gave; somebody without one isn't taken for a minor."""
    return is_minor(player.personal_info.date_of_birth, timezone.localdate(), settings.MINOR_UNDER_AGE)


def _fields(player: Player, relation: Relation, today: date) -> frozenset[Field]:
    if player.leaves_at and relation not in {Relation.SELF, Relation.SYSTEM_ADMIN}:
        return frozenset()
    info = player.personal_info
    return visible_fields(
        relation,
        visibility=player.profile.profile_visibility,
        level=player.preferences.privacy_level,
        choices=info.visibility_settings,
        is_minor=is_minor(info.date_of_birth, today, settings.MINOR_UNDER_AGE),
    )


def standing_of(viewer: Player) -> Relation:
    """What the viewer is to somebody he has nothing to do with."""
    if viewer.is_guest:
        return Relation.GUEST
    names = set(Role.objects.filter(group__user=viewer, is_active=True).values_list("name", flat=True))
    if viewer.is_superuser or RoleName.SYSTEM_ADMIN in names:
        return Relation.SYSTEM_ADMIN
    return Relation.GAME_MASTER if RoleName.GAME_MASTER in names else Relation.PLAYER


def _links(viewer: Player, others: list[int]) -> dict[int, set[str]]:
    """Friendships and blocks between the viewer and each of the others; a block counts from either side."""
    kinds = [PlayerRelationship.Kind.FRIEND, PlayerRelationship.Kind.BLOCKED]
    between = Q(player=viewer, other__in=others) | Q(other=viewer, player__in=others)
    links: dict[int, set[str]] = {}
    for player_id, other_id, kind in PlayerRelationship.objects.filter(between, kind__in=kinds).values_list(
        "player_id", "other_id", "kind"
    ):
        links.setdefault(other_id if player_id == viewer.pk else player_id, set()).add(kind)
    return links


def _relation(standing: Relation, links: set[str]) -> Relation:
    # Who answers for the others sees them even when one has blocked the other.
    if standing in {Relation.SYSTEM_ADMIN, Relation.GAME_MASTER}:
        return standing
    if PlayerRelationship.Kind.BLOCKED in links:
        return Relation.BLOCKED
    return Relation.FRIEND if PlayerRelationship.Kind.FRIEND in links else standing
