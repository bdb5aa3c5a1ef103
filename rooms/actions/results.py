"""What a session leaves behind: totals and streaks at each reveal, experience at the end."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest

from learning.actions.skills import settle
from learning.actions.statements import note_use
from learning.rules.pay import Given, session_xp
from players.actions.activity import note_sessions
from players.actions.progress import award_xp
from players.models import Player, PlayerGameData
from rooms.models import GameSession, SessionAnswer


def apply_round(answers: Sequence[SessionAnswer]) -> None:
    """Totals, streaks and skills of the round's players.

    At the reveal and not before: a profile must not tell who was right while the question is open.
    """
    _settle(answers)
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


def _settle(answers: Sequence[SessionAnswer]) -> None:
    """What was said about the round's statement counts from now on."""
    if answers:
        settle(statement_id=answers[0].event.statement_id, event_ids=[one.event_id for one in answers])


def pay_out(session: GameSession, *, now: datetime) -> None:
    """Experience once per session and player, and what was played is counted."""
    # Statements are locked before players, as a reveal in another room does.
    played = session.rounds.exclude(revealed_at=None)
    note_use(statement_ids=played.values_list("statement_id", flat=True), now=now)
    answers = SessionAnswer.objects.filter(round__session=session, round__revealed_at__isnull=False)
    given: dict[Player, list[Given]] = {}
    for answer in answers.select_related("event", "participant__player").order_by("participant__player_id"):
        entry = Given(is_correct=answer.is_correct, is_rapid=answer.event.rapid, xp=answer.event.xp)
        given.setdefault(answer.participant.player, []).append(entry)
    first = _count_sessions(given, now)
    for player, entries in given.items():
        award_xp(
            player=player, amount=session_xp(entries, is_first_of_day=player.pk in first), reason="Quiz session",
            source_type="session", source_id=str(session.uuid),
        )  # fmt: skip


def _count_sessions(given: Mapping[Player, Sequence[Given]], now: datetime) -> set[int]:
    """The ids of those whose first session of the day it is.

    The update takes the rows' locks: of two sessions that end at the same moment only one is the first.
    """
    rows = PlayerGameData.objects.filter(player__in=given)
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    rows.update(total_sessions=F("total_sessions") + 1, last_session_at=now)
    considered = {player.pk: sum(not one.is_rapid for one in entries) for player, entries in given.items()}
    return note_sessions(considered, now=now)
