"""Time zones by the standard list."""

from functools import cache
from zoneinfo import available_timezones


@cache
def time_zones() -> tuple[str, ...]:
    """Places by name, and UTC; found out once, for it opens hundreds of files."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return ("UTC", *places)


def is_time_zone(name: str) -> bool:
    """Without a name the device's own clock holds."""
    return not name or name in time_zones()
