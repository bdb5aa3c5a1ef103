"""What is due: facts that a learner is about to forget."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from learning.models import AnswerEvent, ReviewCard
from learning.queries.today import calendars_of
from learning.rules.cards import DAILY_CAP, CardState, retrievability, without_luck
from learning.rules.pay import FULL_FROM_ANSWERS
from padawanforge.kit.prepared import prepared

# More than these aren't sorted by how far they have faded; so many are due for nobody who keeps at it.
LOOKED_AT = 300
AHEAD_DAYS = 7
# For the mean of what is remembered.
REMEMBERED_OF = 2000


@dataclass(frozen=True, slots=True)
class DueFact:
    card_id: int
    topic_id: int
    fact: str
    last_variant: bool
    due: datetime
    remembered: float
    lapses: int


@dataclass(frozen=True, slots=True)
class DueTopic:
    name: str
    slug: str
    count: int


@dataclass(frozen=True, slots=True)
class Day:
    """So many cards fall due within the day; `share` of the fullest one in hundredths, for drawing."""

    begins: datetime
    count: int
    share: int


@dataclass(frozen=True, slots=True)
class DueOverview:
    """`left` is what the day's limit still allows; `next_due` when something falls due after now."""

    due: int
    left: int
    done: int
    topics: list[DueTopic]
    ahead: list[Day]
    next_due: datetime | None
    cards: int
    recalled: float | None

    @property
    def now(self) -> int:
        return min(self.due, self.left)

    @property
    def recalled_percent(self) -> int | None:
        return None if self.recalled is None else round(100 * self.recalled)

    @property
    def known_percent(self) -> int | None:
        """Lucky answers left out."""
        return None if self.recalled is None else round(100 * without_luck(self.recalled))


def due_facts(
    player_id: int, *, now: datetime, topic_id: int | None = None, limit: int = DAILY_CAP
) -> list[DueFact]:
    """What may be asked now, most faded first; nothing when the day's limit is reached."""
    found = [_fact(card, now) for card in _due(player_id, topic_id, now)]
    room = DAILY_CAP - reviews_today(player_id, now) if found else 0
    if room <= 0:
        return []
    return sorted(found, key=lambda one: (one.remembered, one.due, one.card_id))[: min(limit, room)]


@prepared
def _due(player_id: int, topic_id: int | None, now: datetime) -> QuerySet[ReviewCard]:
    cards = ReviewCard.objects.due(now).filter(player=player_id)
    cards = cards if topic_id is None else cards.filter(topic=topic_id)
    return cards.order_by("due", "pk")[:LOOKED_AT]


def reviews_today(player_id: int, now: datetime) -> int:
    """Due cards that were graded on the player's day."""
    since = _day_begins(player_id, now)
    events = AnswerEvent.objects.filter(player=player_id, received_at__gte=since)
    return events.filter(due_review=True, grade__isnull=False).count()


def due_overview(player_id: int, *, now: datetime) -> DueOverview:
    """What a page says of the day, in a fixed number of queries."""
    cards = ReviewCard.objects.filter(player=player_id, suspended=False)
    by_topic = (
        cards.filter(due__lte=now)
        .values_list("topic__name", "topic__slug")
        .annotate(count=Count("pk"))
        .order_by("-count", "topic__name")
    )
    topics = [DueTopic(*row) for row in by_topic]
    totals = cards.aggregate(cards=Count("pk"), next_due=Min("due", filter=Q(due__gt=now)))
    done = reviews_today(player_id, now)
    return DueOverview(
        due=sum(one.count for one in topics),
        left=max(DAILY_CAP - done, 0),
        done=done,
        topics=topics,
        ahead=_ahead(player_id, now),
        next_due=totals["next_due"],
        cards=totals["cards"],
        recalled=_recalled(player_id, now),
    )


def remembered_by_topic(player_id: int, *moments: Mapping[int, datetime]) -> list[dict[int, float]]:
    """For each of the mappings, of topics to moments, the mean chance to remember over the facts that were
    due then. One query for all of them.
    """
    latest = max((at for one in moments for at in one.values()), default=None)
    if latest is None:
        return [{} for _ in moments]
    cards = ReviewCard.objects.due(latest).filter(player=player_id).order_by("due", "pk")
    found: list[dict[int, list[float]]] = [{} for _ in moments]
    for card in cards[:REMEMBERED_OF]:
        for one, values in zip(moments, found, strict=True):
            at = one.get(card.topic_id)
            if at is not None and card.due <= at:
                values.setdefault(card.topic_id, []).append(_fact(card, at).remembered)
    return [{topic: sum(each) / len(each) for topic, each in values.items()} for values in found]


def _fact(card: ReviewCard, now: datetime) -> DueFact:
    state = CardState(
        state=card.state, stability=card.stability, difficulty=card.difficulty, last_review=card.last_review
    )
    return DueFact(
        card_id=card.pk,
        topic_id=card.topic_id,
        fact=card.fact_key,
        last_variant=card.last_variant,
        due=card.due,
        remembered=retrievability(state, now),
        lapses=card.lapses,
    )


def _ahead(player_id: int, now: datetime) -> list[Day]:
    """How much falls due on each of the next days, in the player's own; what is overdue isn't in it."""
    days = calendars_of({player_id: now})[player_id]
    today = days.day_of(now)
    begins = [days.begins(today + timedelta(days=n)) for n in range(1, AHEAD_DAYS + 2)]
    counts = {
        f"day{n}": Count("pk", filter=Q(due__gte=begin, due__lt=begins[n + 1]))
        for n, begin in enumerate(begins[:-1])
    }
    upcoming = ReviewCard.objects.filter(player=player_id, suspended=False, due__gte=begins[0])
    found = upcoming.filter(due__lt=begins[-1]).aggregate(**counts)
    most = max(found.values(), default=0) or 1
    return [
        Day(begin, found[f"day{n}"], round(100 * found[f"day{n}"] / most))
        for n, begin in enumerate(begins[:-1])
    ]


def _recalled(player_id: int, now: datetime) -> float | None:
    """The share of right answers among the due reviews of the last month, once there are a few."""
    events = AnswerEvent.objects.filter(
        player=player_id, received_at__gte=now - timedelta(days=30), due_review=True, grade__isnull=False
    )
    row = events.aggregate(answers=Count("pk"), right=Count("pk", filter=Q(correct=True)))
    return row["right"] / row["answers"] if row["answers"] >= FULL_FROM_ANSWERS else None


def _day_begins(player_id: int, now: datetime) -> datetime:
    days = calendars_of({player_id: now})[player_id]
    return days.begins(days.day_of(now))
