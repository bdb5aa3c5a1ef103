"""How long a session lasts."""

from datetime import datetime, timedelta


def is_over(started: datetime, now: datetime, *, days: int) -> bool:
    """However busy it was: after so many days somebody has to sign in anew."""
    return now - started >= timedelta(days=days)


def is_idle(last: datetime | None, now: datetime, *, minutes: int) -> bool:
    return last is None or now - last >= timedelta(minutes=minutes)
