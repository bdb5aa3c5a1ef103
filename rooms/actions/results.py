"""What a session leaves behind: totals and streaks at each reveal, experience at the end."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from learning.actions.statements import note_use
from learning.rules import Given, session_xp
from players.actions.progress import award_xp
from players.models import Player, PlayerGameData
from rooms.models import GameSession, SessionAnswer


def apply_round(answers: Sequence[SessionAnswer]) -> None:
    """Totals and streaks of the round's players.

    At the reveal and not before: a profile must not tell who was right while the question is open.
    """
    by_player = {answer.participant.player_id: answer.is_correct for answer in answers}
    right = [pk for pk, is_correct in by_player.items() if is_correct]
    rows = PlayerGameData.objects.filter(player__in=by_player)
    # In one order, so that rounds of two rooms with the same players never wait for each other for ever.
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    rows.update(
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
    given: dict[Player, list[Given]] = {}
    for answer in answers.select_related("event", "participant__player").order_by("participant__player_id"):
        entry = Given(is_correct=answer.is_correct, is_rapid=answer.event.rapid, xp=answer.event.xp)
        given.setdefault(answer.participant.player, []).append(entry)
    for player, entries in given.items():
        is_first = _count_session(player, now)
        award_xp(
            player=player, amount=session_xp(entries, is_first_of_day=is_first), reason="Quiz session",
            source_type="session", source_id=str(session.uuid),
        )  # fmt: skip
    played = session.rounds.exclude(revealed_at=None)
    note_use(statement_ids=played.values_list("statement_id", flat=True), now=now)


def _count_session(player: Player, now: datetime) -> bool:
    """Whether it is the player's first session of the day.

    The first update takes the row's lock: of two sessions that end at the same moment only one is the first.
    """
    row = PlayerGameData.objects.filter(player=player)
    row.update(total_sessions=F("total_sessions") + 1)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    is_first = not row.filter(last_session_at__gte=midnight).exists()
    row.update(last_session_at=now)
    return is_first
