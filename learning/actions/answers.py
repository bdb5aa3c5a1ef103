"""Answers are written down when they are given and count once the key is shown.

Where both happen at once (a statement answered alone) `record_answer` does both. A session keeps the answers
while its question is open and settles them together at the reveal: before that no figure may move, or a
profile would tell who was right.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from learning.actions.skills import settle
from learning.models import AnswerEvent, Statement
from learning.rules.rapid import is_rapid
from players.actions.demo import note_answer
from players.models import Player
from players.queries.needs import has_own_time


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and where an answer was given (both moments by the server's clock), and how sure the player was."""

    shown_at: datetime
    received_at: datetime
    session_uuid: UUID | None
    mode: str
    confidence: int | None = None
    hinted: bool = False
    rt_client_ms: int | None = None


@transaction.atomic
def record_answer(
    *, player: Player, statement: Statement, verdict: bool | None, at: Circumstances, idempotency_key: str
) -> AnswerEvent:
    """Append the answer to the learner's history and let it count; the same key twice is one answer.

    No verdict means that the statement was skipped.
    """
    event = keep_answer(
        player=player, statement=statement, verdict=verdict, at=at, idempotency_key=idempotency_key
    )
    settled = settle(statement_id=event.statement_id, event_ids=[event.pk])
    return settled[0] if settled else AnswerEvent.objects.get(pk=event.pk)


@transaction.atomic(savepoint=False)
def keep_answer(
    *, player: Player, statement: Statement, verdict: bool | None, at: Circumstances, idempotency_key: str
) -> AnswerEvent:
    """Append the answer to the learner's history; it moves nothing until `settle` is called."""
    response_ms = max(round((at.received_at - at.shown_at).total_seconds() * 1000), 0)
    event, is_new = AnswerEvent.objects.get_or_create(
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
            "rt_client_ms": at.rt_client_ms,
            "answer": verdict,
            "correct": verdict == statement.answer,
            "confidence": None if verdict is None else at.confidence,
            "hinted": at.hinted,
            "rapid": _is_rapid(player, statement, response_ms),
            "by_guest": player.is_guest,
            # Decided when it is settled, under the locks.
            "first_attempt": False,
        },
    )
    if is_new:
        note_answer(player, is_correct=event.correct, where=str(at.session_uuid or at.mode))
    return event


def _is_rapid(player: Player, statement: Statement, response_ms: int) -> bool:
    """Who listens to the page, or has more time than others, isn't measured by the words.

    That is looked up only for an answer that would be too fast otherwise.
    """
    median_ms = statement.rt_median_ms
    if not is_rapid(text=statement.text, response_ms=response_ms, median_ms=median_ms):
        return False
    return is_rapid(
        text=statement.text,
        response_ms=response_ms,
        median_ms=median_ms,
        reads_aloud=has_own_time(player.pk),
    )
