"""What a player masters, topic by topic. Who may see it is asked before: players.queries.privacy, MASTERY."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from learning.models import TopicSkill
from learning.queries.due import remembered_by_topic
from learning.rules.mastery import (
    NAMED_FROM_ANSWERS,
    Band,
    Standing,
    band_of,
    counts_as_of,
    high_of,
    needs_refresh,
)
from learning.rules.steps import SECONDS_PER_DAY


@dataclass(frozen=True, slots=True)
class TopicMastery:
    """The share of a topic that a player knows, between `low` and `high` as far as can be told.

    `band` is None while there are too few answers for a name. Shares are from 0 to 1.
    """

    topic: str
    slug: str
    mastery: float
    low: float
    high: float
    band: Band | None
    answers: int
    needs_refresh: bool
    last_at: datetime | None

    @property
    def percent(self) -> int:
        return round(100 * self.mastery)

    @property
    def low_percent(self) -> int:
        return round(100 * self.low)

    @property
    def high_percent(self) -> int:
        return round(100 * self.high)

    @property
    def answers_to_name(self) -> int:
        """How many more answers it takes until the band can be named."""
        return max(NAMED_FROM_ANSWERS - self.answers, 0)


def mastery_by_topic(player_id: int, *, now: datetime | None = None) -> list[TopicMastery]:
    """The topics in which the player has given answers that count; what is known best comes first."""
    now = now or timezone.now()
    rows = list(TopicSkill.objects.filter(player=player_id, n_answers__gt=0).select_related("topic"))
    moments = {row.topic_id: counts_as_of(last=row.last_at or now, now=now) for row in rows}
    then, today = remembered_by_topic(player_id, moments, dict.fromkeys(moments, now))
    found = [_mastery(row, now, then=then.get(row.topic_id), today=today.get(row.topic_id)) for row in rows]
    # A topic with three answers stands below those that have a name, however well it went.
    return sorted(found, key=lambda one: (one.band is None, -one.mastery, one.topic))


def standings_of(player_id: int, *, now: datetime | None = None) -> list[Standing]:
    """What the player's bands are decided by, topic by topic."""
    now = now or timezone.now()
    rows = list(TopicSkill.objects.filter(player=player_id).order_by("topic"))
    moments = {row.topic_id: counts_as_of(last=row.last_at or now, now=now) for row in rows}
    (remembered,) = remembered_by_topic(player_id, moments)
    return [_standing(row, remembered.get(row.topic_id)) for row in rows]


def _standing(row: TopicSkill, remembered: float | None) -> Standing:
    return Standing(
        share=row.mastery, low=row.mastery_low, variance=row.theta_var, answers=row.n_answers,
        days=row.active_days, remembered=remembered,
    )  # fmt: skip


def _mastery(row: TopicSkill, now: datetime, *, then: float | None, today: float | None) -> TopicMastery:
    """`then` is what counts for the band, `today` what is remembered at this moment."""
    away = (now - row.last_at).total_seconds() / SECONDS_PER_DAY if row.last_at else 0.0
    return TopicMastery(
        topic=row.topic.name,
        slug=row.topic.slug,
        mastery=row.mastery,
        low=row.mastery_low,
        high=high_of(row.mastery, row.mastery_low),
        band=band_of(_standing(row, then)),
        answers=row.n_answers,
        needs_refresh=needs_refresh(days=away, remembered=today),
        last_at=row.last_at,
    )
