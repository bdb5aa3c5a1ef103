"""What guests use up of the demo, and what they do, without its content.

Each verb here is called inside the transaction of what it counts, and does nothing for those who have an
account. The metric's row is locked by its update, so a guest with two tabs has one allowance.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from players.models import DemoActivity, DemoMetric, DemoSession, Player
from players.signals import demo_limit_reached, demo_spent

Kind = DemoActivity.Kind


class DemoLimit(DomainError):
    code = "demo_limit"


def begin_demo(*, player: Player, expires_at: datetime) -> DemoSession:
    session = DemoSession.objects.create(player=player, expires_at=expires_at)
    DemoMetric.objects.create(session=session)
    note_activity(session, Kind.STARTED)
    return session


def spend_message(player: Player, *, where: str = "") -> None:
    """One message of a guest; `where` tells places apart, and only the first message in each is noted."""
    if not player.is_guest or (session := _session_of(player)) is None:
        return
    now, limit = timezone.now(), settings.DEMO_MAX_MESSAGES
    if session.expires_at <= now:
        raise DemoLimit("Your demo is over. Make an account to go on: what you earned stays yours.")
    counted = _metric(session).filter(messages__lt=limit).update(
        messages=F("messages") + 1,
        first_message_at=Coalesce("first_message_at", now),
        last_activity_at=now,
    )  # fmt: skip
    if not counted:
        raise DemoLimit(
            f"You have used the {limit} messages of the demo. Make an account to go on: "
            "what you earned stays yours."
        )
    note_first(session, Kind.TALKED, where)
    announce(demo_spent, sender=DemoSession, player_id=player.pk)
    # Noted with the last one that is allowed: a refusal would take its note along.
    if _metric(session).filter(messages__gte=limit).exists():
        _note_limit(session, "messages")


def spend_tokens(player: Player, tokens: int) -> None:
    """What a language model took for an answer to a guest; the answer that goes beyond the limit is the last."""
    if not player.is_guest or not tokens or (session := _session_of(player)) is None:
        return
    _metric(session).update(tokens=F("tokens") + tokens, last_activity_at=timezone.now())
    announce(demo_spent, sender=DemoSession, player_id=player.pk)
    if _metric(session).filter(tokens__gte=settings.DEMO_MAX_TOKENS).exists():
        _note_limit(session, "tokens")


def note_answer(player: Player, *, is_correct: bool, where: str = "") -> None:
    """A guest's answer to a statement; the first in each game session is noted."""
    if not player.is_guest or (session := _session_of(player)) is None:
        return
    now = timezone.now()
    _metric(session).update(
        answers=F("answers") + 1,
        correct=F("correct") + int(is_correct),
        first_answer_at=Coalesce("first_answer_at", now),
        last_activity_at=now,
    )
    note_first(session, Kind.ANSWERED, where)


def note_room(player: Player, *, where: str) -> None:
    """A guest has entered a room; the first time in each is noted."""
    if player.is_guest and (session := _session_of(player)) is not None:
        _metric(session).update(last_activity_at=timezone.now())
        note_first(session, Kind.ENTERED_ROOM, where)


@transaction.atomic
def note_conversion(player: Player, *, now: datetime) -> None:
    """The guest has made an account; his demo is no longer one that can expire."""
    session = DemoSession.objects.select_for_update().filter(player=player, converted_at=None).first()
    if session is not None:
        DemoSession.objects.filter(pk=session.pk).update(converted_at=now, updated_at=now)
        note_activity(session, Kind.CONVERTED)


def note_activity(session: DemoSession, kind: str, detail: str = "") -> None:
    DemoActivity.objects.create(session=session, kind=kind, detail=detail[:100])


def note_first(session: DemoSession, kind: str, detail: str) -> None:
    """Once for each place; the caller holds the lock on the metric."""
    DemoActivity.objects.get_or_create(session=session, kind=kind, detail=detail[:100])


def _note_limit(session: DemoSession, limit: str) -> None:
    known = DemoActivity.objects.filter(session=session, kind=Kind.LIMIT_REACHED, detail=limit)
    if not known.exists():
        note_activity(session, Kind.LIMIT_REACHED, limit)
        announce(demo_limit_reached, sender=DemoSession, player_id=session.player_id, limit=limit)


def _session_of(player: Player) -> DemoSession | None:
    return DemoSession.objects.filter(player=player, converted_at=None).first()


def _metric(session: DemoSession) -> QuerySet[DemoMetric]:
    return DemoMetric.objects.filter(session=session)
