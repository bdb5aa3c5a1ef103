"""Friends, requests, follows and blocks: who is what to whom, and what can be done about it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from padawanforge.kit.memory import keep, recalled
from padawanforge.kit.paging import page_of
from padawanforge.kit.prepared import prepared
from players.choices import RoleName
from players.models import Player, PlayerRelationship, Role
from players.queries.privacy import is_minor_today, seen_by_many
from players.rules.privacy import Field
from players.rules.relationships import Ties, Verb, can_be_asked, can_be_followed, possible

Kind = PlayerRelationship.Kind
PAGE = 24
ORDER = ("-created_at", "-pk")
SEGMENTS = ("profile", "preferences", "personal_info", "game_data")
SEES_EVERYBODY = (RoleName.GAME_MASTER, RoleName.SYSTEM_ADMIN)


@dataclass(frozen=True, slots=True)
class Buttons:
    """What the viewer is offered about a player."""

    username: str
    name: str
    verbs: frozenset[Verb]
    ties: Ties


@dataclass(frozen=True, slots=True)
class Person:
    """A row of a list; picture and level only when the viewer may see them."""

    username: str
    name: str
    url: str
    avatar_url: str
    avatar_colour: int
    level: int | None
    since: datetime
    relation: Buttons


@dataclass(frozen=True, slots=True)
class People:
    """`after` asks for the next page; empty on the last one."""

    rows: Sequence[Person]
    after: str


def ties_with(player: Player, others: Iterable[int]) -> dict[int, Ties]:
    """The ties between the player and each of the others, in one query."""
    others = list(others)
    facts: dict[int, dict[str, bool]] = {other: {} for other in others}
    between = Q(player=player, other__in=others) | Q(other=player, player__in=others)
    rows = PlayerRelationship.objects.filter(between).values_list("player_id", "other_id", "kind")
    for player_id, other_id, kind in rows:
        is_mine = player_id == player.pk
        if fact := (_MINE if is_mine else _THEIRS).get(Kind(kind)):
            facts[other_id if is_mine else player_id][fact] = True
    return {other: Ties(**known) for other, known in facts.items()}


_MINE = {
    Kind.FRIEND: "is_friend",
    Kind.FRIEND_REQUEST: "has_asked",
    Kind.FOLLOW: "follows",
    Kind.BLOCKED: "has_blocked",
}
_THEIRS = {Kind.FRIEND_REQUEST: "was_asked", Kind.BLOCKED: "is_blocked"}


def are_friends(player: Player, other: Player) -> bool:
    return PlayerRelationship.objects.filter(player=player, other=other, kind=Kind.FRIEND).exists()


def is_blocked_between(player_id: int, other_id: int) -> bool:
    """Whether one of the two has blocked the other."""
    either = Q(player=player_id, other=other_id) | Q(player=other_id, other=player_id)
    return PlayerRelationship.objects.filter(either, kind=Kind.BLOCKED).exists()


def hidden_from(player: Player) -> frozenset[int]:
    """Whose words and presence the player doesn't see: a block hides both from each other.

    Nobody is hidden from those who answer for the others; they could not help otherwise.
    """
    return recalled((hidden_from, player.pk), lambda: _hidden_from(player))


def know_hidden(players: Collection[int]) -> None:
    """Keeps the same for many for the rest of the reading; one query, and one more where somebody is blocked."""
    others: dict[int, set[int]] = {pk: set() for pk in players}
    for one, other in _blocks(players):
        others.get(one, set()).add(other)
        others.get(other, set()).add(one)
    seeing = _who_see_everybody([pk for pk, found in others.items() if found])
    for pk, found in others.items():
        keep((hidden_from, pk), frozenset() if pk in seeing else frozenset(found))


@prepared
def _blocks(players: Collection[int]) -> QuerySet[PlayerRelationship, tuple[int, int]]:
    either = Q(player__in=players) | Q(other__in=players)
    return PlayerRelationship.objects.filter(either, kind=Kind.BLOCKED).values_list("player_id", "other_id")


def _who_see_everybody(players: Collection[int]) -> set[int]:
    if not players:
        return set()
    answering = Q(groups__role__is_active=True, groups__role__name__in=SEES_EVERYBODY)
    found = Player.objects.filter(answering | Q(is_superuser=True), pk__in=players)
    return set(found.values_list("pk", flat=True))


def _hidden_from(player: Player) -> frozenset[int]:
    pairs = _blocks([player.pk])
    if not pairs or sees_everybody(player):
        return frozenset()
    return frozenset(other if one == player.pk else one for one, other in pairs)


def sees_everybody(player: Player) -> bool:
    roles = Role.objects.filter(group__user=player, is_active=True, name__in=SEES_EVERYBODY)
    return player.is_superuser or roles.exists()


def open_requests(player: Player) -> int:
    """How many wait for the player's answer."""
    return _of_present(PlayerRelationship.objects.filter(other=player, kind=Kind.FRIEND_REQUEST)).count()


