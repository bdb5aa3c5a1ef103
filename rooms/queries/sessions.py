from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from learning.models import Statement
from players.models import Player
from rooms.models import GameSession, Room, SessionAnswer, SessionParticipant

Phase = GameSession.Phase
# Points of an open question would tell who was right.
REVEALED = Q(answers__round__revealed_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's place on the board; `gained` is what the current round has brought."""

    place: int
    player: Player
    points: int
    correct: int
    gained: int


@dataclass(frozen=True, slots=True)
class Panel:
    """All that the session panel shows one viewer.

    Of an open question it holds the text only: a template can't betray a key that it does not get.
    """

    room: Room
    session: GameSession | None = None
    me: SessionParticipant | None = None
    participants: list[SessionParticipant] = field(default_factory=list)
    statement: str = ""
    answered: int = 0
    my_verdict: bool | None = None
    my_points: int = 0
    reveal: "Reveal | None" = None
    standings: list[Standing] = field(default_factory=list)
    recap: "list[RecapLine]" = field(default_factory=list)
    gained_xp: int = 0
    may_start: bool = False
    now_ms: int = 0
    ends_at_ms: int = 0

    @property
    def my_standing(self) -> Standing | None:
        return next((one for one in self.standings if self.me and one.player.pk == self.me.player_id), None)

    @property
    def is_running(self) -> bool:
        return self.session is not None and self.session.phase in (Phase.QUESTION, Phase.REVEAL)

    @property
    def ready(self) -> int:
        return sum(participant.is_ready for participant in self.participants)


@dataclass(frozen=True, slots=True)
class RecapLine:
    """A statement that was played, and whether the viewer was right (None without an answer)."""

    statement: Statement
    was_right: bool | None


@dataclass(frozen=True, slots=True)
class Reveal:
    """What becomes known when the time is over."""

    is_true: bool
    explanation: str
    source: str
    was_right: bool | None


def current_session(room: Room) -> GameSession | None:
    """The session of the room: the running one, else the one that ended last."""
    sessions = GameSession.objects.filter(room=room).select_related("topic", "host", "started_by__profile")
    return sessions.filter(ended_at=None).first() or sessions.order_by("-ended_at").first()


def question_is_open(room: Room) -> bool:
    return GameSession.objects.running().filter(room=room, phase=Phase.QUESTION).exists()


def standings(session: GameSession) -> list[Standing]:
    """Everybody's points, best first; ties by the shorter time, then by name."""
    players = (
        session.participants.filter(role=SessionParticipant.Role.PLAYER)
        .select_related("player__profile")
        .annotate(
            points=Coalesce(Sum("answers__points", filter=REVEALED), 0),
            correct=Count("answers", filter=REVEALED & Q(answers__is_correct=True)),
            time=Coalesce(Sum("answers__event__rt_ms", filter=REVEALED), 0, output_field=IntegerField()),
            gained=Coalesce(
                Sum("answers__points", filter=REVEALED & Q(answers__round__number=session.round_number)), 0
            ),
        )
        .order_by("-points", "time", "player__username")
    )
    return [
        Standing(place, row.player, row.points, row.correct, row.gained)
        for place, row in enumerate(players, start=1)
    ]


def panel_for(*, room: Room, player: Player, may_start: bool, now: datetime | None = None) -> Panel:
    """The panel as this viewer may see it, in a constant number of queries."""
    now = now or timezone.now()
    session = current_session(room)
    if session is None:
        return Panel(room, may_start=may_start)
    participants = list(session.participants.select_related("player__profile").order_by("joined_at", "pk"))
    me = next((entry for entry in participants if entry.player_id == player.pk), None)
    shown: dict[str, Any] = {
        "session": session,
        "me": me,
        "participants": participants,
        "may_start": may_start,
    }
    if session.phase in (Phase.QUESTION, Phase.REVEAL):
        shown |= _round_shown(session, me)
        shown |= {"now_ms": _ms(now), "ends_at_ms": _ms(session.phase_ends_at)}
    if session.phase in (Phase.REVEAL, Phase.FINISHED):
        shown |= {"standings": standings(session)}
    if session.phase == Phase.FINISHED:
        shown |= {"recap": recap(session, me), "gained_xp": xp_of(session, player)}
    return Panel(room, **shown)


def _round_shown(session: GameSession, me: SessionParticipant | None) -> dict[str, Any]:
    number = session.round_number
    current = session.rounds.select_related("statement").get(number=number)
    answers = list(SessionAnswer.objects.filter(round=current))
    mine = next((answer for answer in answers if me and answer.participant_id == me.pk), None)
    shown: dict[str, Any] = {
        "statement": current.statement.text,
        "answered": len(answers),
        "my_verdict": mine.verdict if mine else None,
    }
    if session.phase == Phase.REVEAL:
        statement = current.statement
        was_right = mine.is_correct if mine else None
        revealed = Reveal(statement.answer, statement.explanation, statement.source_reference, was_right)
        shown |= {"reveal": revealed, "my_points": mine.points if mine else 0}
    return shown


def recap(session: GameSession, me: SessionParticipant | None) -> list[RecapLine]:
    """What was played and revealed, in order."""
    rounds = list(session.rounds.exclude(revealed_at=None).select_related("statement").order_by("number"))
    answers = SessionAnswer.objects.filter(participant=me) if me else SessionAnswer.objects.none()
    mine = dict(answers.values_list("round_id", "is_correct"))
    return [RecapLine(entry.statement, mine.get(entry.pk)) for entry in rounds]


def xp_of(session: GameSession, player: Player) -> int:
    """What the session has paid the player."""
    paid = player.experience.filter(source_type="session", source_id=str(session.uuid)).first()
    return paid.delta if paid else 0


def _ms(moment: datetime | None) -> int:
    return round(moment.timestamp() * 1000) if moment else 0
