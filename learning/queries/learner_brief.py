"""What a character that teaches should know of one learner: the weakest facts, and how sure he is of himself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from learning.models import Statement
from learning.queries.calibration import calibration_of
from learning.queries.due import DueFact, due_facts
from learning.queries.open_questions import asked_now
from learning.queries.practice import statements_of
from learning.rules.facts import fact_of

FACTS = 5
LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class WeakFact:
    """`ask` is the variant whose turn it is: the other one than was shown last, where there is another."""

    ask: Statement
    shown: Statement | None
    remembered: float
    lapses: int


@dataclass(frozen=True, slots=True)
class LearnerBrief:
    """`is_asked` while a statement is open before the learner: then no key of anything is in here."""

    facts: tuple[WeakFact, ...]
    calibration: str
    brier: float | None
    is_asked: bool


def learner_brief(player_id: int, *, topics: Iterable[int] = (), now: datetime | None = None) -> LearnerBrief:
    """Over these topics, or all; they are only looked at where something is due. In a fixed number of queries."""
    now = now or timezone.now()
    asked = asked_now(player_id)
    figures = calibration_of(player_id).figures
    facts = () if asked else _weakest(player_id, topics, now)
    return LearnerBrief(facts, figures.verdict, figures.brier, bool(asked))


def _weakest(player_id: int, topics: Iterable[int], now: datetime) -> tuple[WeakFact, ...]:
    due = due_facts(player_id, now=now, limit=LOOKED_AT)
    if not due:
        return ()
    within = frozenset(topics)
    wanted = [one for one in due if not within or one.topic_id in within][:FACTS]
    variants: dict[tuple[int, str], list[Statement]] = {}
    for statement in statements_of(wanted):
        fact = fact_of(pk=statement.pk, fact_key=statement.fact_key)
        variants.setdefault((statement.topic_id, fact), []).append(statement)
    return tuple(_weak(one, known) for one in wanted if (known := variants.get((one.topic_id, one.fact))))


def _weak(due: DueFact, variants: list[Statement]) -> WeakFact:
    shown = [one for one in variants if (one.polarity == Statement.Polarity.AFFIRMS) == due.last_variant]
    others = [one for one in variants if one not in shown]
    return WeakFact(
        ask=(others or shown)[0],
        shown=shown[0] if others and shown else None,
        remembered=due.remembered,
        lapses=due.lapses,
    )
