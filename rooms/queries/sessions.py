"""What the session panel shows one viewer."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from learning.models import Statement
from padawanforge.kit.memory import recalled
from players.models import Player
from rooms import modes
from rooms.models import GameSession, Room, SessionParticipant
from rooms.queries.boards import SHOWN, top_for
from rooms.queries.neighbours import RELATED, asked_of, is_second
from rooms.queries.standings import Standing
from rooms.queries.tournaments import Board, board_of
from rooms.queries.viewers import (
    answer_to,
    answers_of,
    answers_to,
    counts_of,
    current_round,
    paid_to,
    place_of,
)
from rooms.rules.times import UNTIMED, seconds_for

Phase = GameSession.Phase
Role = SessionParticipant.Role
# So many are named while people get ready.
NAMED = 40


@dataclass(frozen=True, slots=True)
class RecapLine:
    """A statement that was played, and whether the viewer was right; None without an answer.

    `was_here` is false for what was asked before he came.
    """

    statement: Statement
    was_right: bool | None
    was_here: bool = True
    passed: bool = False
    annulled: bool = False
    verdict: bool | None = None
    confidence: int | None = None


@dataclass(frozen=True, slots=True)
class Reveal:
    """What becomes known when the time is over."""

    is_true: bool
    explanation: str
    source: str
    was_right: bool | None
    annulled: bool = False
    hinted: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """All that the session panel shows one viewer.

    Of an open question it holds the text only: a template can't betray a key that it does not get.
    """

    room: Room
    session: GameSession | None = None
    me: SessionParticipant | None = None
    # Of a lobby the first who came; how many there are is counted.
    participants: list[SessionParticipant] = field(default_factory=list)
    players: int = 0
    ready: int = 0
    spectators: int = 0
    statement: str = ""
    statement_uuid: str = ""
    answered: int = 0
    my_verdict: bool | None = None
    has_passed: bool = False
    my_confidence: int | None = None
    my_points: int = 0
    reveal: Reveal | None = None
    # The first of the board.
    standings: list[Standing] = field(default_factory=list)
    my_standing: Standing | None = None
    recap: list[RecapLine] = field(default_factory=list)
    gained_xp: int = 0
    may_start: bool = False
    now_ms: int = 0
    ends_at_ms: int = 0
    # As everybody is told it; the viewer's own end may be another.
    usual_end_ms: int = 0
    my_seconds: int = 0
    asks_confidence: bool = False
    mode_text: str = ""
    board: Board | None = None
    trainings: list[GameSession] = field(default_factory=list)

    @property
    def is_running(self) -> bool:
        return self.session is not None and self.session.is_playing

    @property
    def is_paused(self) -> bool:
        return self.session is not None and self.session.paused_at is not None

    @property
    def not_shown(self) -> int:
        """How many more take part than are named."""
        return max(self.players - len(self.participants), 0)

    @property
    def may_lead(self) -> bool:
        """Who hosts it may do what whoever may start it may."""
        return self.may_start or self.is_hosting

    @property
    def plays(self) -> bool:
        """Whether the viewer may answer what is asked now."""
        me = self.me
        return me is not None and me.role == Role.PLAYER and me.left_at is None and me.eliminated_in is None

    @property
    def is_hosting(self) -> bool:
        """Whether the viewer leads the session instead of playing."""
        return (
            self.me is not None
            and self.session is not None
            and self.session.host_player_id == self.me.player_id
        )

    @property
    def is_answered(self) -> bool:
        return self.my_verdict is not None or self.has_passed

    @property
    def has_answered_all(self) -> bool:
        return self.me is not None and self.me.finished_at is not None

    @property
    def is_kept_out(self) -> bool:
        """A game among a few, of which the viewer isn't one."""
        is_private = self.session is not None and self.session.session_type == GameSession.Type.PRIVATE
        return is_private and self.me is None


def current_session(room: Room) -> GameSession | None:
    """The session of the room: the running one, else the one that ended last. Trainings are beside."""
    sessions = GameSession.objects.live().filter(room=room)
    sessions = sessions.select_related("topic", "host", "host_player__profile", "started_by__profile")
    return recalled(
        (GameSession, room.pk),
        lambda: sessions.filter(ended_at=None).first() or sessions.order_by("-ended_at").first(),
    )


def open_trainings(room: Room) -> list[GameSession]:
    """What can be practised in the room, the most pressing first; there are few."""
    found = GameSession.objects.trainings().running().filter(room=room).select_related("topic")
    return recalled(
        (open_trainings, room.pk),
        lambda: sorted(
            found, key=lambda one: (one.phase_ends_at is None, one.phase_ends_at or one.created_at, one.pk)
        ),
    )


def asking_sessions() -> QuerySet[GameSession]:
    """Those in which a question is open at this moment."""
    return GameSession.objects.running().filter(phase=Phase.QUESTION)


