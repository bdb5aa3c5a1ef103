"""What a session leaves behind: totals, streaks and skills at each reveal, experience at the end."""

from collections.abc import Collection, Sequence
from datetime import datetime

from learning.actions.pay import Played, close_sittings
from learning.actions.skills import settle
from learning.actions.statements import note_use
from rooms.models import GameSession, SessionAnswer


def apply_round(answers: Sequence[SessionAnswer]) -> None:
    """What was said about the round's statement counts from now on.

    At the reveal and not before: a profile must not tell who was right while the question is open. What was
    said about a statement that is out of play never counts: its key may be wrong.
    """
    events: dict[int, list[int]] = {}
    for answer in answers:
        if answer.event is not None:
            events.setdefault(answer.event.statement_id, []).append(answer.event.pk)
    for statement_id in sorted(events):
        settle(statement_id=statement_id, event_ids=events[statement_id])


def pay_out(session: GameSession, *, now: datetime) -> None:
    """Experience once per session and player, and what was played is counted."""
    # Statements are locked before players, as a reveal in another room does.
    played = session.rounds.exclude(revealed_at=None)
    pairs = played.values_list("statement_id", "other_id")
    note_use(statement_ids={pk for pair in pairs for pk in pair if pk}, now=now)
    pay(session, now=now)


def pay(session: GameSession, *, now: datetime, only: Collection[int] | None = None) -> None:
    """All who have answered and were not paid yet; or of them, only these players."""
    reason = "Training" if session.is_training else "Quiz session"
    close_sittings(Played(session.uuid, session.mode, reason=reason), now=now, only=only)
