"""How pools do when they are played: the documented view statement_pool_performance."""

from datetime import datetime

from django.db.models import (
    Avg,
    Case,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    Max,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from learning.models import AnswerEvent, StatementPool

RIGHT = Case(When(correct=True, then=Value(1.0)), default=Value(0.0), output_field=FloatField())


def pool_performance(
    pools: QuerySet[StatementPool], *, now: datetime | None = None
) -> QuerySet[StatementPool]:
    """Each pool with `size`, `total_interactions`, `accuracy_rate`, `avg_response_time_ms`,
    `unique_players`, `first_used`, `last_used` and `age`. Answers whose key isn't shown yet count nowhere.
    """
    moment = Value(now or timezone.now(), output_field=DateTimeField())
    members = StatementPool.statements.through.objects.filter(statementpool=OuterRef("pk")).order_by()
    return pools.annotate(
        size=Coalesce(
            Subquery(members.values("statementpool").annotate(n=Count("pk")).values("n")),  # type: ignore[misc]
            0,
            output_field=IntegerField(),
        ),
        total_interactions=Coalesce(_of_answers(Count("pk")), 0, output_field=IntegerField()),
        accuracy_rate=_of_answers(Avg(RIGHT)),
        avg_response_time_ms=_of_answers(Avg("rt_ms")),
        unique_players=Coalesce(_of_answers(Count("player", distinct=True)), 0, output_field=IntegerField()),
        first_used=_of_answers(Min("received_at")),
        last_used=_of_answers(Max("received_at")),
        age=ExpressionWrapper(moment - F("generated_at"), output_field=DurationField()),
    )


def _of_answers(figure: Count | Avg | Min | Max) -> Subquery:
    """A figure of the pool's answers. Each is a query of its own within the one: joins would multiply rows."""
    answers = AnswerEvent.objects.filter(statement__pools=OuterRef("pk"), settlement__isnull=False).order_by()
    return Subquery(answers.values("statement__pools").annotate(figure=figure).values("figure"))