def panel_for(
    *, room: Room, player: Player, may_start: bool, now: datetime | None = None, is_brief: bool = False
) -> Panel:
    """The panel as this viewer may see it, in a constant number of queries and rows, however many play.

    In brief it is what a program needs to play: nobody else's name, no bracket, nothing of what is over.
    """
    now = now or timezone.now()
    session = current_session(room)
    trainings = [] if is_brief else open_trainings(room)
    if session is None:
        return Panel(room, may_start=may_start, trainings=trainings)
    session.room = room
    me = place_of(session, player)
    mode = modes.get(session.mode)
    shown: dict[str, Any] = {
        "session": session, "me": me, "may_start": may_start,
        "trainings": trainings, "asks_confidence": mode.asks_confidence, "mode_text": mode.text,
    }  # fmt: skip
    if session.session_type == GameSession.Type.PRIVATE and me is None:
        return Panel(room, session=session, may_start=may_start, trainings=trainings)
    shown |= _people(session, is_named=session.phase == Phase.LOBBY and not is_brief)
    if session.is_playing:
        shown |= _clock(session, me, session.paused_at or now)
    if session.phase in (Phase.QUESTION, Phase.REVEAL):
        shown |= _round_shown(session, me)
    if session.phase in (Phase.REVEAL, Phase.BREAK, Phase.FINISHED):
        top = top_for(session, viewer=player, me=me, most=0 if is_brief else SHOWN)
        shown |= {"standings": top.lines, "my_standing": top.mine}
    if is_brief:
        return Panel(room, **shown)
    if session.is_tournament and session.phase not in (Phase.LOBBY, Phase.CANCELLED):
        shown |= {"board": board_of(session, viewer=player)}
    if session.phase == Phase.FINISHED:
        shown |= {"recap": recap(session, me), "gained_xp": paid_to(session, player)}
    return Panel(room, **shown)


def _people(session: GameSession, *, is_named: bool) -> dict[str, Any]:
    """How many play, are ready and watch, and the first of the players by name."""
    counts = counts_of(session)
    if not is_named:
        return counts
    named = session.participants.filter(left_at=None, role=Role.PLAYER)
    named = named.select_related("player__profile").order_by("joined_at", "pk")
    return counts | {"participants": recalled((_people, session.pk), lambda: list(named[:NAMED]))}


def _clock(session: GameSession, me: SessionParticipant | None, now: datetime) -> dict[str, Any]:
    """The viewer's own time; that others have more or less of it, he doesn't learn."""
    shown: dict[str, Any] = {"now_ms": _ms(now), "ends_at_ms": _ms(session.phase_ends_at)}
    shown["usual_end_ms"] = shown["ends_at_ms"]
    if session.phase == Phase.QUESTION:
        factor = me.time_factor if me and me.role == Role.PLAYER else 1.0
        seconds = seconds_for(seconds=session.seconds_per_round, factor=factor)
        shown["ends_at_ms"] = _ms(session.phase_started_at + timedelta(seconds=seconds))
        usual = session.phase_started_at + timedelta(seconds=session.seconds_per_round)
        shown["usual_end_ms"] = _ms(usual)
        shown["my_seconds"] = 0 if factor == UNTIMED else round(seconds)
    return shown


def _round_shown(session: GameSession, me: SessionParticipant | None) -> dict[str, Any]:
    current = current_round(session)
    statement = asked_of(current, me)
    mine = answer_to(current, me) if me else None
    # While the clock stands still nobody shall think on.
    is_put_away = session.paused_at is not None and session.phase == Phase.QUESTION
    shown: dict[str, Any] = {
        "statement": "" if is_put_away else statement.text,
        "statement_uuid": "" if is_put_away else str(statement.uuid),
        "answered": answers_to(current),
        "my_verdict": mine.verdict if mine else None,
        "has_passed": mine is not None and mine.verdict is None,
        "my_confidence": mine.confidence if mine else None,
    }
    if session.phase == Phase.REVEAL:
        was_right = mine.is_correct if mine and mine.verdict is not None else None
        revealed = Reveal(
            statement.answer, statement.explanation, statement.source_reference, was_right,
            annulled=current.annulled_at is not None,
            hinted=mine is not None and current.is_hinted(mine.received_at),
        )  # fmt: skip
        shown |= {"reveal": revealed, "my_points": mine.points if mine else 0}
    return shown


def recap(session: GameSession, me: SessionParticipant | None) -> list[RecapLine]:
    """What was played and revealed, in order; of a training that still runs, only what the viewer answered."""
    played = session.rounds.exclude(revealed_at=None).select_related(*RELATED).order_by("number")
    rounds = recalled((recap, session.pk), lambda: list(played))
    mine = {answer.round_id: answer for answer in (answers_of(me) if me else [])}
    if session.is_training and session.ended_at is None:
        rounds = [entry for entry in rounds if entry.pk in mine]
    second = me is not None and any(entry.other_id for entry in rounds) and is_second(me)
    lines = []
    for entry in rounds:
        answer = mine.get(entry.pk)
        given = answer is not None and answer.verdict is not None
        lines.append(RecapLine(
            statement=entry.other if second and entry.other else entry.statement,
            was_right=answer.is_correct if answer and given else None,
            was_here=me is not None and (answer is not None or entry.number >= me.first_round),
            passed=answer is not None and not given,
            annulled=entry.annulled_at is not None,
            verdict=answer.verdict if answer else None,
            confidence=answer.confidence if answer else None,
        ))  # fmt: skip
    return lines


def _ms(moment: datetime | None) -> int:
    return round(moment.timestamp() * 1000) if moment else 0
