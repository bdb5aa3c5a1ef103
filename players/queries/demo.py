"""What a guest has left of the demo, and what all guests made of theirs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils.timesince import timeuntil

from players.models import DemoActivity, DemoMetric, DemoSession, Player

Kind = DemoActivity.Kind


@dataclass(frozen=True, slots=True)
class DemoLeft:
    """The rest of a guest's demo; characters fall back on their notes when the tokens are used up."""

    expires_at: datetime
    messages: int
    messages_of: int
    has_tokens: bool

    @property
    def is_low(self) -> bool:
        return self.messages * 5 <= self.messages_of

    @property
    def time(self) -> str:
        """Roughly, such as "23 hours"."""
        return timeuntil(self.expires_at, depth=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel: how many of those who came in got so far."""

    name: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    started: int
    converted: int


@dataclass(frozen=True, slots=True)
class Funnel:
    steps: list[Step]
    days: list[Day]
    limited: int
    to_first_message: timedelta | None


def demo_left(player: Player) -> DemoLeft | None:
    """None for a guest without a demo session, and for everybody who stays."""
    metric = DemoMetric.objects.select_related("session").filter(session__player=player).first()
    if metric is None or not player.is_guest:
        return None
    return DemoLeft(
        expires_at=metric.session.expires_at,
        messages=max(settings.DEMO_MAX_MESSAGES - metric.messages, 0),
        messages_of=settings.DEMO_MAX_MESSAGES,
        has_tokens=metric.tokens < settings.DEMO_MAX_TOKENS,
    )


def has_demo_tokens(player: Player | None) -> bool:
    """Whether a language model may still be asked for this player; accounts have no limit here."""
    if player is None or not player.is_guest:
        return True
    spent = DemoMetric.objects.filter(session__player=player, tokens__gte=settings.DEMO_MAX_TOKENS)
    return not spent.exists()


def funnel(*, now: datetime, days: int) -> Funnel:
    """Of the guests who came in the last so many days. Four queries, however many there are."""
    first = (now - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    sessions = DemoSession.objects.filter(created_at__gte=first)
    counts = sessions.aggregate(
        started=Count("pk"),
        entered=Count("pk", filter=_did(Kind.ENTERED_ROOM)),
        talked=Count("pk", filter=_did(Kind.TALKED)),
        answered=Count("pk", filter=_did(Kind.ANSWERED)),
        converted=Count("pk", filter=~Q(converted_at=None)),
        limited=Count("pk", filter=_did(Kind.LIMIT_REACHED)),
    )
    names = {
        "started": "Came in",
        "entered": "Entered a room",
        "talked": "Wrote a message",
        "answered": "Answered a statement",
        "converted": "Made an account",
    }
    return Funnel(
        steps=[
            Step(name, counts[key], round(100 * counts[key] / (counts["started"] or 1)))
            for key, name in names.items()
        ],
        days=list(_by_day(first, days)),
        limited=counts["limited"],
        to_first_message=_median_wait(first),
    )


def _did(kind: str) -> Q:
    return Q(Exists(DemoActivity.objects.filter(session=OuterRef("pk"), kind=kind)))


def _by_day(first: datetime, days: int) -> Iterator[Day]:
    sessions = DemoSession.objects.filter(created_at__gte=first)
    rows = sessions.annotate(day=TruncDate("created_at")).values("day").order_by("day")
    found = {
        row["day"]: row
        for row in rows.annotate(started=Count("pk"), kept=Count("pk", filter=~Q(converted_at=None)))
    }
    for number in range(days):
        day = first.date() + timedelta(days=number)
        row = found.get(day, {"started": 0, "kept": 0})
        yield Day(day, row["started"], row["kept"])


def _median_wait(first: datetime) -> timedelta | None:
    """Half of those who wrote had waited no longer before their first message."""
    wait = ExpressionWrapper(F("first_message_at") - F("session__created_at"), output_field=DurationField())
    waits = DemoMetric.objects.filter(session__created_at__gte=first).exclude(first_message_at=None)
    in_order = waits.annotate(wait=wait).order_by("wait").values_list("wait", flat=True)
    count = waits.count()
    return in_order[(count - 1) // 2] if count else None
