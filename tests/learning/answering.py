"""Answers given as the pages give them, by a clock of the test's own."""

from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from django.utils import timezone

from learning.actions.answers import Circumstances, record_answer
from learning.models import AnswerEvent, Statement
from players.models import Player

NOW = timezone.now()
_keys = count()


def answer(
    player: Player,
    statement: Statement,
    *,
    is_right: bool = True,
    at: datetime = NOW,
    seconds: float = 5.0,
    confidence: int | None = None,
    session: UUID | None = None,
) -> AnswerEvent:
    return record_answer(
        player=player,
        statement=statement,
        verdict=statement.answer is is_right,
        at=Circumstances(at - timedelta(seconds=seconds), at, session, "quiz", confidence),
        idempotency_key=f"answering:{next(_keys)}",
    )
