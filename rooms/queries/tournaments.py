"""The board of a tournament: the first matches of each round and the viewer's own; a page has all of one round."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from padawanforge.kit.memory import recalled
from padawanforge.kit.paging import page_of
from players.models import Player
from rooms.models import GameSession, SessionParticipant, TournamentMatch
from rooms.queries.standings import is_shown

Reason = TournamentMatch.Reason
SOMEBODY = "A player"
# Of each round; a knock-out of up to 32 is whole.
SHOWN = 16
ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Side:
    """Somebody in a match; without a name the place is empty."""

    name: str
    points: int | None
    is_winner: bool
    is_me: bool


@dataclass(frozen=True, slots=True)
class Match:
    number: int
    sides: tuple[Side, Side]
    reason: str
    is_bye: bool
    is_decided: bool

    @property
    def is_mine(self) -> bool:
        return any(side.is_me for side in self.sides)


@dataclass(frozen=True, slots=True)
class Stage:
    """`total` are all matches of the round, also those that aren't drawn."""

    number: int
    matches: list[Match]
    total: int
    is_current: bool

    @property
    def is_whole(self) -> bool:
        return len(self.matches) == self.total


@dataclass(frozen=True, slots=True)
class Board:
    """What is drawn; a knock-out as a tree, a Swiss tournament as columns of pairs."""

    session: GameSession
    is_bracket: bool
    stages: list[Stage]
    planned: int

    @property
    def is_tree(self) -> bool:
        """Lines from match to match need all of them."""
        return self.is_bracket and all(stage.is_whole for stage in self.stages)


@dataclass(frozen=True, slots=True)
class RoundPage:
    """Some matches of one round, in their order; `after` is the cursor of the next page."""

    matches: list[Match]
    after: str


def board_of(session: GameSession, *, viewer: Player | None = None) -> Board:
    """In four queries, however many play; who keeps out of all boards has no name for others."""
    by_stage = session.matches.order_by("stage").values_list("stage")
    counts = recalled((board_of, session.pk), lambda: list(by_stage.annotate(total=Count("pk"))))
    first = session.matches.filter(number__lte=SHOWN)
    rows = recalled((TournamentMatch, session.pk), lambda: list(first))
    if viewer is not None and any(total > SHOWN for _, total in counts):
        mine = Q(first__player=viewer) | Q(second__player=viewer)
        rows = rows + list(session.matches.filter(mine, number__gt=SHOWN))
    rows = sorted(rows, key=lambda row: (row.stage, row.number))
    columns: dict[int, list[Match]] = {}
    for row, match in zip(rows, _matches(session, rows, viewer), strict=True):
        columns.setdefault(row.stage, []).append(match)
    stages = [Stage(number, columns[number], total, number == session.stage) for number, total in counts]
    is_bracket = session.format == GameSession.Format.BRACKET
    return Board(session, is_bracket, stages, session.stages_planned)


def round_page(session: GameSession, *, stage: int, viewer: Player, after: str = "") -> RoundPage:
    """All matches of one round, a page at a time."""
    page = page_of(session.matches.filter(stage=stage), order=("number",), cursor=after, limit=ON_A_PAGE)
    return RoundPage(_matches(session, page.rows, viewer), page.after)


def _matches(session: GameSession, rows: Iterable[TournamentMatch], viewer: Player | None) -> list[Match]:
    rows = list(rows)
    sides = frozenset(side for row in rows for side in (row.first_id, row.second_id) if side)
    found = session.participants.filter(pk__in=sides)
    found = found.select_related("player__profile", "player__preferences")
    people = recalled((_matches, session.pk, sides), lambda: {row.pk: row for row in found})
    viewer_id = viewer.pk if viewer else None
    return [_match(session, row, people, viewer_id) for row in rows]


def _match(
    session: GameSession, row: TournamentMatch, people: dict[int, SessionParticipant], viewer_id: int | None
) -> Match:
    sides = tuple(
        _side(session, people.get(pk) if pk else None, row, points, viewer_id)
        for pk, points in ((row.first_id, row.first_points), (row.second_id, row.second_points))
    )
    reason = row.get_reason_display() if row.reason not in ("", Reason.POINTS) else ""
    return Match(row.number, sides, reason, row.is_bye, row.decided_at is not None)  # type: ignore[arg-type]


def _side(
    session: GameSession,
    participant: SessionParticipant | None,
    row: TournamentMatch,
    points: int | None,
    viewer_id: int | None,
) -> Side:
    if participant is None:
        return Side("", None, False, False)
    is_me = participant.player_id == viewer_id
    name = participant.player.name if is_me or is_shown(session, participant) else SOMEBODY
    return Side(name, points, row.winner_id == participant.pk, is_me)
