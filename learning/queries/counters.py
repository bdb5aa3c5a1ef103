"""The figures of a player's answers that achievements count. Rapid answers, and those whose key hasn't been
shown yet, are in none of them.
"""

from datetime import UTC
from itertools import groupby

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from learning.models import AnswerEvent, Lifecycle, Statement, StatementReport
from learning.queries.mastery import standings_of
from learning.rules.mastery import Band, band_of
from learning.rules.steps import CHANCE_OF_MARK, GUESS_MARK, SURE_MARK

GIANT_LOGITS = 1.5
FULL_SESSION_ANSWERS = 10
RATED_ANSWERS = 100
HONEST_PERCENT = 65
GOOD_DISCRIMINATION = 0.15
CHUNK = 2000


def answers_of(player_id: int) -> QuerySet[AnswerEvent]:
    return AnswerEvent.objects.filter(player=player_id, settlement__isnull=False)


def totals(player_id: int) -> dict[str, int | float]:
    """`giant_slain`: right and sure about something far too hard."""
    is_giant = Q(correct=True, confidence=SURE_MARK, beta_before__gte=F("theta_before") + GIANT_LOGITS)
    # `correct` comes last: from then on the name means the figure and not the column.
    return _counted(player_id).aggregate(
        answers=Count("pk"),
        giant_slain=Count("pk", filter=is_giant),
        correct=Count("pk", filter=Q(correct=True)),
    )


def both_variants(player_id: int) -> dict[str, int | float]:
    """Facts of which both the true and the false sentence were recognised."""
    facts = _counted(player_id).filter(correct=True).exclude(statement__fact_key="").order_by()
    grouped = facts.values("statement__topic", "statement__fact_key")
    known = grouped.annotate(keys=Count("statement__answer", distinct=True))
    return {"both_variants": known.filter(keys=2).count()}


def steady_run(player_id: int) -> dict[str, int | float]:
    """The longest run of answers without a rapid one among them."""
    flags = answers_of(player_id).order_by("received_at", "pk").values_list("rapid", flat=True)
    runs = (sum(1 for _ in run) for is_rapid, run in groupby(flags.iterator(CHUNK)) if not is_rapid)
    return {"steady_run": max(runs, default=0)}


def calibration(player_id: int) -> dict[str, int | float]:
    """How well the last rated answers' marks fit to what came out: 0 is perfect; 1 without any."""
    rated = _counted(player_id).exclude(confidence=None).order_by("-received_at", "-pk")
    pairs = list(rated.values_list("correct", "confidence")[:RATED_ANSWERS])
    errors = [(CHANCE_OF_MARK[mark] - correct) ** 2 for correct, mark in pairs if mark]
    return {
        "rated_last_100": len(errors),
        "brier_last_100": sum(errors) / len(errors) if errors else 1.0,
    }


def honest_doubts(player_id: int) -> dict[str, int | float]:
    """The most marks "guess" in a month (UTC) whose answers were indeed not much better than guessed."""
    months = (
        _counted(player_id)
        .filter(confidence=GUESS_MARK)
        .order_by()
        .annotate(month=TruncMonth("received_at", tzinfo=UTC))
        .values_list("month")
        .annotate(marks=Count("pk"), right=Count("pk", filter=Q(correct=True)))
    )
    honest = [marks for _, marks, right in months if 100 * right <= HONEST_PERCENT * marks]
    return {"honest_doubts": max(honest, default=0)}


def sessions_of_ten(player_id: int) -> dict[str, int | float]:
    sessions = _counted(player_id).exclude(session_uuid=None).order_by().values("session_uuid")
    full = sessions.annotate(given=Count("pk")).filter(given__gte=FULL_SESSION_ANSWERS)
    return {"sessions_of_ten": full.count()}


def topics(player_id: int) -> dict[str, int | float]:
    """In how many topics the player is familiar, proficient, master; the higher includes the lower."""
    bands = [band_of(standing) for standing in standings_of(player_id)]
    master = bands.count(Band.MASTER)
    proficient = master + bands.count(Band.PROFICIENT)
    return {
        "topics_familiar": proficient + bands.count(Band.FAMILIAR),
        "topics_proficient": proficient,
        "topics_master": master,
    }


def checked_facts(player_id: int) -> dict[str, int | float]:
    """Reports that turned out to be right, and own statements that tell knowing from guessing."""
    reports = StatementReport.objects.filter(player=player_id, state=StatementReport.State.CONFIRMED)
    own = Statement.objects.filter(created_by=player_id, lifecycle=Lifecycle.APPROVED)
    return {
        "confirmed_reports": reports.count(),
        "good_statements": own.filter(discrimination__gte=GOOD_DISCRIMINATION).count(),
    }


def _counted(player_id: int) -> QuerySet[AnswerEvent]:
    return answers_of(player_id).filter(rapid=False)
