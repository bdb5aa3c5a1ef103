"""Answers are written down when they are given and count once the key is shown.

Where both happen at once (a statement answered alone) `record_answer` does both. A session keeps the answers
while its question is open and settles them together at the reveal: before that no figure may move, or a
profile would tell who was right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from learning.actions.skills import settle
from learning.models import AnswerEvent, Statement
from learning.rules.rapid import is_rapid
from players.actions.demo import note_answer
from players.models import Player
from players.queries.needs import with_own_time


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


@dataclass(frozen=True, slots=True)
class Answered:
    """What a player said to a statement; no verdict: he passed. The same key twice is one answer."""

    player: Player
    statement: Statement
    verdict: bool | None
    at: Circumstances
    idempotency_key: str

    @property
    def response_ms(self) -> int:
        return max(round((self.at.received_at - self.at.shown_at).total_seconds() * 1000), 0)


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
    answered = Answered(player, statement, verdict, at, idempotency_key)
    event, is_new = AnswerEvent.objects.get_or_create(
        idempotency_key=idempotency_key,
        defaults=_fields(answered, is_rapid=bool(_rapid([answered]))),
    )
    if is_new:
        _note([event])
    return event


@transaction.atomic(savepoint=False)
def keep_answers(answers: Sequence[Answered]) -> list[AnswerEvent]:
    """The same for several at once, in their order, in as many statements as for one.

    The caller holds a lock under which nobody else keeps answers with these keys.
    """
    keys = [answered.idempotency_key for answered in answers]
    events = {event.idempotency_key: event for event in AnswerEvent.objects.filter(idempotency_key__in=keys)}
    new = [answered for answered in answers if answered.idempotency_key not in events]
    rapid = _rapid(new)
    made = AnswerEvent.objects.bulk_create(
        AnswerEvent(
            idempotency_key=answered.idempotency_key,
            **_fields(answered, is_rapid=answered.idempotency_key in rapid),
        )
        for answered in new
    )
    _note(made)
    events |= {event.idempotency_key: event for event in made}
    return [events[key] for key in keys]


def _fields(answered: Answered, *, is_rapid: bool) -> dict[str, Any]:
    player, statement, at = answered.player, answered.statement, answered.at
    return {
        "player": player,
        "statement": statement,
        "statement_version": statement.version,
        "session_uuid": at.session_uuid,
        "mode": at.mode,
        "shown_at": at.shown_at,
        "received_at": at.received_at,
        "rt_ms": answered.response_ms,
        "rt_client_ms": at.rt_client_ms,
        "answer": answered.verdict,
        "correct": answered.verdict == statement.answer,
        "confidence": None if answered.verdict is None else at.confidence,
        "hinted": at.hinted,
        "rapid": is_rapid,
        "by_guest": player.is_guest,
        # Decided when it is settled, under the locks.
        "first_attempt": False,
    }


def _note(events: Sequence[AnswerEvent]) -> None:
    for event in events:
        note_answer(event.player, is_correct=event.correct, where=str(event.session_uuid or event.mode))


def _rapid(answers: Sequence[Answered]) -> set[str]:
    """The keys of those that were too fast to be answers.

    Who listens to the page, or has more time than others, isn't measured by the words. That is looked up only
    for answers that would be too fast otherwise.
    """
    hasty = [answered for answered in answers if _was_rapid(answered)]
    own_time = with_own_time({answered.player.pk for answered in hasty}) if hasty else set()
    return {
        answered.idempotency_key
        for answered in hasty
        if answered.player.pk not in own_time or _was_rapid(answered, reads_aloud=True)
    }


def _was_rapid(answered: Answered, *, reads_aloud: bool = False) -> bool:
    return is_rapid(
        text=answered.statement.text,
        response_ms=answered.response_ms,
        median_ms=answered.statement.rt_median_ms,
        reads_aloud=reads_aloud,
    )