def is_askable(player: Player) -> bool:
    """Whether strangers may ask the player; the caller has selected the segments."""
    return not player.is_guest and can_be_asked(
        level=player.preferences.privacy_level, is_minor=is_minor_today(player)
    )


def is_followable(player: Player) -> bool:
    return not player.is_guest and can_be_followed(
        visibility=player.profile.profile_visibility,
        level=player.preferences.privacy_level,
        is_minor=is_minor_today(player),
    )


def relation_buttons(viewer: Player, player: Player) -> Buttons | None:
    """What the viewer can do about the player; None about himself."""
    if not viewer.is_authenticated or viewer.pk == player.pk:
        return None
    return _buttons(viewer, player, ties_with(viewer, [player.pk])[player.pk])


def player_to_relate(username: str) -> Player | None:
    """Somebody whom others may meet, with his segments."""
    return Player.objects.present().select_related(*SEGMENTS).filter(username=username.lower()).first()


def friends(player: Player, *, after: str = "", limit: int = PAGE) -> People:
    return _page(player, _mine(player, Kind.FRIEND), after, limit)


def following(player: Player, *, after: str = "", limit: int = PAGE) -> People:
    return _page(player, _mine(player, Kind.FOLLOW), after, limit)


def blocked(player: Player, *, after: str = "", limit: int = PAGE) -> People:
    return _page(player, _mine(player, Kind.BLOCKED), after, limit)


def requests_sent(player: Player, *, after: str = "", limit: int = PAGE) -> People:
    return _page(player, _mine(player, Kind.FRIEND_REQUEST), after, limit)


def requests_received(player: Player, *, after: str = "", limit: int = PAGE) -> People:
    rows = PlayerRelationship.objects.filter(other=player, kind=Kind.FRIEND_REQUEST)
    return _page(player, _of_present(rows), after, limit)


def _mine(player: Player, kind: str) -> QuerySet[PlayerRelationship]:
    return _of_present(PlayerRelationship.objects.filter(player=player, kind=kind))


def _of_present(rows: QuerySet[PlayerRelationship]) -> QuerySet[PlayerRelationship]:
    """Without those who are leaving; they come back into the lists when they stay."""
    ends = {f"{end}__is_active": True for end in ("player", "other")}
    return rows.filter(player__leaves_at=None, other__leaves_at=None, **ends)


def _page(viewer: Player, rows: QuerySet[PlayerRelationship], after: str, limit: int) -> People:
    ends = [f"{end}__{segment}" for end in ("player", "other") for segment in SEGMENTS]
    page = page_of(rows.select_related(*ends), order=ORDER, cursor=after, limit=limit)
    pairs = [(row, row.other if row.player_id == viewer.pk else row.player) for row in page.rows]
    fields = seen_by_many(viewer, [player for _, player in pairs])
    ties = ties_with(viewer, [player.pk for _, player in pairs])
    return People(
        [_person(viewer, row, player, fields[player.pk], ties) for row, player in pairs], page.after
    )


def _person(
    viewer: Player,
    row: PlayerRelationship,
    player: Player,
    fields: frozenset[Field],
    ties: dict[int, Ties],
) -> Person:
    tie = ties[player.pk]
    is_hidden = tie.has_blocked or tie.is_blocked
    return Person(
        username=player.username,
        name=player.name,
        url="" if is_hidden else player.get_absolute_url(),
        avatar_url=player.avatar_url if Field.AVATAR in fields else "",
        avatar_colour=player.avatar_colour,
        level=player.game_data.level if Field.PROGRESS in fields else None,
        since=row.created_at,
        relation=_buttons(viewer, player, tie),
    )


def _buttons(viewer: Player, player: Player, ties: Ties) -> Buttons:
    verbs = possible(
        ties,
        askable=not viewer.is_guest and is_askable(player),
        followable=not viewer.is_guest and is_followable(player),
    )
    return Buttons(player.username, player.name, frozenset(verbs), ties)
