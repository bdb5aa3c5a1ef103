"""The facts that a learner is about to forget, with a sentence to know them by."""

from dataclasses import dataclass
from datetime import datetime

from learning.models import Statement, Topic
from learning.queries.due import due_facts
from learning.queries.practice import statements_of
from learning.rules.facts import fact_of

SHOWN = 12


@dataclass(frozen=True, slots=True)
class FadingFact:
    """`text` is one of the fact's sentences; whether it is true isn't told before it is asked."""

    card_id: int
    topic: str
    text: str
    remembered: float
    lapses: int
    due: datetime

    @property
    def percent(self) -> int:
        return round(100 * self.remembered)


def fading_facts(
    player_id: int, *, now: datetime, topic_id: int | None = None, limit: int = SHOWN
) -> list[FadingFact]:
    """What may be asked now, most faded first; facts without a statement that can be played are left out."""
    facts = due_facts(player_id, now=now, topic_id=topic_id, limit=limit)
    texts: dict[tuple[int, str], Statement] = {}
    for statement in statements_of(facts):
        texts.setdefault(
            (statement.topic_id, fact_of(pk=statement.pk, fact_key=statement.fact_key)), statement
        )
    names = _topic_names({one.topic_id for one in facts})
    return [
        FadingFact(
            card_id=one.card_id,
            topic=names[one.topic_id],
            text=texts[one.topic_id, one.fact].text,
            remembered=one.remembered,
            lapses=one.lapses,
            due=one.due,
        )
        for one in facts
        if (one.topic_id, one.fact) in texts
    ]


def _topic_names(topic_ids: set[int]) -> dict[int, str]:
    return dict(Topic.objects.filter(pk__in=topic_ids).values_list("pk", "name"))
