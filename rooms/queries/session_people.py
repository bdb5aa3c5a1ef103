"""Who plays in a session, who is there, and for whom a question waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from messaging.models import LiveConnection
from rooms.models import GameSession, SessionParticipant, SessionRound
from rooms.rules.times import UNTIMED, deadline

# Who gave no sign of life for so long is not waited for; until then he comes back to the same question.
AWAY_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Waiting:
    """For how many a question waits, and until when at most."""

    count: int
    until: datetime


def players_of(session: GameSession) -> QuerySet[SessionParticipant]:
    """Who takes part, has not stopped and has not left the room."""
    players = session.participants.filter(role=SessionParticipant.Role.PLAYER, left_at=None)
    return players.filter(player__channel_memberships__channel=session.room.channel_id)


def asked_in(session: GameSession, number: int) -> QuerySet[SessionParticipant]:
    """For whom the question counts: who came late or is out of a knock-out only watches."""
    return players_of(session).filter(first_round__lte=number, eliminated_in=None)


def live_connections(session: GameSession, now: datetime) -> Exists:
    open_pages = LiveConnection.objects.filter(
        channel=session.room.channel_id, player=OuterRef("player"), expires_at__gt=now
    )
    return Exists(open_pages)


def waiting_for(session: GameSession, current: SessionRound, now: datetime) -> Waiting:
    """Who is there, has not answered and still has time; nobody waits for a clock when everybody has."""
    here = asked_in(session, current.number).exclude(answers__round=current)
    here = here.filter(Q(seen_at__gt=now - AWAY_AFTER) | live_connections(session, now))
    found = here.aggregate(
        count=Count("pk"),
        untimed=Count("pk", filter=Q(time_factor=UNTIMED)),
        factor=Max("time_factor"),
        rtt=Max("rtt_ms"),
    )
    factor = UNTIMED if found["untimed"] else (found["factor"] or 1.0)
    until = deadline(
        opened_at=session.phase_started_at,
        seconds=session.seconds_per_round,
        factor=factor,
        rtt_ms=found["rtt"] or 0,
    )
    return Waiting(found["count"] if until > now else 0, until)
