"""What the checks of messages and the people who review have to know."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.core.cache import cache
from django.db.models import Max, QuerySet
from django.utils import timezone

from messaging import kinds
from messaging.models import (
    Appeal,
    Case,
    Channel,
    ListedWord,
    Message,
    Refusal,
    Report,
    Sanction,
)
from messaging.queries.membership import membership
from messaging.rules import levels, reports, sanctions
from messaging.rules.levels import Level
from messaging.rules.words import Words, words_of
from padawanforge.kit import near
from padawanforge.kit.memory import recalled
from players.models import Player, PlayerPersonalInfo
from players.queries.roles import level_of
from players.rules.ages import age_on

WORDS_KEY = "messaging.moderation.words_since"
WORDS_SECONDS = 60
Lists = tuple[Words, frozenset[str], frozenset[str]]
_at_hand: dict[str, Lists] = {}
YOUNGEST_KEY = "messaging.moderation.youngest"
# For who tells the date of birth after he has come.
YOUNGEST_SECONDS = 30
UNKNOWN = "unknown"
CONTEXT_BEFORE = 10
CONTEXT_AFTER = 5
MEASURES_SHOWN = 100
QUEUE_SHOWN = 50
EXCERPT = 300


def lists() -> Lists:
    """The words, the refused sites and the allowed ones."""
    return recalled(WORDS_KEY, lambda: lists_at(cache.get(WORDS_KEY)))


def lists_at(stamp: str | None) -> Lists:
    """As they are since that stamp, which the cache keeps for all processes; None when they are to be read anew.

    Each process has them at hand: unpacking them with every message took longer than looking through it.
    """
    if stamp is None:
        stamp = uuid4().hex
        cache.set(WORDS_KEY, stamp, WORDS_SECONDS)
    found = _at_hand.get(stamp)
    if found is None:
        found = _lists()
        _at_hand.clear()
        _at_hand[stamp] = found
    return found


def _lists() -> Lists:
    by_list: dict[str, list[str]] = {name: [] for name in ListedWord.List.values}
    for name, word in ListedWord.objects.filter(is_active=True).values_list("list", "word"):
        by_list[name].append(word)
    words = words_of(severe=by_list["severe"], mild=by_list["mild"], allowed=by_list["allowed"])
    return words, frozenset(by_list["bad_domain"]), frozenset(by_list["good_domain"])


def level_in(channel: Channel) -> tuple[Level, int | None]:
    """What holds in the channel, and how old its youngest known member is."""
    youngest = youngest_in(channel)
    chosen = kinds.get(channel.kind).moderation_level(channel)
    return levels.effective(chosen, levels.floor_of(youngest)), youngest


def youngest_in(channel: Channel) -> int | None:
    """By the birth dates that were given; None when there is none."""
    born = recalled(youngest_key(channel.pk), lambda: _latest_birth(channel.pk))
    return age_on(born, timezone.localdate()) if born else None


def _latest_birth(channel_id: int) -> date | None:
    """Asked with every message and answered by all members, so it is remembered until somebody comes or goes."""
    key = youngest_key(channel_id)
    found = cache.get(key, UNKNOWN)
    if found == UNKNOWN:
        members = PlayerPersonalInfo.objects.filter(player__channel_memberships__channel=channel_id)
        found = members.aggregate(latest=Max("date_of_birth"))["latest"]
        cache.set(key, found, YOUNGEST_SECONDS)
    return found


def forget_youngest(channel_id: int) -> None:
    near.forget(youngest_key(channel_id))


def youngest_key(channel_id: int) -> str:
    return f"{YOUNGEST_KEY}.{channel_id}"


def floor_in(channel: Channel) -> str:
    """The lowest level that the ages of the members allow."""
    return levels.floor_of(youngest_in(channel))


def age_of(player: Player) -> int | None:
    born = PlayerPersonalInfo.objects.filter(player=player).values_list("date_of_birth", flat=True).first()
    return age_on(born, timezone.localdate()) if born else None


def in_force(player: Player, channel: Channel | None, now: datetime) -> list[Sanction]:
    """Measures that hold for the player here, those that last longest first."""
    here = None if channel is None else channel.pk
    rows = [
        row
        for row in recalled((Sanction, player.pk), lambda: list(sanctions_on([player.pk], now)))
        if row.scope == sanctions.SITE or (here is not None and row.channel_id == here)
    ]
    return sorted(rows, key=lambda row: (row.ends_at is not None, -(row.ends_at or now).timestamp()))


def sanctions_on(players: Collection[int], now: datetime) -> QuerySet[Sanction]:
    """All that holds for the players at this moment, wherever it does."""
    return Sanction.objects.in_force(now).filter(target__in=players)


@dataclass(frozen=True, slots=True)
class ShownMeasure:
    """A measure as its target reads it; `place` is empty when it holds everywhere."""

    sanction: Sanction
    place: str
    is_in_force: bool
    appeal: Appeal | None
    may_appeal: bool


def measures_of(player: Player, now: datetime) -> list[ShownMeasure]:
    """What the player himself may read, newest first; the last hundred."""
    rows = Sanction.objects.filter(target=player).select_related("appeal", "channel")
    found = list(rows.order_by("-starts_at", "-pk")[:MEASURES_SHOWN])
    places = _titles([row.channel for row in found if row.channel])
    return [_shown(row, places, now) for row in found]


def _shown(row: Sanction, places: dict[int, str], now: datetime) -> ShownMeasure:
    appeal = getattr(row, "appeal", None)
    is_over = row.is_instant or row.revoked_at is not None or (row.ends_at is not None and row.ends_at <= now)
    return ShownMeasure(
        sanction=row,
        place=places.get(row.channel_id, "a room") if row.channel_id else "",
        is_in_force=not is_over,
        appeal=appeal,
        may_appeal=appeal is None and row.revoked_at is None and now <= row.appeal_until,
    )


def _titles(channels: list[Channel]) -> dict[int, str]:
    by_kind: dict[str, list[int]] = {}
    for channel in channels:
        by_kind.setdefault(channel.kind, []).append(channel.pk)
    places: dict[int, str] = {}
    for kind, ids in by_kind.items():
        places |= kinds.get(kind).titles(ids)
    return places


def earlier_measures(player: Player, now: datetime) -> int:
    """How many there were in the window of the ladder."""
    since = now - sanctions.LADDER_WINDOW
    return Sanction.objects.filter(target=player, starts_at__gt=since, revoked_at=None).count()


def rank_in(player: Player, channel: Channel | None) -> int:
    role = ""
    if channel is not None:
        member = membership(player, channel)
        role = member.role if member else ""
    return sanctions.rank(level=level_of(player), role=role)


def moments_of(player: Player, channel: Channel, since: datetime) -> list[tuple[datetime, str]]:
    """When the player wrote here, and what."""
    return recalled((Message, player.pk, channel.pk), lambda: list(_said(player, channel, since)))


def _said(player: Player, channel: Channel, since: datetime) -> QuerySet:
    said = Message.objects.filter(channel=channel, player=player, sent_at__gt=since)
    return said.values_list("sent_at", "text")


def last_said(player: Player, channel: Channel, since: datetime) -> datetime | None:
    """When the player last wrote here after that moment."""
    mine = Message.objects.filter(channel=channel, player=player, sent_at__gt=since)
    return mine.aggregate(last=Max("sent_at"))["last"]


def strikes_since(player: Player, channel: Channel, since: datetime) -> int:
    """How many messages of the player were refused here that should not have been written."""
    struck = Refusal.objects.filter(player=player, channel=channel, created_at__gt=since)
    return struck.exclude(rule__in=levels.NO_STRIKE).count()


def is_newcomer(player: Player, channel: Channel, now: datetime) -> bool:
    """A member for less than a day, or with fewer than ten messages here."""
    member = membership(player, channel)
    if member is None or member.joined_at > now - timedelta(hours=levels.NEWCOMER_HOURS):
        return True
    return messages_up_to(player, channel, levels.NEWCOMER_MESSAGES) < levels.NEWCOMER_MESSAGES


def messages_up_to(player: Player, channel: Channel, limit: int) -> int:
    """How many messages of the player were read here; counts no further than the limit."""
    mine = Message.objects.filter(channel=channel, player=player, hidden_at=None)
    return mine.values("pk")[:limit].count()


def record_of(reporter: Player) -> list[bool]:
    """What became of the last ten decided reports: true for upheld, newest first."""
    decided = Report.objects.filter(reporter=reporter).exclude(case__state=Case.State.OPEN)
    return [
        state == Case.State.UPHELD
        for state in decided.order_by("-pk").values_list("case__state", flat=True)[:10]
    ]


def around(message: Message) -> list[Message]:
    """The message with ten before and five after it."""
    said = Message.objects.filter(channel=message.channel_id).select_related("player")
    before = said.filter(seq__lte=message.seq).order_by("-seq")[: CONTEXT_BEFORE + 1]
    after = said.filter(seq__gt=message.seq).order_by("seq")[:CONTEXT_AFTER]
    return [*reversed(before), *after]


def open_cases(*, with_confidential: bool) -> QuerySet[Case]:
    """The queue: what can't wait first, then by weight."""
    rows = Case.objects.filter(state=Case.State.OPEN)
    if not with_confidential:
        rows = rows.filter(is_confidential=False)
    return rows.order_by("-is_urgent", "-weight", "pk")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case of the queue, with the words it is about and what was said of it."""

    case: Case
    excerpt: str
    categories: list[str]
    place: str
    is_out_of_sight: bool


def queue(*, with_confidential: bool) -> list[Waiting]:
    """The first fifty of the queue, in a fixed number of queries."""
    cases = open_cases(with_confidential=with_confidential).select_related(
        "target__profile", "message", "channel"
    )
    shown = list(cases.prefetch_related("reports")[:QUEUE_SHOWN])
    places = _titles([case.channel for case in shown if case.channel])
    return [
        Waiting(
            case=case,
            excerpt=excerpt_of(case),
            categories=sorted({report.get_category_display() for report in case.reports.all()}),
            place=places.get(case.channel_id or 0, ""),
            is_out_of_sight=case.message is not None and case.message.hidden_at is not None,
        )
        for case in shown
    ]


def excerpt_of(case: Case) -> str:
    """What is reported itself, without what stood around it."""
    for line in case.snapshot.get("messages", []):
        if line["is_subject"]:
            return line["text"][:EXCERPT]
    profile = case.snapshot.get("profile", {})
    return (case.snapshot.get("refused") or profile.get("bio") or profile.get("name") or "")[:EXCERPT]


def suggestion_for(case: Case, now: datetime) -> tuple[str, str]:
    """The next step of the ladder: kind and preset."""
    earlier = earlier_measures(case.target, now) if case.target else 0
    return sanctions.suggestion(earlier, is_severe=case.category in reports.SEVERE)
