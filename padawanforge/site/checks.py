"""What `manage.py check` says of an installation's settings, and every command before it begins."""

from collections.abc import Sequence

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

NOT_SHARED = Warning(
    "The background work has processes of its own, and there is no Redis that they share with the server.",
    hint="Set REDIS_URL for the server and for run_jobs. Without it no answer grows on a page, trying a character "
    "out never gets an answer, and limits are counted by each process for itself.",
    id="padawanforge.W001",
)


@register(Tags.caches)
def shares_a_cache(app_configs: object = None, **kwargs: object) -> Sequence[CheckMessage]:
    """Whoever works elsewhere puts into the cache what a page of the server looks for there."""
    is_apart = settings.JOBS["kind"] == "postgresql" and not settings.JOBS["threads"]
    return [NOT_SHARED] if is_apart and not settings.REDIS_URL else []
