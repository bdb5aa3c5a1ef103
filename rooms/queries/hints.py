"""What a player could be given a hint to: what is asked in the room, or of him alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from learning.models import Practice, Statement
from messaging.models import Channel
from players.models import Player
from rooms.models import GameSession, SessionAnswer, SessionParticipant, SessionRound, TrainingStep
from rooms.models.session import DRAWN
from rooms.queries.session_people import asked_in
from rooms.queries.sessions import asking_sessions

# What was shown longer ago is no longer before anybody's eyes.
SHOWN_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AskedAlone:
    """A statement that is before one player; of a practice, or of a training at this step."""

    statement: Statement
    shown_at: datetime
    practice: Practice | None = None
    step: TrainingStep | None = None


def practising(player: Any) -> QuerySet[Practice]:
    return Practice.objects.filter(player=player, ended_at=None, statement__isnull=False)


def unanswered_steps(player: Any, since: datetime) -> QuerySet[TrainingStep]:
    """What trainings have shown to the player since that moment."""
    given = SessionAnswer.objects.filter(round=OuterRef("round"), participant=OuterRef("participant"))
    shown = TrainingStep.objects.filter(participant__player=player, shown_at__gt=since)
    return shown.filter(~Exists(given), round__session__ended_at=None, round__annulled_at=None)


def asked_alone(player: Player, now: datetime) -> Sequence[AskedAlone]:
    """What is shown last comes first."""
    steps = unanswered_steps(player, now - SHOWN_WITHIN).select_related("round__statement", "participant")
    practices = practising(player).select_related("statement")
    found = [AskedAlone(step.round.statement, step.shown_at, step=step) for step in steps]
    found += [
        AskedAlone(one.statement, one.shown_at, practice=one)
        for one in practices
        if one.statement is not None and one.shown_at is not None
    ]
    return sorted(found, key=lambda one: one.shown_at, reverse=True)


def plays_with_others(player: Player) -> bool:
    """Whether a game is running in which the player answers."""
    places = SessionParticipant.objects.filter(
        player=player, left_at=None, role=SessionParticipant.Role.PLAYER
    )
    running = GameSession.objects.live().filter(ended_at=None, phase__in=DRAWN)
    return running.filter(Exists(places.filter(session=OuterRef("pk")))).exists()


def asking_in(channel: Channel) -> int | None:
    """The session that asks something in the room of this channel."""
    found = asking_sessions().filter(room__channel=channel)
    return found.values_list("pk", flat=True).first()


def still_answers(player: Player, current: SessionRound) -> bool:
    """Whether the round waits for the player's answer, too: nobody else needs a hint to it."""
    here = asked_in(current.session, current.number).filter(player=player)
    return here.exclude(answers__round=current).exists()
