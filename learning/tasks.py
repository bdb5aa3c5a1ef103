from django.core.cache import cache

from learning.actions import mastery
from padawanforge.kit import jobs

ONCE_IN_SECONDS = 23 * 3600


@jobs.job("learning.refresh_mastery")
def refresh_mastery() -> None:
    mastery.refresh_mastery()


@jobs.every(3600, name="learning.ask_for_refresh")
def ask_for_refresh() -> None:
    """Once a day, whichever process looks first; the work itself is too long for the thread of the clock."""
    if cache.add("learning.mastery_refreshed", True, timeout=ONCE_IN_SECONDS):
        jobs.enqueue("learning.refresh_mastery")
