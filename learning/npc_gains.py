"""What people learned from a character: their answers on its statements before and after they first talked."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Q, Subquery

from learning.models import AnswerEvent
from npcs.gains import Gain, register
from npcs.models import Interaction


def accuracy_gains(npc_ids: Collection[int], since: datetime, until: datetime) -> dict[int, Gain]:
    """Of those who answered both before and after; one query, however many characters there are."""
    talks = Interaction.objects.filter(npc=OuterRef("statement__npc"), player=OuterRef("player"))
    first: Any = talks.filter(created_at__gte=since, created_at__lt=until).order_by().values("player")
    measured = AnswerEvent.objects.filter(
        statement__npc__in=npc_ids, settlement__isnull=False, rapid=False, answer__isnull=False
    ).annotate(talked_at=Subquery(first.annotate(at=Min("created_at")).values("at")))
    earlier, later = Q(received_at__lte=F("talked_at")), Q(received_at__gt=F("talked_at"))
    pairs: Any = (
        measured.filter(talked_at__isnull=False)
        .values("statement__npc", "player")
        .order_by()
        .annotate(
            before=Count("pk", filter=earlier),
            right_before=Count("pk", filter=earlier & Q(correct=True)),
            after=Count("pk", filter=later),
            right_after=Count("pk", filter=later & Q(correct=True)),
        )
    )
    of_npc: dict[int, list[dict[str, int]]] = defaultdict(list)
    for pair in pairs:
        if pair["before"] and pair["after"]:
            of_npc[pair["statement__npc"]].append(pair)
    return {npc_id: _gain(rows) for npc_id, rows in of_npc.items()}


def _gain(pairs: list[dict[str, int]]) -> Gain:
    """Everybody counts alike, however much somebody answers."""
    return Gain(
        before=sum(it["right_before"] / it["before"] for it in pairs) / len(pairs),
        after=sum(it["right_after"] / it["after"] for it in pairs) / len(pairs),
        players=len(pairs),
        answers=sum(it["before"] + it["after"] for it in pairs),
    )


register(accuracy_gains)
