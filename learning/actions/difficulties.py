"""Difficulties estimated anew by night, from all first answers at once. Part of the log, so that a replay
finds them (learning.models.DifficultyEstimate).
"""

from collections.abc import Sequence

import numpy as np
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery

from learning.models import AnswerEvent, DifficultyEstimate, Lifecycle, Settlement, Statement, Topic
from learning.rules.difficulties import FROM_ANSWERS, FirstAttempts, centred, estimated
from learning.rules.skill import Estimate, prior_of

CHUNK = 5000


def estimate_all() -> int:
    """Estimate each topic's statements that have new answers; how many moved."""
    return sum(estimate_topic(pk) for pk in Topic.objects.order_by("pk").values_list("pk", flat=True))


def estimate_topic(topic_id: int) -> int:
    """The mean of the approved statements stays where it is, or the scale of the topic would drift."""
    newest = DifficultyEstimate.objects.filter(statement=OuterRef("pk")).order_by("-settlement")
    enough = Statement.objects.filter(topic=topic_id, n_first__gte=FROM_ANSWERS)
    statements = list(
        enough.annotate(known=Subquery(newest.values("answers")[:1]))
        .filter(Q(known=None) | ~Q(known=F("n_first")))
        .order_by("pk")
    )
    if not statements:
        return 0
    found = estimated(_first_attempts(statements), priors=[prior_of(one.difficulty) for one in statements])
    new = {one.pk: estimate for one, estimate in zip(statements, found, strict=True)}
    before = {one.pk: one.beta_mean for one in statements if one.lifecycle == Lifecycle.APPROVED}
    return _store(centred(new, before=before), {one.pk: one.n_first for one in statements})


def _first_attempts(statements: Sequence[Statement]) -> FirstAttempts:
    place = {one.pk: number for number, one in enumerate(statements)}
    rows = AnswerEvent.objects.filter(statement__in=list(place), settlement__isnull=False, first_attempt=True)
    rows = rows.filter(rapid=False, hinted=False, by_guest=False, answer__isnull=False).order_by("pk")
    items, skills, outcomes = [], [], []
    columns = rows.values_list("statement_id", "theta_before", "correct")
    for pk, skill, is_right in columns.iterator(CHUNK):
        items.append(place[pk])
        skills.append(skill or 0.0)
        outcomes.append(is_right)
    return FirstAttempts(
        np.array(items, dtype=np.int64),
        np.array(skills, dtype=np.float64),
        np.array(outcomes, dtype=np.bool_),
    )


@transaction.atomic
def _store(new: dict[int, Estimate], answers: dict[int, int]) -> int:
    """Under the locks of the statements, as a settlement of answers: its number says what came before."""
    locked = Statement.objects.select_for_update(no_key=True).filter(pk__in=list(new)).order_by("pk")
    ids = list(locked.values_list("pk", flat=True))
    settlement = Settlement.objects.create()
    DifficultyEstimate.objects.bulk_create(
        [
            DifficultyEstimate(
                statement_id=pk, settlement=settlement, beta_mean=new[pk].mean, beta_var=new[pk].variance,
                answers=answers[pk],
            )
            for pk in ids
        ],
        batch_size=500,
    )  # fmt: skip
    rows = [Statement(pk=pk, beta_mean=new[pk].mean, beta_var=new[pk].variance) for pk in ids]
    Statement.objects.bulk_update(rows, ["beta_mean", "beta_var"], batch_size=500)
    return len(ids)
