"""A player's day: it begins at 04:00 in his time zone, so that a late evening is one day.

A change of the zone counts from a 04:00 there that comes at least 20 hours after the running day began, so
nobody loses a day by travelling. What came before stays on the day it was on: the zones are kept with the
moment from which each counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_BEGINS = time(4)
SHORTEST_DAY = timedelta(hours=20)
BETWEEN_CHANGES = timedelta(hours=24)
ONE_DAY = timedelta(days=1)
FOR_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ZoneFrom:
    """The day on which the change was accepted goes on until `counts_from`, when the first in the zone begins."""

    zone: str
    accepted_at: datetime
    counts_from: datetime


@dataclass(frozen=True, slots=True)
class Days:
    """The player's calendar; the first zone counts for everything before the second."""

    zones: tuple[ZoneFrom, ...]

    def day_of(self, at: datetime) -> date:
        number = self._last_accepted(at)
        entry = self.zones[number]
        if at >= entry.counts_from:
            return _day_in(entry.zone, at)
        return self._day_before(number)

    def begins(self, day: date) -> datetime:
        """The moment at which the day begins; for one that the player never had, that of the next."""
        following: ZoneFrom | None = None
        for entry in reversed(self.zones):
            begin = _begin_in(entry.zone, day)
            if begin >= entry.counts_from:
                return following.counts_from if following and begin > following.accepted_at else begin
            following = entry
        return _begin_in(self.zones[0].zone, day)

    def skipped(self) -> frozenset[date]:
        """Days of the calendar that the player never had, because he flew towards the morning."""
        found: set[date] = set()
        for number, entry in enumerate(self.zones[1:], start=1):
            # A change that another one overtook has skipped nothing.
            if self._last_accepted(entry.counts_from) == number:
                found |= set(between(self._day_before(number), _day_in(entry.zone, entry.counts_from)))
        return frozenset(found)

    def with_zone(self, zone: str, at: datetime) -> "Days":
        """With the zone accepted now; unchanged when it is the last one, or the last change is too fresh."""
        last = self.zones[-1]
        is_fresh = len(self.zones) > 1 and at - last.accepted_at < BETWEEN_CHANGES
        if zone == last.zone or is_fresh:
            return self
        earliest = max(self.begins(self.day_of(at)) + SHORTEST_DAY, at)
        return Days((*self.zones, ZoneFrom(zone, at, _next_begin(zone, earliest))))

    def _last_accepted(self, at: datetime) -> int:
        return next((n for n in range(len(self.zones) - 1, 0, -1) if at >= self.zones[n].accepted_at), 0)

    def _day_before(self, number: int) -> date:
        """The day that ran when this change was accepted."""
        return Days(self.zones[:number]).day_of(self.zones[number].accepted_at)


def days_in(zone: str) -> Days:
    """The calendar of somebody who has always been in this zone."""
    return Days((ZoneFrom(zone, FOR_EVER, FOR_EVER),))


def stored(days: Days) -> list[list[str]]:
    """As it is kept in a row; the first zone without its moments."""
    first, *changes = days.zones
    return [[first.zone]] + [[z.zone, z.accepted_at.isoformat(), z.counts_from.isoformat()] for z in changes]


def loaded(rows: Sequence[Sequence[str]], zone: str) -> Days:
    """The calendar out of a row; of somebody who hasn't done anything yet the one of his zone."""
    if not rows:
        return days_in(zone)
    changes = [ZoneFrom(name, *map(datetime.fromisoformat, moments)) for name, *moments in rows[1:]]
    return Days((*days_in(rows[0][0]).zones, *changes))


def between(first: date, last: date) -> list[date]:
    """The days after the first and before the last."""
    return [first + timedelta(days=n) for n in range(1, (last - first).days)]


def week_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def _day_in(zone: str, at: datetime) -> date:
    local = at.astimezone(ZoneInfo(zone))
    return local.date() if local.time() >= DAY_BEGINS else local.date() - ONE_DAY


def _begin_in(zone: str, day: date) -> datetime:
    return datetime.combine(day, DAY_BEGINS, ZoneInfo(zone)).astimezone(UTC)


def _next_begin(zone: str, earliest: datetime) -> datetime:
    """The first 04:00 in the zone that is not before the moment."""
    day = earliest.astimezone(ZoneInfo(zone)).date() - ONE_DAY
    while (begin := _begin_in(zone, day)) < earliest:
        day += ONE_DAY
    return begin
