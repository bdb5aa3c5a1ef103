"""When somebody is told: quiet hours, digests, tries again, and announcements that come back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# After each failure a longer pause; after the last one the way is given up.
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
DIGEST_HOUR = time(8)
DAYS_BETWEEN = {"daily": 1, "weekly": 7}


def quiet_until(now: datetime, *, zone: str, begins: time | None, ends: time | None) -> datetime | None:
    """When the quiet hours end in which `now` lies; None outside of them. They may span midnight."""
    if begins is None or ends is None or begins == ends:
        return None
    local = now.astimezone(ZoneInfo(zone))
    clock = local.time()
    is_quiet = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    if not is_quiet:
        return None
    day = local.date() if clock < ends else local.date() + timedelta(days=1)
    return datetime.combine(day, ends, tzinfo=local.tzinfo).astimezone(UTC)


def day_name(day: date, today: date) -> str:
    """How a list calls a day; the year only where it is another."""
    near = {today: "Today", today - timedelta(days=1): "Yesterday"}
    year = "" if day.year == today.year else f" {day.year}"
    return near.get(day) or f"{day:%A}, {day.day} {day:%B}{year}"


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When a delivery that has failed so often is tried again; None when it was tried often enough."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def is_digest_due(digest: str, sent_at: datetime | None, now: datetime, *, zone: str) -> bool:
    """Whether a letter is due: each morning, or on Monday morning, by the reader's own clock."""
    if digest not in DAYS_BETWEEN:
        return False
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() >= DIGEST_HOUR else local.date() - timedelta(days=1)
    if digest == "weekly":
        day -= timedelta(days=day.weekday())
    return sent_at is None or sent_at < datetime.combine(day, DIGEST_HOUR, tzinfo=local.tzinfo)


def occurrence(starts_at: datetime, recurrence: str, now: datetime, *, zone: str) -> datetime | None:
    """When it happened last, at the same time by the clock of the zone; None before the first time."""
    if now < starts_at:
        return None
    if recurrence not in DAYS_BETWEEN:
        return starts_at
    first = starts_at.astimezone(ZoneInfo(zone))
    step = DAYS_BETWEEN[recurrence]
    times = (now.astimezone(first.tzinfo).date() - first.date()).days // step
    last = _again(first, times * step)
    return last if last <= now else _again(first, (times - 1) * step)


def _again(first: datetime, days: int) -> datetime:
    # Days on the wall: the clock is the same, whatever summer time does in between.
    return datetime.combine(
        first.date() + timedelta(days=days), first.time(), tzinfo=first.tzinfo
    ).astimezone(UTC)
