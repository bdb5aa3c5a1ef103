"""Practising alone: one statement after another, by the server's clock, and paid like a session at the end."""

from datetime import datetime, timedelta
from random import Random

from django.db import IntegrityError, transaction

from learning.actions.answers import Circumstances, record_answer
from learning.actions.pay import PRACTICE, Played, close_sittings
from learning.actions.statements import note_use
from learning.models import AnswerEvent, Practice, Topic
from learning.queries.hints import ladder_of
from learning.queries.practice import next_statement
from learning.queries.today import calendars_of
from learning.rules.hints import is_hinted
from learning.rules.pay import EXPLANATION_READ_SECONDS, EXPLANATIONS_A_DAY, XP_FOR_EXPLANATION
from padawanforge.kit.errors import DomainError
from players.actions.progress import award_xp
from players.models import ExperienceEntry, Player

EXPLANATION = "explanation"
FORGOTTEN_AFTER = timedelta(minutes=30)
CHUNK = 100


class NothingToPractise(DomainError):
    pass


class NoPractice(DomainError):
    pass


class NotAsked(DomainError):
    code = "late"


def start_practice(*, player: Player, topic: Topic | None, planned: int, now: datetime) -> Practice:
    """Begin, or go on with the one that is open: there is one at a time."""
    if running := open_practice(player):
        return running
    try:
        with transaction.atomic():
            practice = Practice.objects.create(
                player=player, topic=topic, planned=planned, started_at=now, moved_at=now
            )
            if not _ask(practice, now):
                raise NothingToPractise("There is nothing to practise here yet. Choose another topic.")
    except IntegrityError:
        # The other of two clicks has begun it.
        return Practice.objects.get(player=player, ended_at=None)
    return practice


def open_practice(player: Player) -> Practice | None:
    rows = Practice.objects.filter(player=player, ended_at=None)
    return rows.select_related("topic", "statement__topic", "last_event__statement__topic").first()


@transaction.atomic
def answer_practice(
    *, player: Player, number: int, verdict: bool | None, confidence: int | None = None,
    client_ms: int | None = None, now: datetime,
) -> AnswerEvent:  # fmt: skip
    """Answer what is asked; no verdict skips it. The same number twice finds the first answer.

    After a right answer the next statement follows at once. After a wrong one its explanation stays until the
    player goes on.
    """
    practice = locked_practice(player)
    key = ladder_of(practice.uuid, number)
    if practice.statement is None or number != practice.number:
        if given := AnswerEvent.objects.filter(idempotency_key=key).first():
            return given
        raise NotAsked("This statement isn't asked any more.")
    event = record_answer(
        player=player,
        statement=practice.statement,
        verdict=verdict,
        at=Circumstances(
            practice.shown_at or now,
            now,
            practice.uuid,
            PRACTICE,
            confidence,
            rt_client_ms=client_ms,
            hinted=is_hinted(practice.hints),
        ),
        idempotency_key=key,
    )
    practice.last_event = event
    _clear(practice, now)
    if event.correct or practice.number >= practice.planned:
        _go_on(practice, now)
    return event


@transaction.atomic
def go_on(*, player: Player, now: datetime) -> Practice:
    """The explanation was read; asking twice shows the same statement."""
    practice = locked_practice(player)
    if practice.statement is None:
        _pay_for_reading(practice, now)
        _go_on(practice, now)
    return practice


@transaction.atomic
def end_practice(*, practice: Practice, now: datetime) -> bool:
    """Finish it, also before the end; False when it was over."""
    running = Practice.objects.filter(pk=practice.pk, ended_at=None)
    if not running.update(ended_at=now, moved_at=now, statement=None, shown_at=None):
        return False
    practice.ended_at, practice.statement, practice.shown_at = now, None, None
    answered = AnswerEvent.objects.filter(session_uuid=practice.uuid)
    note_use(statement_ids=answered.values_list("statement_id", flat=True), now=now)
    close_sittings(Played(practice.uuid, PRACTICE, source=PRACTICE, reason="Practice"), now=now)
    return True


def end_forgotten(*, now: datetime) -> int:
    """Finish what nobody came back to, so that it is paid; how many."""
    idle = Practice.objects.filter(ended_at=None, moved_at__lt=now - FORGOTTEN_AFTER)
    return sum(end_practice(practice=one, now=now) for one in idle.order_by("pk")[:CHUNK])


def _go_on(practice: Practice, now: datetime) -> None:
    if practice.number >= practice.planned or not _ask(practice, now):
        end_practice(practice=practice, now=now)


def _ask(practice: Practice, now: datetime) -> bool:
    """Show the next statement; the time begins when the server has chosen it."""
    number = practice.number + 1
    rng = Random(f"{practice.uuid}:{number}")
    found = next_statement(practice, number=number, now=now, rng=rng)
    if found is None:
        return False
    practice.number, practice.statement, practice.purpose = number, found.statement, found.purpose
    practice.hints = 0
    practice.shown_at = practice.moved_at = now
    practice.save(update_fields=["number", "statement", "purpose", "hints", "shown_at", "moved_at"])
    return True


def _clear(practice: Practice, now: datetime) -> None:
    practice.statement, practice.shown_at, practice.moved_at = None, None, now
    practice.save(update_fields=["statement", "shown_at", "moved_at", "last_event"])


def _pay_for_reading(practice: Practice, now: datetime) -> None:
    """A little for the explanation of what was wrong, for those who take the time."""
    event = practice.last_event
    if event is None or event.correct or not event.statement.explanation:
        return
    if (now - event.received_at).total_seconds() < EXPLANATION_READ_SECONDS:
        return
    days = calendars_of({practice.player_id: now})[practice.player_id]
    begin = days.begins(days.day_of(now))
    paid = ExperienceEntry.objects.filter(player=practice.player_id, source_type=EXPLANATION)
    if paid.filter(created_at__gte=begin).count() < EXPLANATIONS_A_DAY:
        award_xp(
            player=practice.player, amount=XP_FOR_EXPLANATION, reason="Read an explanation",
            source_type=EXPLANATION, source_id=str(event.pk),
        )  # fmt: skip


def locked_practice(player: Player) -> Practice:
    """The one that is open; until the end of the transaction nobody else answers in it."""
    rows = Practice.objects.select_for_update(of=("self",)).filter(player=player, ended_at=None)
    practice = rows.select_related("statement", "last_event__statement").first()
    if practice is None:
        raise NoPractice("You are not practising. Begin a new practice.")
    return practice
