"""Who is asked which side of a fact: of those who came one after the other, every second one the other side."""

from learning.models import Statement
from rooms.models import SessionParticipant, SessionRound

RELATED = ("statement", "other")


def is_second(participant: SessionParticipant) -> bool:
    before = SessionParticipant.objects.filter(session=participant.session_id, pk__lt=participant.pk)
    return before.count() % 2 == 1


def asked_of(current: SessionRound, participant: SessionParticipant | None) -> Statement:
    """What the round asks this player; who only watches sees what the first one is asked."""
    if current.other is None or participant is None or not is_second(participant):
        return current.statement
    return current.other
