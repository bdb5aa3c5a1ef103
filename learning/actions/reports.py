"""What players say about statements, and what follows from it at once."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from learning.actions.review import Why, move
from learning.formats.item import one_line
from learning.models import (
    AnswerEvent,
    Lifecycle,
    ReviewReason,
    Statement,
    StatementRating,
    StatementReport,
)
from learning.rules.reporting import suspends, trust_of
from padawanforge.kit.errors import DomainError
from players.models import Player

State = StatementReport.State
REPORTS_A_DAY = 30
STANDING = (State.OPEN, State.CONFIRMED)
IN_PLAY = (Lifecycle.APPROVED, Lifecycle.SUSPECT)


class TooManyReports(DomainError):
    code = "rate"


@transaction.atomic
def report_statement(*, statement: Statement, player: Player, reason: str, note: str = "") -> StatementReport:
    """Somebody says that something is wrong with it, before or after answering.

    Who says it again changes what was said. Three who are trusted take it out of play at once.
    """
    # Reports to one statement come one after another, so that the third one sees the other two.
    locked = Statement.objects.select_for_update(no_key=True).get(pk=statement.pk)
    _within_limit(player)
    report, _ = StatementReport.objects.update_or_create(
        statement=locked,
        player=player,
        state=State.OPEN,
        defaults={"reason": reason, "note": one_line(note)[:500], "version": locked.version},
        create_defaults={
            "reason": reason,
            "note": one_line(note)[:500],
            "version": locked.version,
            "trust": trust_in(player),
        },
    )
    _count(locked)
    if locked.lifecycle in IN_PLAY and suspends(trusts=_trusts(locked), players=_players(locked)):
        found = Statement.objects.filter(pk=locked.pk)
        move(statements=found, became=Lifecycle.SUSPENDED, player=None, why=Why(ReviewReason.REPORTS))
    return report


@transaction.atomic
def resolve_reports(*, statement: Statement, player: Player, are_right: bool) -> int:
    """Answer all that is open about the statement; how many reports there were. Trust follows from it."""
    locked = Statement.objects.select_for_update(no_key=True).get(pk=statement.pk)
    state = State.CONFIRMED if are_right else State.DISMISSED
    open_ones = StatementReport.objects.filter(statement=locked, state=State.OPEN)
    count = open_ones.update(state=state, resolved_at=timezone.now(), resolved_by=player)
    _count(locked)
    return count


def rate_statement(
    *, statement: Statement, player: Player, stars: int | None = None, felt: str = ""
) -> StatementRating:
    """How somebody liked it and how hard it seemed; the last word counts."""
    changes: dict[str, object] = {}
    if stars is not None:
        changes["feedback_rating"] = stars
    if felt:
        changes["difficulty_perceived"] = felt
    rating, _ = StatementRating.objects.update_or_create(statement=statement, player=player, defaults=changes)
    return rating


def trust_in(player: Player) -> float:
    """What the player's word is worth, by what became of earlier reports."""
    earlier = StatementReport.objects.filter(player=player).aggregate(
        confirmed=Count("pk", filter=Q(state=State.CONFIRMED)),
        dismissed=Count("pk", filter=Q(state=State.DISMISSED)),
    )
    return trust_of(**earlier, is_guest=player.is_guest)


def _within_limit(player: Player) -> None:
    since = timezone.now() - timedelta(days=1)
    if StatementReport.objects.filter(player=player, created_at__gte=since).count() >= REPORTS_A_DAY:
        raise TooManyReports("You have reported a lot today. Thank you; please go on tomorrow.")


def _count(statement: Statement) -> None:
    counted = StatementReport.objects.filter(statement=statement, state__in=STANDING).aggregate(
        report_count=Count("pk"), reporter_count=Count("player", distinct=True)
    )
    Statement.objects.filter(pk=statement.pk).update(**counted)


def _trusts(statement: Statement) -> list[float]:
    """Of each reporter whose report about the present wording still stands."""
    standing = StatementReport.objects.filter(
        statement=statement, state__in=STANDING, version=statement.version
    )
    rows = standing.order_by().values("player").annotate(most=Max("trust")).values_list("most", flat=True)
    return list(rows)


def _players(statement: Statement) -> int:
    return AnswerEvent.objects.filter(statement=statement).values("player").distinct().count()
