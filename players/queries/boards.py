"""Who has earned most, by privacy: only those who want to be on boards, and only for those who may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from players.models import Player, PlayerGameData, PlayerRelationship
from players.queries.activity import today_of
from players.queries.cards import people
from players.queries.privacy import seen_by_many
from players.queries.relationships import hidden_from
from players.rules.days import week_of
from players.rules.privacy import Field

TOP = 20
AROUND = 2
PERIODS = {"week": "This week", "all": "All time"}
# Who has more friends than that sees the best of them.
MOST_FRIENDS = 1000


@dataclass(frozen=True, slots=True)
class Row:
    place: int
    player_id: int
    name: str
    url: str
    avatar_url: str
    avatar_colour: int
    level: int
    xp: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Board:
    """`around` are the own place and its neighbours, when they aren't among the top anyway."""

    top: list[Row]
    around: list[Row]
    own_place: int
    own_xp: int


# (experience, player) of one place; higher experience first, then who came first.
Score = tuple[int, int]


def board_of_friends(viewer: Player, *, period: str) -> Board:
    """The viewer among those of his friends who want to be on boards."""
    kind = PlayerRelationship.Kind.FRIEND
    friends = PlayerRelationship.objects.filter(player=viewer, kind=kind).values("other")
    rows = _scored(PlayerGameData.objects.filter(is_ranked=True, player__in=friends), viewer, period)
    scores = list(rows.values_list("score", "player_id")[:MOST_FRIENDS])
    own = _own_score(viewer, period)
    # Who doesn't show himself to friends either is left out before places are given.
    scores = _shown(viewer, scores)
    if own[0]:
        scores = sorted([*scores, own], key=_in_order)
    at = scores.index(own) if own[0] else -1
    start = max(at - AROUND, TOP)
    around = scores[start : at + AROUND + 1] if at >= TOP else []
    return _board(viewer, scores[:TOP], (around, start), (at + 1, own[0]), _places(scores))


def board_of_everybody(viewer: Player, *, period: str) -> Board:
    """The best of those who want to be on boards, and the viewer's place among them."""
    rows = _scored(_open_to(viewer), viewer, period)
    top = list(rows.values_list("score", "player_id")[:TOP])
    own = _own_score(viewer, period)
    if not viewer.game_data.is_listed or not own[0]:
        return _board(viewer, top, ([], 0), (0, own[0]), _places(top))
    place = rows.filter(score__gt=own[0]).count() + rows.filter(score=own[0], player__lt=viewer.pk).count()
    if place < TOP:
        return _board(viewer, top, ([], 0), (place + 1, own[0]), _places(top))
    around, start = _neighbours(rows, own, place)
    return _board(viewer, top, (around, start), (place + 1, own[0]), _places(top) | _places(around, start))


def _neighbours(rows: QuerySet, own: Score, place: int) -> tuple[list[Score], int]:
    """The viewer with two on either side, and at which place (from 0) they begin."""
    xp, pk = own
    # The plain comparison says the same as the rest needs, and lets the index begin at this score.
    ahead = rows.filter(Q(score__gt=xp) | Q(player__lt=pk), score__gte=xp).order_by("score", "-player_id")
    behind = rows.filter(Q(score__lt=xp) | Q(player__gt=pk), score__lte=xp)
    before = list(ahead.values_list("score", "player_id")[: min(AROUND, place - TOP)])[::-1]
    after = list(behind.values_list("score", "player_id")[:AROUND])
    return [*before, own, *after], place - len(before)


def _open_to(viewer: Player) -> QuerySet[PlayerGameData]:
    """Those who are listed, without those between whom and the viewer there is a block."""
    rows = PlayerGameData.objects.filter(is_listed=True)
    hidden = hidden_from(viewer)
    return rows.exclude(player__in=hidden) if hidden else rows


def _scored(rows: QuerySet[PlayerGameData], viewer: Player, period: str) -> QuerySet:
    """In the order of an index; who has nothing yet stands on no board."""
    if period == "week":
        rows = rows.filter(week=_monday(viewer)).annotate(score=F("week_xp"))
        return rows.filter(week_xp__gt=0).order_by("-week_xp", "player_id")
    rows = rows.annotate(score=F("experience_points"))
    return rows.filter(experience_points__gt=0).order_by("-experience_points", "player_id")


def _own_score(viewer: Player, period: str) -> Score:
    row = viewer.game_data
    if period == "all":
        return row.experience_points, viewer.pk
    return (row.week_xp if row.week == _monday(viewer) else 0), viewer.pk


def _monday(viewer: Player) -> date:
    return week_of(today_of(viewer))


def _in_order(score: Score) -> tuple[int, int]:
    return -score[0], score[1]


def _places(scores: Sequence[Score], start: int = 0) -> dict[int, int]:
    """The place of each player; equal scores share one."""
    places: dict[int, int] = {}
    last = (0, 0)
    for number, (xp, pk) in enumerate(scores, start=start + 1):
        last = last if xp == last[0] else (xp, number)
        places[pk] = last[1]
    return places


def _shown(viewer: Player, scores: Sequence[Score]) -> list[Score]:
    found = people().filter(pk__in=[pk for _, pk in scores])
    seen = seen_by_many(viewer, found)
    return [score for score in scores if Field.BOARDS in seen.get(score[1], frozenset())]


def _board(
    viewer: Player,
    top: Sequence[Score],
    around: tuple[Sequence[Score], int],
    own: tuple[int, int],
    places: dict[int, int],
) -> Board:
    scores = [*top, *around[0]]
    players = {player.pk: player for player in people().filter(pk__in=[pk for _, pk in scores])}
    seen = seen_by_many(viewer, players.values())

    def drawn(chosen: Sequence[Score]) -> list[Row]:
        return [
            row_of(viewer, players[pk], places[pk], xp, seen[pk])
            for xp, pk in chosen
            # The rule has the last word; the query only saves looking at those whom it would leave out.
            if pk in players and Field.BOARDS in seen[pk]
        ]

    place, xp = own
    return Board(drawn(top), drawn(around[0]), places.get(viewer.pk, place), xp)


def row_of(viewer: Player, player: Player, place: int, xp: int, fields: frozenset[Field]) -> Row:
    """A row of a board with what the viewer may see of the player."""
    return Row(
        place=place,
        player_id=player.pk,
        name=player.name,
        url=player.get_absolute_url(),
        avatar_url=player.own_avatar_url if Field.AVATAR in fields else "",
        avatar_colour=player.avatar_colour,
        level=player.game_data.level,
        xp=xp,
        is_own=player.pk == viewer.pk,
    )
