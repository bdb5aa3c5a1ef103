"""A statement is taken out of play while a session runs: its round counts for nobody."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from learning.models import Statement
from rooms.actions.session_told import say_in_room, tell
from rooms.models import GameSession, SessionRound
from rooms.queries.boards import forget_lines

Lifecycle = Statement.Lifecycle
OUT_OF_PLAY = (Lifecycle.SUSPENDED, Lifecycle.RETIRED)


def annul_suspended(session: GameSession, now: datetime) -> int:
    """The rounds of the session whose statements are out of play; the caller holds the session's lock."""
    is_out = Q(statement__lifecycle__in=OUT_OF_PLAY) | Q(other__lifecycle__in=OUT_OF_PLAY)
    hit = session.rounds.filter(is_out, annulled_at=None).values("pk")
    rounds = session.rounds.filter(pk__in=list(hit.values_list("pk", flat=True)))
    is_open = (
        session.phase == GameSession.Phase.QUESTION and rounds.filter(number=session.round_number).exists()
    )
    asked = list(rounds.exclude(opened_at=None).values_list("number", flat=True))
    annulled = rounds.update(annulled_at=now)
    if is_open and session.phase_ends_at is not None and now < session.phase_ends_at:
        # Nobody shall think about it any longer: the clock takes the next step.
        session.phase_ends_at = now
        session.save(update_fields=["phase_ends_at", "updated_at"])
    if asked:
        forget_lines(session)
        tell(session, type="session.annulled", now=now, rounds=asked)
        numbers = ", ".join(map(str, sorted(asked)))
        say_in_room(
            session, f"Statement {numbers} was reported and taken out of play. Nobody's points change by it."
        )
    return annulled


@transaction.atomic
def annul_in_running(*, statement_ids: Iterable[int], now: datetime) -> int:
    """In every session that still runs, at once; how many sessions had one of them."""
    ids = list(statement_ids)
    hit = SessionRound.objects.filter(
        Q(statement__in=ids) | Q(other__in=ids), annulled_at=None, session__ended_at=None
    )
    pks = sorted(set(hit.values_list("session_id", flat=True)))
    for pk in pks:
        sessions = GameSession.objects.select_related("room__channel").select_for_update(of=("self",))
        session = sessions.get(pk=pk)
        if session.ended_at is None:
            annul_suspended(session, now)
    return len(pks)
