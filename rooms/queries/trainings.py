"""How far people are in a training."""

from dataclasses import dataclass

from django.db.models import Count, Q

from learning.models import Statement
from players.models import Player
from rooms.models import GameSession, SessionAnswer, SessionParticipant
from rooms.queries.standings import is_shown


@dataclass(frozen=True, slots=True)
class Training:
    """Where one player stands in it, with the last answer and its reason."""

    total: int
    answered: int
    right: int
    last: SessionAnswer | None
    is_finished: bool

    @property
    def is_begun(self) -> bool:
        return self.answered > 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is, for who has assigned it."""

    player: Player
    answered: int
    right: int
    is_finished: bool


def training_for(session: GameSession, player: Player) -> Training:
    rounds = session.rounds.filter(annulled_at=None, statement__lifecycle=Statement.Lifecycle.APPROVED)
    answers = SessionAnswer.objects.filter(
        round__session=session, round__annulled_at=None, participant__player=player
    )
    counts = answers.aggregate(answered=Count("pk"), right=Count("pk", filter=Q(is_correct=True)))
    last = answers.select_related("round__statement", "event").order_by("-received_at", "-pk").first()
    waiting = rounds.exclude(answers__participant__player=player).count()
    total = counts["answered"] + waiting
    return Training(total, counts["answered"], counts["right"], last, is_finished=not waiting)


def progress_of(session: GameSession) -> list[Progress]:
    """Everybody who has begun, by name; who keeps out of all boards is in no list."""
    rows = session.participants.filter(role=SessionParticipant.Role.PLAYER)
    rows = rows.select_related("player__profile", "player__preferences").annotate(
        given=Count("answers"), right=Count("answers", filter=Q(answers__is_correct=True))
    )
    return [
        Progress(row.player, row.given, row.right, row.finished_at is not None)
        for row in rows.order_by("player__username")
        if is_shown(session, row)
    ]
