from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from learning import rules
from learning.models import AnswerEvent, Statement
from players.models import Player


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and where an answer was given; both moments by the server's clock."""

    shown_at: datetime
    received_at: datetime
    session_uuid: UUID | None
    mode: str


@transaction.atomic
def record_answer(
    *, player: Player, statement: Statement, verdict: bool, at: Circumstances, idempotency_key: str
) -> AnswerEvent:
    """Append the answer to the learner's history; the same key twice is one answer."""
    response_ms = max(round((at.received_at - at.shown_at).total_seconds() * 1000), 0)
    rapid = rules.is_rapid(text=statement.text, response_ms=response_ms)
    is_correct = verdict == statement.answer
    difficulty, variance = rules.prior_of(statement.difficulty)
    p_before = rules.chance_of_right(
        skill=rules.NEW_PLAYER[0], difficulty=difficulty, difficulty_variance=variance
    )
    event, _ = AnswerEvent.objects.get_or_create(
        idempotency_key=idempotency_key,
        defaults={
            "player": player,
            "statement": statement,
            "statement_version": statement.version,
            "session_uuid": at.session_uuid,
            "mode": at.mode,
            "shown_at": at.shown_at,
            "received_at": at.received_at,
            "rt_ms": response_ms,
            "answer": verdict,
            "correct": is_correct,
            "rapid": rapid,
            "first_attempt": not AnswerEvent.objects.filter(player=player, statement=statement).exists(),
            "p_before": p_before,
            "xp": rules.xp_for_answer(is_correct=is_correct, rapid=rapid, p_before=p_before),
        },
    )
    return event
