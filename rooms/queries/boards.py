"""The top of a session's board and the viewer's own line, when hundreds look at it in the same second.

After a reveal everybody asks for the board, and until the next one it stays the same: so its figures are worked
out once. Names and who wants to be seen are looked up each time.
"""

from dataclasses import dataclass

from django.core.cache import cache

from padawanforge.kit.memory import recalled
from players.models import Player
from rooms.models import GameSession, SessionParticipant
from rooms.queries.standings import Standing, is_shown, standings

SHOWN = 10
KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A standing without its player."""

    participant_id: int
    place: int | None
    points: int
    correct: int
    gained: int
    brier: float
    skips: int


@dataclass(frozen=True, slots=True)
class Top:
    """The first lines, and the viewer's own wherever it stands."""

    lines: list[Standing]
    mine: Standing | None


def top_for(session: GameSession, *, viewer: Player, me: SessionParticipant | None, most: int = SHOWN) -> Top:
    """In a number of rows that doesn't grow with the session; `most` may be 0 for who wants only his own."""
    lines = recalled((_lines, session.pk), lambda: _lines(session))
    first = list(lines.values())[:most]
    mine = lines.get(me.pk) if me is not None else None
    ids = tuple(line.participant_id for line in first)
    rows = recalled((_rows, session.pk, ids), lambda: _rows(session, ids))
    found = [
        _standing(line, rows[line.participant_id])
        for line in first
        if line.participant_id in rows and _may_be_seen(session, rows[line.participant_id], viewer)
    ]
    if mine is not None and me is not None:
        return Top(found, _standing(mine, me))
    return _with_hidden(session, viewer, me, found)


def forget_lines(session: GameSession) -> None:
    """A round of it counts for nobody from now on."""
    cache.delete(_key(session))


def _with_hidden(
    session: GameSession, viewer: Player, me: SessionParticipant | None, found: list[Standing]
) -> Top:
    """Who is on no board for others sees himself on it, at his place; there are few."""
    if me is None or me.role != SessionParticipant.Role.PLAYER:
        return Top(found, None)
    board = standings(session, viewer=viewer)
    mine = next((one for one in board if one.participant_id == me.pk), None)
    return Top(board[: len(found) + 1] if found else [], mine)


def _lines(session: GameSession) -> dict[int, Line]:
    """By participant, best first."""
    kept = cache.get(_key(session))
    if kept is None:
        kept = [
            (one.participant_id, one.place, one.points, one.correct, one.gained, one.brier, one.skips)
            for one in standings(session)
        ]
        cache.set(_key(session), kept, timeout=KEPT_SECONDS)
    return {line.participant_id: line for line in (Line(*values) for values in kept)}


def _key(session: GameSession) -> str:
    began = round(session.phase_started_at.timestamp() * 1000)
    return f"rooms.board.{session.pk}.{session.phase}.{session.round_number}.{began}"


def _rows(session: GameSession, ids: tuple[int, ...]) -> dict[int, SessionParticipant]:
    if not ids:
        return {}
    rows = session.participants.filter(pk__in=ids)
    return {row.pk: row for row in rows.select_related("player__profile", "player__preferences")}


def _may_be_seen(session: GameSession, row: SessionParticipant, viewer: Player) -> bool:
    return row.player_id == viewer.pk or is_shown(session, row)


def _standing(line: Line, row: SessionParticipant) -> Standing:
    return Standing(
        place=line.place, player=row.player, points=line.points, correct=line.correct, gained=line.gained,
        participant_id=line.participant_id, brier=line.brier, skips=line.skips,
    )  # fmt: skip
