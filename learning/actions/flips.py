"""A key that was the wrong way round: the answers are scored anew, and everything that followed from them."""

from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from learning.actions.review import Why, move
from learning.actions.skills import lock_players
from learning.models import (
    AnswerEvent,
    DifficultyEstimate,
    KeyFlip,
    Lifecycle,
    ReviewReason,
    Statement,
    StatementVersion,
)
from learning.rules.cards import GUESS_MARK
from padawanforge.kit import jobs
from padawanforge.kit.errors import DomainError
from players.models import Player

Grade = AnswerEvent.Grade


class AlreadyFlipped(DomainError):
    pass


@transaction.atomic
def flip_key(*, statement: Statement, was: bool, player: Player, note: str = "", now: datetime) -> KeyFlip:
    """Turn the key, score the answers anew, and have what followed from them replayed in the background.

    `was` is the key that the player saw, so that two who flip at once don't flip twice.
    """
    statement = Statement.objects.select_for_update(no_key=True).get(pk=statement.pk)
    if statement.answer != was:
        raise AlreadyFlipped("Somebody has flipped this key already.")
    answers = scored_by(statement)
    lock_players(answers.order_by().values("player_id"))
    rescored = answers.update(**_rescoring(now_true=not was))
    _turn(statement, now)
    # Those were estimated from answers that were scored the wrong way round.
    DifficultyEstimate.objects.filter(statement=statement).delete()
    move(
        statements=Statement.objects.filter(pk=statement.pk).exclude(lifecycle=Lifecycle.RETIRED),
        became=Lifecycle.APPROVED,
        player=player,
        why=Why(ReviewReason.WRONG_KEY, note or "The key was flipped."),
    )
    flip = KeyFlip.objects.create(
        statement=statement, answer=not was, by=player, note=note[:300], rescored=rescored, queued_at=now
    )
    jobs.enqueue("learning.replay_flip", pk=flip.pk)
    return flip


def scored_by(statement: Statement) -> QuerySet[AnswerEvent]:
    """The answers that were scored by the key as it is, whichever wording they were given to."""
    given = AnswerEvent.objects.filter(statement=statement, answer__isnull=False)
    agrees = Q(correct=F("answer"))
    return given.filter(agrees if statement.answer else ~agrees)


def _rescoring(*, now_true: bool) -> dict[str, object]:
    """A right answer to the new key says of the memory what a plain one does: how fast it was given was
    measured against the wrong one.
    """
    is_right = Q(answer=now_true)
    return {
        "correct": Case(When(is_right, then=Value(True)), default=Value(False)),
        "grade": Case(
            When(grade=None, then=Value(None)),
            When(is_right & Q(confidence=GUESS_MARK), then=Value(Grade.SOFT)),
            When(is_right, then=Value(Grade.GOOD)),
            default=Value(Grade.AGAIN),
        ),
    }


def _turn(statement: Statement, now: datetime) -> None:
    """The wording stays; who asks later which key an answer was shown finds it in the version."""
    StatementVersion.objects.create(
        statement=statement,
        version=statement.version,
        text=statement.text,
        answer=statement.answer,
        explanation=statement.explanation,
        difficulty=statement.difficulty,
        source_reference=statement.source_reference,
        source_span=statement.source_span,
        content_hash=statement.content_hash,
        replaced_at=now,
    )
    Statement.objects.filter(pk=statement.pk).update(answer=not statement.answer, version=F("version") + 1)
