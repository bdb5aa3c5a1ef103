from collections.abc import Iterable

from django.db.models import Count, F
from django.db.models.functions import Round

from learning.models import Statement
from learning.rules.mastery import Pool

# Difficulties are told apart by tenths of a logit: mastery is as good, and a topic of any size is few rows.
STEPS_PER_LOGIT = 10


def pools_of(topic_ids: Iterable[int]) -> dict[int, Pool]:
    """Of each topic the difficulties of the statements that can be played, and how many have each."""
    wanted = list(topic_ids)
    pools: dict[int, list[tuple[float, int]]] = {topic_id: [] for topic_id in wanted}
    rows = (
        Statement.objects.playable()
        .filter(topic__in=wanted)
        .annotate(tenth=Round(F("beta_mean") * STEPS_PER_LOGIT))
        .values_list("topic_id", "tenth")
        .annotate(count=Count("pk"))
        .order_by("topic_id", "tenth")
    )
    for topic_id, tenth, count in rows:
        pools[topic_id].append((float(tenth) / STEPS_PER_LOGIT, count))
    return dict(pools)
