"""What the learners' days have seen so far; a day is the player's own (players.rules.days)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Case, Count, DateTimeField, Q, Sum, Value, When

from learning.models import AnswerEvent
from learning.rules.pay import Today
from players.queries.activity import zones_of
from players.rules.days import Days, loaded


def calendars_of(players: Mapping[int, datetime]) -> dict[int, Days]:
    """The players' calendars as they are at these moments."""
    zones = zones_of(players)
    return {pk: loaded(kept, chosen).with_zone(chosen, players[pk]) for pk, (kept, chosen) in zones.items()}


def today_of(players: Mapping[int, datetime]) -> dict[int, Today]:
    """For each player the answers that count on the day of the moment, in two queries for any number."""
    starts: dict[datetime, list[int]] = defaultdict(list)
    for pk, days in calendars_of(players).items():
        starts[days.begins(days.day_of(players[pk]))].append(pk)
    if not starts:
        return {}
    begin = Case(
        *(When(player__in=pks, then=Value(start)) for start, pks in starts.items()),
        output_field=DateTimeField(),
    )
    rows = (
        AnswerEvent.objects.filter(player__in=list(players), settlement__isnull=False)
        .filter(received_at__gte=min(starts))
        .filter(received_at__gte=begin)
        .order_by()
        .values_list("player")
        .annotate(counted=Count("pk", filter=Q(rapid=False)), earned=Sum("xp"))
    )
    return {pk: Today(answers, xp or 0) for pk, answers, xp in rows}
