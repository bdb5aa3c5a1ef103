"""What achievements count of reviews: facts that came back, and days on which nothing due was left.

When a card was due in the past is known only by going through its answers again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush

from django.db.models import F

from learning.models import AnswerEvent, ReviewCard
from learning.rules.cards import CardState, Grade, reviewed
from learning.rules.facts import fact_of, seed_of

LAPSES = 3
AWAY = timedelta(days=21)
CHUNK = 2000
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Review:
    """A graded answer; `key` is the card's topic and fact."""

    key: Key
    at: datetime
    grade: Grade
    was_due: bool
    is_right: bool


@dataclass(slots=True)
class Bench:
    """The cards after the reviews so far, those that come due first on top."""

    player_id: int
    cards: dict[Key, CardState] = field(default_factory=dict)
    queue: list[tuple[datetime, Key]] = field(default_factory=list)

    def take(self, review: Review) -> None:
        before = self.cards.get(review.key, CardState())
        seed = seed_of(self.player_id, review.key[1])
        after = reviewed(before, review.grade, review.at, seed=seed)
        self.cards[review.key] = after
        if after.due is not None:
            heappush(self.queue, (after.due, review.key))

    def is_clear(self, now: datetime) -> bool:
        while self.queue and self.cards[self.queue[0][1]].due != self.queue[0][0]:
            heappop(self.queue)
        return not self.queue or self.queue[0][0] > now


def reviews(player_id: int) -> dict[str, int | float]:
    """`facts_regained`: known after three weeks, though forgotten three times. `reviews_emptied_days`: days
    (UTC) on which a review left nothing due. What the player has put aside is in neither.
    """
    bench = Bench(player_id)
    regained: set[Key] = set()
    emptied: set[date] = set()
    for review in _reviews(player_id):
        card = bench.cards.get(review.key, CardState())
        was_away = card.last_review is not None and review.at - card.last_review >= AWAY
        if review.is_right and was_away and card.lapses >= LAPSES:
            regained.add(review.key)
        bench.take(review)
        if review.was_due and bench.is_clear(review.at):
            emptied.add(review.at.astimezone(UTC).date())
    return {"facts_regained": len(regained), "reviews_emptied_days": len(emptied)}


def _reviews(player_id: int) -> Iterator[Review]:
    rows = ReviewCard.objects.filter(player=player_id, suspended=True)
    aside = set(rows.values_list("topic_id", "fact_key"))
    events = AnswerEvent.objects.filter(
        player=player_id, settlement__isnull=False, rapid=False, grade__isnull=False
    ).annotate(topic=F("statement__topic"), fact_key=F("statement__fact_key"))
    columns = ("statement_id", "topic", "fact_key", "received_at", "grade", "due_review", "correct")
    for pk, topic, fact_key, at, grade, was_due, is_right in (
        events.order_by("settlement", "pk").values_list(*columns).iterator(CHUNK)
    ):
        key = (topic, fact_of(pk=pk, fact_key=fact_key))
        if key not in aside:
            yield Review(key, at, Grade(grade), was_due, is_right)
