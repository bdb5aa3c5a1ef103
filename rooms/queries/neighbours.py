"""Who is asked which side of a fact: of those who came one after the other, every second one the other side."""

from django.db.models import QuerySet

from learning.models import Statement
from padawanforge.kit.memory import keep, recalled
from rooms.models import GameSession, SessionParticipant, SessionRound

RELATED = ("statement", "other")


def is_second(participant: SessionParticipant) -> bool:
    return recalled((is_second, participant.pk), lambda: _before(participant).count() % 2 == 1)


def _before(participant: SessionParticipant) -> QuerySet[SessionParticipant]:
    return SessionParticipant.objects.filter(session=participant.session_id, pk__lt=participant.pk)


def know_sides(session: GameSession) -> None:
    """For asking about many of the session."""
    in_order = session.participants.order_by("pk").values_list("pk", flat=True)
    for number, pk in enumerate(in_order):
        keep((is_second, pk), number % 2 == 1)


def asked_of(current: SessionRound, participant: SessionParticipant | None) -> Statement:
    """What the round asks this player; who only watches sees what the first one is asked."""
    if current.other is None or participant is None or not is_second(participant):
        return current.statement
    return current.other
