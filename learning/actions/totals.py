"""Totals and the row of right answers, for quick display; the answers themselves are the truth."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest

from learning.models import AnswerEvent
from players.models import PlayerGameData


def count_answers(events: Iterable[AnswerEvent]) -> None:
    """Clicks count in neither. The caller has locked the players."""
    turns: dict[int, list[bool]] = defaultdict(list)
    for event in events:
        if not event.rapid:
            turns[event.player_id].append(event.correct)
    # Nearly always each player has answered once, and this is one update for all of them.
    for turn in range(max(map(len, turns.values()), default=0)):
        _count({pk: outcomes[turn] for pk, outcomes in turns.items() if len(outcomes) > turn})


def _count(outcomes: dict[int, bool]) -> None:
    right = [pk for pk, is_right in outcomes.items() if is_right]
    PlayerGameData.objects.filter(player__in=outcomes).update(
        total_questions_answered=F("total_questions_answered") + 1,
        total_correct_answers=F("total_correct_answers") + Case(When(player__in=right, then=1), default=0),
        best_streak=Case(
            When(player__in=right, then=Greatest(F("best_streak"), F("current_streak") + 1)),
            default=F("best_streak"),
        ),
        current_streak=Case(When(player__in=right, then=F("current_streak") + 1), default=Value(0)),
    )
