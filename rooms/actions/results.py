"""What a session leaves behind: totals and streaks at each reveal, experience at the end."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from learning.actions.statements import note_use
from learning.models import AnswerEvent
from learning.rules import Given, session_xp
from players.actions.progress import award_xp
from players.models import PlayerGameData
from rooms.models import GameSession, SessionAnswer


def apply_round(answers: Sequence[SessionAnswer]) -> None:
    """Totals and streaks of the round's players.

    At the reveal and not before: a profile must not tell who was right while the question is open.
    """
    by_player = {answer.participant.player_id: answer.is_correct for answer in answers}
    right = [pk for pk, is_correct in by_player.items() if is_correct]
    PlayerGameData.objects.filter(player__in=sorted(by_player)).update(
        total_questions_answered=F("total_questions_answered") + 1,
        total_correct_answers=F("total_correct_answers") + Case(When(player__in=right, then=1), default=0),
        best_streak=Case(
            When(player__in=right, then=Greatest(F("best_streak"), F("current_streak") + 1)),
            default=F("best_streak"),
        ),
        current_streak=Case(When(player__in=right, then=F("current_streak") + 1), default=Value(0)),
    )


def pay_out(session: GameSession, *, now: datetime) -> None:
    """Experience once per session and player, and what was played is counted."""
    answers = SessionAnswer.objects.filter(round__session=session, round__revealed_at__isnull=False)
    given: dict[int, list[Given]] = {}
    for answer in answers.select_related("event", "participant").order_by("round__number"):
        entry = Given(answer.is_correct, answer.event.rapid, answer.event.xp)
        given.setdefault(answer.participant.player_id, []).append(entry)
    day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    for participant in session.participants.select_related("player").order_by("player_id"):
        if participant.player_id not in given:
            continue
        PlayerGameData.objects.filter(player=participant.player).update(
            total_sessions=F("total_sessions") + 1, last_session_at=now
        )
        earlier = AnswerEvent.objects.filter(player=participant.player, received_at__gte=day)
        xp = session_xp(
            given[participant.player_id],
            is_first_of_day=not earlier.exclude(session_uuid=session.uuid).exists(),
        )
        award_xp(
            player=participant.player, amount=xp, reason="Quiz session", source_type="session",
            source_id=str(session.uuid),
        )  # fmt: skip
    note_use(
        statement_ids=session.rounds.exclude(revealed_at=None).values_list("statement_id", flat=True), now=now
    )
