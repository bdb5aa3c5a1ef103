"""What a crowd asks of its game and answers in it at the same moment: looked up and stored together.

When a question opens, hundreds ask what it is in the same second, and answer it in the next ones. What is the
same for all of them is read once; each is looked at as if he came alone, and refused alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone

from messaging import permissions as channels
from messaging.permissions import Grant
from messaging.queries.ahead import know_members
from padawanforge.kit.errors import DomainError
from padawanforge.kit.memory import one_reading
from players.models import Player
from rooms.actions.session_answers import Given, Vote, submit_answers
from rooms.actions.session_refusals import NotInSession
from rooms.models import GameSession, SessionAnswer
from rooms.permissions import may_start_session
from rooms.queries.session_state import state_of
from rooms.queries.sessions import Panel, current_session, panel_for
from rooms.queries.settings import room_of
from rooms.queries.viewers import know_ends, know_viewers


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """Somebody wants to know how the game in a room stands."""

    player_id: int
    room: UUID

    @property
    def place(self) -> int:
        return id(self)


@dataclass(frozen=True, slots=True)
class Ballot:
    """Somebody's answer to what is asked in a room, as it came in."""

    player_id: int
    room: UUID
    given: Given
    received_at: datetime

    @property
    def place(self) -> tuple[int, UUID]:
        return self.player_id, self.room


@dataclass(frozen=True, slots=True)
class Seat:
    """A player at the game of his room."""

    player: Player
    session: GameSession


def look_together(looks: Sequence[Look]) -> list[dict | DomainError]:
    """The game as a program may see it for each of them, in their order."""
    now = timezone.now()
    return _seen(looks, lambda panel: {"session": state_of(panel), "server_time": now}, now, is_brief=True)


def panels_together(looks: Sequence[Look]) -> list[str | DomainError]:
    """The panel of the page for each of them, in their order."""
    return _seen(looks, _drawn, timezone.now(), is_brief=False)


def answer_together(ballots: Sequence[Ballot]) -> list[SessionAnswer | Exception]:
    """Of each player and room one, in their order."""
    with one_reading():
        seats = _seats(ballots, channels.posting, timezone.now())
    outcomes: dict[int, SessionAnswer | Exception] = {
        number: seat for number, seat in enumerate(seats) if isinstance(seat, DomainError)
    }
    for session, numbers in _by_session(seats):
        votes = [
            Vote(seats[number].player, ballots[number].given, ballots[number].received_at)
            for number in numbers
        ]
        outcomes.update(zip(numbers, _stored(session, votes), strict=True))
    return [outcomes[number] for number in range(len(ballots))]


def seat_of(grant: Grant) -> Seat:
    """Raises where nothing is played."""
    room = room_of(grant.channel)
    running = current_session(room) if room else None
    if room is None or running is None:
        raise NotInSession("Nothing is played here.")
    room.channel = grant.channel
    running.room = room
    return Seat(grant.player, running)


def _seats(
    asked: Sequence[Look] | Sequence[Ballot], right: Callable[[int, UUID], Grant], now: datetime
) -> list[Any]:
    """Of each his seat, or what refuses him."""
    know_members({one.player_id for one in asked}, {one.room for one in asked}, now)
    return [_seat(one, right) for one in asked]


def _seat(one: Look | Ballot, right: Callable[[int, UUID], Grant]) -> Seat | DomainError:
    try:
        return seat_of(right(one.player_id, one.room))
    except DomainError as refusal:
        return refusal


def _by_session(seats: Sequence[Any]) -> list[tuple[GameSession, list[int]]]:
    """The games with the numbers of their seats; in one order, for their rows may be locked."""
    games: dict[int, tuple[GameSession, list[int]]] = {}
    for number, seat in enumerate(seats):
        if isinstance(seat, Seat):
            games.setdefault(seat.session.pk, (seat.session, []))[1].append(number)
    return [games[pk] for pk in sorted(games)]


@one_reading()
def _seen(looks: Sequence[Look], show: Callable[[Panel], Any], now: datetime, *, is_brief: bool) -> list[Any]:
    seats = _seats(looks, channels.reading, now)
    for session, numbers in _by_session(seats):
        viewers = [seats[number].player for number in numbers]
        know_viewers(session, viewers)
        if not is_brief:
            know_ends(session, viewers)
    return [show(_panel(seat, now, is_brief)) if isinstance(seat, Seat) else seat for seat in seats]


def _panel(seat: Seat, now: datetime, is_brief: bool) -> Panel:
    player, room = seat.player, seat.session.room
    may_start = may_start_session(player, room)
    return panel_for(room=room, player=player, may_start=may_start, now=now, is_brief=is_brief)


def _drawn(panel: Panel) -> str:
    """Each viewer's by itself: drawing it is cheap, and nothing of his can get into another's."""
    return render_to_string("rooms/_session.html", {"room": panel.room, "panel": panel})


def _stored(session: GameSession, votes: Sequence[Vote]) -> Sequence[SessionAnswer | Exception]:
    try:
        return submit_answers(session=session, votes=votes, now=timezone.now())
    except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it is
        if len(votes) == 1:
            return [error]
        # What one of them alone met; the others shall not suffer for it.
        return [outcome for vote in votes for outcome in _stored(session, [vote])]
